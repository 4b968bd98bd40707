"""The list of enrolments: filtered, sorted, chosen from, exported."""

from datetime import timedelta

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import BaseListingView
from wagtail.models import Site

from courses.models import CourseRun, Enrolment, LearningItem
from courses.permissions import CHANGE, VIEW
from courses.states import EnrolmentState
from courses.titles import course_choices, course_title, lesson_titles
from home.desk import choosing
from home.models import SiteSettings
from home.rules import number_of
from participants.countries import CODES, country_name
from participants.states import languages

IDLE_DAYS = (7, 14, 30, 90)
STUCK_AFTER_DAYS = 14
BANDS = {
    "0": ("0 %", (0, 0)),
    "1-49": ("1–49 %", (1, 49)),
    "50-99": ("50–99 %", (50, 99)),
    "100": ("100 %", (100, 100)),
}


def days_ago(days: int):
    return timezone.now() - timedelta(days=days)


def idle_choices() -> list[tuple[str, str]]:
    return [(str(n), _t("%(days)s days or longer") % {"days": n}) for n in IDLE_DAYS]


class EnrolmentFilterSet(WagtailFilterSet):
    """What narrows the list. The choices are of the coordinator's own courses only."""

    course = django_filters.ChoiceFilter(
        label=_("Course"), field_name="run__course", empty_label=_("All")
    )
    run = django_filters.ChoiceFilter(label=_("Course run"), field_name="run", empty_label=_("All"))
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=EnrolmentState.choices, empty_label=_("All")
    )
    percent = django_filters.ChoiceFilter(
        label=_("Done"),
        choices=[(key, label) for key, (label, _bounds) in BANDS.items()],
        method="in_band",
        empty_label=_("All"),
    )
    idle = django_filters.ChoiceFilter(
        label=_("Nothing happened for"),
        choices=idle_choices,
        method="idle_for",
        empty_label=_("All"),
    )
    stuck = django_filters.ChoiceFilter(
        label=_("Stuck at"), method="stuck_at", empty_label=_("All")
    )
    country = django_filters.ChoiceFilter(
        label=_("Country"), choices=lambda: _countries(), method="of_country", empty_label=_("All")
    )
    organisation = django_filters.CharFilter(
        label=_("Organisation"), method="of_organisation", max_length=200
    )
    language = django_filters.ChoiceFilter(
        label=_("Language"), choices=languages, field_name="user__language", empty_label=_("All")
    )
    completed = django_filters.DateFromToRangeFilter(
        label=_("Completed"), field_name="completed_at", widget=DateRangePickerWidget
    )

    class Meta:
        model = Enrolment
        fields = []

    def __init__(self, data=None, queryset=None, *, request, prefix=None):
        super().__init__(data, queryset, request=request, prefix=prefix)
        courses = LearningItem.objects.in_reach_of(request.user)
        choices = course_choices(courses)
        self.filters["course"].extra["choices"] = choices
        course = self._course([pk for pk, _title in choices], data)
        runs = _runs(courses, course, dict(choices))
        lessons = list(lesson_titles(course).items()) if course else []
        for name, found in (("run", runs), ("stuck", lessons)):
            if found or (data and data.get(name)):
                self.filters[name].extra["choices"] = found
            else:
                del self.filters[name]

    def _course(self, mine: list[int], data) -> int | None:
        """The one course that the list is of, if it is of one."""
        chosen = number_of(data.get("course")) if data else 0
        if chosen in mine:
            return chosen
        return mine[0] if len(mine) == 1 else None

    def in_band(self, rows, name, value):
        return rows.filter(summary__percent__range=BANDS[value][1])

    def idle_for(self, rows, name, value):
        return rows.idle(days_ago(int(value)))

    def stuck_at(self, rows, name, value):
        """Stopped in this lesson, for as long as was chosen beside it."""
        days = number_of(self.data.get("idle"))
        since = days_ago(days if days in IDLE_DAYS else STUCK_AFTER_DAYS)
        return rows.idle(since).in_lesson(value)

    def of_country(self, rows, name, value):
        return rows.of_country(value)

    def of_organisation(self, rows, name, value):
        return rows.of_organisation(value)


def _countries() -> list[tuple[str, str]]:
    return sorted(((code, country_name(code)) for code in CODES), key=lambda pair: pair[1])


def _runs(courses, course: int | None, titles: dict[int, str]) -> list[tuple[int, str]]:
    """Runs with dates or a name; without any, there is nothing to choose."""
    runs = CourseRun.objects.filter(course__in=courses).order_by("-starts_on", "pk")
    if course:
        runs = runs.filter(course=course)
    found = list(runs)
    if all(run.is_self_paced for run in found):
        return []
    return [(run.pk, f"{titles.get(run.course_id, '–')}: {run_name(run)}") for run in found]


def run_name(run: CourseRun) -> str:
    if run.name:
        return run.name
    if run.is_self_paced:
        return _t("at one's own pace")
    return " – ".join(f"{day:%Y-%m-%d}" for day in (run.starts_on, run.ends_on) if day)


class PersonColumn(Column):
    cell_template_name = "courses/desk/cells/person.html"


class ChooseColumn(Column):
    header_template_name = "courses/desk/cells/choose_header.html"
    cell_template_name = "courses/desk/cells/choose.html"


class PlaceColumn(Column):
    """Where somebody is: the share that is done, and the last lesson."""

    cell_template_name = "courses/desk/cells/place.html"

    def get_cell_context_data(self, instance, parent_context):
        context = super().get_cell_context_data(instance, parent_context)
        item = instance.summary.last_item
        context["last"] = course_title(item.key) if item else ""
        return context


class SeenColumn(Column):
    cell_template_name = "courses/desk/cells/date.html"


class EnrolmentsView(BaseListingView):
    """Everybody in the coordinator's courses, newest first."""

    page_title = _("Enrolments")
    header_icon = "group"
    template_name = "courses/desk/enrolments.html"
    results_template_name = "courses/desk/enrolments_results.html"
    index_url_name = "courses_enrolments"
    index_results_url_name = "courses_enrolments_results"
    filterset_class = EnrolmentFilterSet
    is_searchable = True
    default_ordering = "-enrolled_at"
    paginate_by = 50
    verbose_name_plural = _("enrolments")
    columns = [
        ChooseColumn("choose", label=_("Choose"), accessor="pk"),
        PersonColumn("user", label=_("Person"), sort_key="user__name"),
        Column("course", label=_("Course"), accessor=lambda e: course_title(e.run.course.key)),
        Column("state", label=_("State"), accessor="get_state_display", sort_key="state"),
        PlaceColumn("percent", label=_("Done"), sort_key="summary__percent"),
        SeenColumn(
            "seen",
            label=_("Last seen"),
            accessor="summary.last_seen_at",
            sort_key="summary__last_seen_at",
        ),
        SeenColumn(
            "enrolled_at", label=_("Enrolled"), accessor="enrolled_at", sort_key="enrolled_at"
        ),
    ]

    def dispatch(self, request, *args, **kwargs):
        check(request, VIEW)
        return super().dispatch(request, *args, **kwargs)

    def get_base_queryset(self):
        return Enrolment.objects.in_reach_of(self.request.user).for_desk()

    def order_queryset(self, queryset):
        """People without a date or name come last, whichever way and on whichever database."""
        name = self.ordering.removeprefix("-")
        down = self.ordering.startswith("-")
        field = F(name).desc(nulls_last=True) if down else F(name).asc(nulls_last=True)
        return queryset.order_by(field, "-pk")

    def search_queryset(self, queryset):
        return queryset.named(self.search_query) if self.is_searching else queryset

    @cached_property
    def has_courses(self) -> bool:
        return LearningItem.objects.in_reach_of(self.request.user).exists()

    def get_context_data(self, *args, **kwargs):
        return {
            **super().get_context_data(*args, **kwargs),
            **desk_context(self.request, "enrolments"),
            "has_courses": self.has_courses,
            "may_write": self.request.user.has_perm(CHANGE),
            "query": self.request.GET.urlencode(),
        }


def desk_context(request, here: str) -> dict:
    """What all screens of the coordinator's desk have in common."""
    tabs = {
        "enrolments": (_("Enrolments"), "courses_enrolments"),
        "progress": (_("Progress"), "courses_progress"),
        "activity": (_("Activity"), "courses_activity"),
    }
    site = Site.find_for_request(request)
    return {
        "tabs": [
            {"label": label, "url": reverse(name), "current": key == here}
            for key, (label, name) in tabs.items()
        ],
        "contact": SiteSettings.for_site(site).contact_email if site else "",
    }


# --- A choice from the list -------------------------------------------------------------------


def chosen(request):
    """The enrolments that somebody ticked, or all that the filters of the list find. Never more
    than they coordinate."""
    return choosing.chosen(request, Enrolment.objects.in_reach_of(request.user), EnrolmentFilterSet)


def back_to_list(request, words: str):
    messages.error(request, words)
    return redirect(list_url(request.POST.get("query", "")))


def list_url(query: str) -> str:
    url = reverse("courses_enrolments")
    return f"{url}?{QueryDict(query).urlencode()}" if query else url


def check(request, right: str) -> None:
    if not request.user.has_perm(right):
        raise PermissionDenied
