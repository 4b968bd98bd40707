"""The applications of a call: filtered, sorted, chosen from, decided about."""

import django_filters
from django.db.models import F
from django.http import QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import BaseListingView

from home.desk import choosing
from home.desk.choosing import NobodyChosen
from home.models import Topic
from mentoring import actions
from mentoring.desk.common import call_context, found_call
from mentoring.models import Application
from mentoring.permissions import CHANGE
from mentoring.states import ApplicationState, Side
from participants.countries import CODES, country_name
from participants.refusals import Refused
from participants.states import DegreeOfUrbanisation, LevelOfGovernment, languages

REFUSALS_SHOWN = 5
DECISIONS = (ApplicationState.ELIGIBLE, ApplicationState.INELIGIBLE)


def _countries() -> list[tuple[str, str]]:
    return sorted(((code, country_name(code)) for code in CODES), key=lambda pair: pair[1])


def _topics() -> list[tuple[int, str]]:
    return [(topic.pk, topic.label) for topic in Topic.objects.all()]


def _choice(label, **kwargs):
    return django_filters.ChoiceFilter(label=label, empty_label=_("All"), **kwargs)


class ApplicationFilterSet(WagtailFilterSet):
    """What narrows the list."""

    side = _choice(_("As"), choices=Side.choices)
    state = _choice(
        _("State"),
        choices=[one for one in ApplicationState.choices if one[0] != ApplicationState.DRAFT],
    )
    country = _choice(_("Country"), choices=_countries)
    level_of_government = _choice(_("Level of government"), choices=LevelOfGovernment.choices)
    degree_of_urbanisation = _choice(
        _("Degree of urbanisation"), choices=DegreeOfUrbanisation.choices
    )
    topics = _choice(_("Topic"), choices=_topics)
    language = _choice(_("Speaks"), choices=languages, method="speaks")
    question = _choice(
        _("Question"),
        choices=[("open", _("waits for an answer")), ("answered", _("answered"))],
        method="asked",
    )
    conflicts = _choice(
        _("Conflicts"),
        choices=[("open", _("to look at")), ("any", _("declared"))],
        method="conflicting",
    )

    class Meta:
        model = Application
        fields = []

    def speaks(self, rows, name, value):
        return rows.filter(languages__has_key=value)

    def asked(self, rows, name, value):
        if value == "open":
            return rows.filter(state=ApplicationState.NEEDS_INFO)
        return rows.exclude(answer="")

    def conflicting(self, rows, name, value):
        if value == "open":
            return rows.with_conflicts_to_look_at()
        return rows.filter(conflicts__isnull=False).distinct()


class PersonColumn(Column):
    cell_template_name = "mentoring/desk/cells/person.html"


class ChooseColumn(Column):
    header_template_name = "mentoring/desk/cells/choose_header.html"
    cell_template_name = "mentoring/desk/cells/choose.html"


class DateColumn(Column):
    cell_template_name = "mentoring/desk/cells/date.html"


class ApplicationsView(BaseListingView):
    """Everybody who handed in, newest first."""

    page_title = _("Applications")
    header_icon = "group"
    template_name = "mentoring/desk/applications.html"
    results_template_name = "mentoring/desk/applications_results.html"
    filterset_class = ApplicationFilterSet
    is_searchable = True
    default_ordering = "-submitted_at"
    paginate_by = 50
    verbose_name_plural = _("applications")
    columns = [
        ChooseColumn("choose", label=_("Choose"), accessor="pk"),
        PersonColumn("person", label=_("Person"), sort_key="person__name"),
        Column("side", label=_("As"), accessor="get_side_display", sort_key="side"),
        Column("state", label=_("State"), accessor="get_state_display", sort_key="state"),
        Column("country", label=_("Country"), accessor="country_name", sort_key="country"),
        Column(
            "degree_of_urbanisation",
            label=_("Degree of urbanisation"),
            accessor="get_degree_of_urbanisation_display",
            sort_key="degree_of_urbanisation",
        ),
        DateColumn(
            "submitted_at", label=_("Handed in"), accessor="submitted_at", sort_key="submitted_at"
        ),
    ]

    def dispatch(self, request, *args, **kwargs):
        self.call = found_call(request, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self):
        return self.call.name

    def get_index_url(self):
        return reverse("mentoring_applications", args=[self.call.pk])

    def get_index_results_url(self):
        return reverse("mentoring_applications_results", args=[self.call.pk])

    def get_base_queryset(self):
        return applications_of(self.request, self.call).for_desk()

    def order_queryset(self, queryset):
        """People without a date or name come last, whichever way and on whichever database."""
        name = self.ordering.removeprefix("-")
        down = self.ordering.startswith("-")
        field = F(name).desc(nulls_last=True) if down else F(name).asc(nulls_last=True)
        return queryset.order_by(field, "-pk")

    def search_queryset(self, queryset):
        return queryset.named(self.search_query) if self.is_searching else queryset

    def get_context_data(self, *args, **kwargs):
        return {
            **super().get_context_data(*args, **kwargs),
            **call_context(self.call, "applications"),
            "may_write": self.request.user.has_perm(CHANGE),
            "query": self.request.GET.urlencode(),
        }


def applications_of(request, call):
    """What this coordinator reads of the call; never drafts."""
    return Application.objects.in_reach_of(request.user).filter(call=call)


# --- A choice from the list -------------------------------------------------------------------


def chosen(request, call):
    """The applications that somebody ticked, or all that the filters of the list find."""
    return choosing.chosen(request, applications_of(request, call), ApplicationFilterSet)


def back_to_list(request, call, words: str = ""):
    if words:
        messages.error(request, words)
    url = reverse("mentoring_applications", args=[call.pk])
    query = QueryDict(request.POST.get("query", "")).urlencode()
    return redirect(f"{url}?{query}" if query else url)


def decide(request, pk: int):
    """A decision about those chosen: first who they are and the reason, then the decision."""
    call = found_call(request, pk, CHANGE)
    to = request.POST.get("to")
    if request.method != "POST" or to not in DECISIONS:
        return back_to_list(request, call)
    try:
        rows = list(chosen(request, call).for_desk().order_by("pk"))
    except NobodyChosen as error:
        return back_to_list(request, call, error.args[0])
    reason = request.POST.get("reason", "")
    no_reason = to == ApplicationState.INELIGIBLE and not reason.strip()
    if request.POST.get("step") != "decide" or no_reason:
        context = {
            **call_context(call, "applications"),
            "rows": rows,
            "to": to,
            "accept": to == ApplicationState.ELIGIBLE,
            "query": request.POST.get("query", ""),
            "missing": no_reason and request.POST.get("step") == "decide",
            "limit": actions.LONGEST_REASON,
        }
        status = 422 if context["missing"] else 200
        return TemplateResponse(request, "mentoring/desk/decide.html", context, status=status)
    _decide_all(request, rows, to, reason)
    return back_to_list(request, call)


def _decide_all(request, rows, to: str, reason: str) -> None:
    """Each for itself: one that is refused keeps no other from being decided."""
    done, refused = 0, []
    for row in rows:
        try:
            actions.decide(row.pk, to, by=request.user, reason=reason)
            done += 1
        except Refused as refusal:
            refused.append(f"{row.person or _t('erased person')}: {refusal}")
    if done:
        words = ngettext(
            "%(count)s application is decided.", "%(count)s applications are decided.", done
        )
        messages.success(request, words % {"count": done})
    for words in refused[:REFUSALS_SHOWN]:
        messages.error(request, words)
    if (more := len(refused) - REFUSALS_SHOWN) > 0:
        words = ngettext("%(count)s more is not decided.", "%(count)s more are not decided.", more)
        messages.error(request, words % {"count": more})
