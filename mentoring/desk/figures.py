"""What became of the applications of a call: stage by stage, and by what the people are. Small
numbers are left out. Calls are not added up: their differences would tell what is left out."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from home.spreadsheets import csv_response, xlsx_response
from mentoring import rules
from mentoring.desk.common import call_context, check
from mentoring.models import Application, Call
from mentoring.permissions import FIGURES, VIEW
from mentoring.querysets import STAGES
from mentoring.states import Side
from participants.countries import country_name
from participants.states import DegreeOfUrbanisation, Gender, LevelOfGovernment

STAGE_WORDS = {
    "handed_in": gettext_lazy("Applications handed in"),
    "accepted": gettext_lazy("Accepted for matching"),
    "offered": gettext_lazy("Had an offer"),
    "began": gettext_lazy("Began a mentorship"),
    "completed": gettext_lazy("Completed it"),
}
DEFINITIONS = {
    "handed_in": gettext_lazy(
        "Applications that were handed in, also those that were withdrawn later. Somebody who"
        " applies as mentee and as mentor counts twice."
    ),
    "accepted": gettext_lazy(
        "Of these, those that a coordinator accepted and that are in the matching now, or had an"
        " offer."
    ),
    "offered": gettext_lazy("Of these, those to whom a match was offered at least once."),
    "began": gettext_lazy("Of these, those in whose match both accepted."),
    "completed": gettext_lazy("Of these, those whose mentorship was completed."),
}


@dataclass(frozen=True)
class Dimension:
    field: str
    label: str
    words: dict


def _dimensions() -> list[Dimension]:
    return [
        Dimension("side", _("As"), dict(Side.choices)),
        Dimension("country", _("Country"), {}),
        Dimension("level_of_government", _("Level of government"), dict(LevelOfGovernment.choices)),
        Dimension(
            "degree_of_urbanisation",
            _("Degree of urbanisation"),
            dict(DegreeOfUrbanisation.choices),
        ),
        Dimension("person__profile__gender", _("Gender"), dict(Gender.choices)),
    ]


@dataclass(frozen=True)
class Table:
    label: str
    rows: list[tuple[str, rules.Shown]]


def found_call(request, pk: int) -> Call:
    """A call of theirs; of any programme for whoever may read all figures."""
    calls = Call.objects.select_related("programme")
    if request.user.has_perm(FIGURES):
        return get_object_or_404(calls.public(), pk=pk)
    check(request, VIEW)
    return get_object_or_404(calls.in_reach_of(request.user), pk=pk)


def overview(request):
    """The calls whose figures one may read, with how many handed in."""
    calls = Call.objects.public().select_related("programme")
    if not request.user.has_perm(FIGURES):
        check(request, VIEW)
        calls = calls.in_reach_of(request.user)
    handed_in = Count("applications", filter=Q(applications__submitted_at__isnull=False))
    rows = [
        (call, None if rules.is_few(call.handed_in) else call.handed_in)
        for call in calls.annotate(handed_in=handed_in)
    ]
    return TemplateResponse(request, "mentoring/desk/figures_of_all.html", {"rows": rows})


def figures(request, pk: int):
    call = found_call(request, pk)
    total, tables = _tables(call)
    context = {
        **(call_context(call, "figures") if request.user.has_perm(VIEW) else {"call": call}),
        "stages": [(STAGE_WORDS[name], DEFINITIONS[name]) for name in STAGES],
        "total": total,
        "tables": tables,
        "few": rules.FEW,
    }
    return TemplateResponse(request, "mentoring/desk/figures.html", context)


def figures_export(request, pk: int):
    """The same table as a file."""
    call = found_call(request, pk)
    kind = request.GET.get("format", "csv")
    if kind not in ("csv", "xlsx"):
        raise Http404
    lines, name = list(_lines(call)), f"mentoring-figures-{call.pk}.{kind}"
    if kind == "xlsx":
        return xlsx_response(lines, name, title=str(_("Figures")))
    return csv_response(lines, name)


def _lines(call: Call) -> Iterable[list]:
    total, tables = _tables(call)
    yield [_("Grouped by"), "", *(str(STAGE_WORDS[name]) for name in STAGES)]
    yield [_("All"), "", *map(_cell, total)]
    for table in tables:
        for label, counts in table.rows:
            yield [table.label, label, *map(_cell, counts)]


def _cell(count: int | None) -> int | str:
    return _("left out") if count is None else count


def _tables(call: Call) -> tuple[rules.Shown, list[Table]]:
    applications = Application.objects.filter(call=call).handed_in()
    total = applications.counted()
    tables = []
    for dimension in _dimensions():
        rows = {
            _name(dimension, value): counts
            for value, counts in applications.counted_by(dimension.field).items()
        }
        shown, _total = rules.suppressed(rows, total)
        tables.append(Table(dimension.label, sorted(shown.items())))
    return rules.suppressed({}, total)[1], tables


def _name(dimension: Dimension, value: object) -> str:
    if value in (None, ""):
        return _("not said")
    if dimension.field == "country":
        return country_name(str(value))
    return str(dimension.words.get(value, value))
