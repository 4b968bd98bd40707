"""What was done at the coordinator's desk: by whom, to how many, and why."""

import django_filters
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import BaseListingView

from courses.desk.people import SeenColumn, check, desk_context
from courses.models import DeskAct, LearningItem
from courses.permissions import VIEW
from courses.states import Act
from courses.titles import course_choices, course_title


class ActivityFilterSet(WagtailFilterSet):
    course = django_filters.ChoiceFilter(label=_("Course"), empty_label=_("All"))
    kind = django_filters.ChoiceFilter(label=_("What"), choices=Act.choices, empty_label=_("All"))
    at = django_filters.DateFromToRangeFilter(label=_("Date"), widget=DateRangePickerWidget)

    class Meta:
        model = DeskAct
        fields = []

    def __init__(self, data=None, queryset=None, *, request, prefix=None):
        super().__init__(data, queryset, request=request, prefix=prefix)
        courses = LearningItem.objects.in_reach_of(request.user)
        self.filters["course"].extra["choices"] = course_choices(courses)


class ActColumn(Column):
    cell_template_name = "courses/desk/cells/act.html"


class ActivityView(BaseListingView):
    """The log of the coordinator's courses, newest first."""

    page_title = _("Activity")
    header_icon = "history"
    template_name = "courses/desk/activity.html"
    results_template_name = "courses/desk/activity_results.html"
    index_url_name = "courses_activity"
    index_results_url_name = "courses_activity_results"
    filterset_class = ActivityFilterSet
    paginate_by = 50
    columns = [
        SeenColumn("at", label=_("Date"), accessor="at"),
        ActColumn("kind", label=_("What"), accessor="get_kind_display"),
        Column("course", label=_("Course"), accessor=lambda act: course_title(act.course.key)),
        Column("count", label=_("People"), accessor="count"),
        Column("by", label=_("By"), accessor=lambda act: act.by or "–"),
        Column("reason", label=_("Reason"), accessor="reason"),
    ]

    def dispatch(self, request, *args, **kwargs):
        check(request, VIEW)
        return super().dispatch(request, *args, **kwargs)

    def get_base_queryset(self):
        acts = DeskAct.objects.in_reach_of(self.request.user)
        return acts.select_related("by", "course", "enrolment__user", "message", "item")

    def order_queryset(self, queryset):
        return queryset.newest_first()

    def get_context_data(self, *args, **kwargs):
        return {
            **super().get_context_data(*args, **kwargs),
            **desk_context(self.request, "activity"),
        }
