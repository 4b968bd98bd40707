import django_filters
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.views.reports import ReportView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.boolean_radio_select import BooleanRadioSelect
from wagtail.permission_policies import ModelPermissionPolicy

from home.spreadsheets import csv_response
from participants.models import Feedback, RoleChange
from participants.states import RoleMove


class FeedbackFilterSet(WagtailFilterSet):
    unanswered = django_filters.BooleanFilter(
        field_name="answered_at",
        lookup_expr="isnull",
        label=_("Not answered yet"),
        widget=BooleanRadioSelect,
    )
    created_at = django_filters.DateFromToRangeFilter(
        label=_("Received"), widget=DateRangePickerWidget
    )

    class Meta:
        model = Feedback
        fields = ["language"]


class FeedbackIndexView(generic.IndexView):
    def get_add_url(self):
        return None


class FeedbackViewSet(ModelViewSet):
    """What people told us. Staff set the date of the answer; the message stays as it came."""

    model = Feedback
    name = "feedback"
    icon = "comment"
    menu_label = _("Feedback")
    menu_order = 620
    add_to_admin_menu = True
    copy_view_enabled = False
    add_to_reference_index = False
    inspect_view_enabled = True
    inspect_view_fields = [
        "message",
        "page",
        "reply_to",
        "language",
        "created_at",
        "mailed_at",
        "answered_at",
    ]
    index_view_class = FeedbackIndexView
    list_display = [
        TitleColumn("message", accessor=str, label=_("Message"), url_name="feedback:inspect"),
        "page",
        "reply_to",
        DateColumn("created_at", label=_("Received"), sort_key="created_at"),
        DateColumn("answered_at", label=_("Answered"), sort_key="answered_at"),
    ]
    filterset_class = FeedbackFilterSet
    search_fields = ["message", "page", "reply_to"]
    form_fields = ["answered_at"]


class RoleChangeFilterSet(WagtailFilterSet):
    at = django_filters.DateFromToRangeFilter(label=_("At"), widget=DateRangePickerWidget)
    move = django_filters.ChoiceFilter(label=_("Change"), choices=RoleMove.choices)

    class Meta:
        model = RoleChange
        fields = ["move"]


class RoleChangeReport(ReportView):
    """Who got and lost which role, when, and from whom."""

    model = RoleChange
    page_title = _("Changes of role")
    header_icon = "history"
    index_url_name = "role_changes"
    index_results_url_name = "role_changes_results"
    permission_policy = ModelPermissionPolicy(RoleChange)
    any_permission_required = ["view"]
    filterset_class = RoleChangeFilterSet
    default_ordering = "-at"
    columns = [
        DateColumn("at", label=_("At")),
        Column("person", label=_("Person")),
        Column("role_label", label=_("Role")),
        Column("get_move_display", label=_("Change")),
        Column("by", label=_("By")),
    ]
    list_export = ["at", "person", "role", "move", "by"]
    export_filename = "role-changes"

    def write_csv_response(self, queryset):
        return csv_response(self._lines(queryset), f"{self.get_filename()}.csv")

    def _lines(self, queryset):
        yield [self.get_heading(queryset, name) for name in self.list_export]
        for change in queryset:
            yield self.to_row_dict(change).values()

    def get_queryset(self):
        return RoleChange.objects.select_related("person", "by")
