"""Applications as a file, CSV or XLSX: what assessing them needs. Addresses and people's own words
only when asked for; declared conflicts never."""

from collections.abc import Iterator

from django.http import HttpResponseBase, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from home.desk.choosing import NobodyChosen
from home.spreadsheets import csv_response, xlsx_response
from mentoring import actions
from mentoring.desk.applications import back_to_list, chosen
from mentoring.desk.common import found_call
from mentoring.models import Application
from mentoring.states import Act

CHUNK = 500
MOST_XLSX = 20_000
MORE = ("mail", "words")
# What may be told of a filter: never what somebody typed about a person.
TOLD = ("side", "state", "country", "level_of_government", "degree_of_urbanisation", "topics")
TOLD += ("language", "question", "conflicts")


def export(request, pk: int) -> HttpResponseBase:
    """Hands out what was chosen from the list, and writes down that it left the house."""
    call = found_call(request, pk)
    if request.method != "POST":
        return back_to_list(request, call)
    try:
        found = chosen(request, call)
    except NobodyChosen as error:
        return back_to_list(request, call, error.args[0])
    kind = "xlsx" if request.POST.get("format") == "xlsx" else "csv"
    count = found.count()
    if kind == "xlsx" and count > MOST_XLSX:
        return back_to_list(
            request,
            call,
            _("XLSX holds 20,000 rows at most. Export as CSV, or choose fewer people."),
        )
    more = [name for name in MORE if name in request.POST.getlist("more")]
    detail = _detail(request, kind, more)
    actions.log_act(Act.EXPORT, call.pk, by=request.user, count=count, detail=detail)
    lines = table(found.for_desk().prefetch_related("topics").order_by("pk"), more)
    name = f"{_('applications')}-{timezone.localdate():%Y-%m-%d}.{kind}"
    if kind == "xlsx":
        return xlsx_response(lines, name, title=_("Applications"))
    return csv_response(lines, name)


def _detail(request, kind: str, more: list[str]) -> dict:
    """The format and the filters, without names."""
    if request.POST.get("who") != "all":
        return {"format": kind, "more": more, "chosen": "ticked"}
    query = QueryDict(request.POST.get("query", ""))
    known = {name: query[name][:40] for name in TOLD if query.get(name)}
    return {
        "format": kind,
        "more": more,
        "chosen": "all",
        "filters": known,
        "typed": ["q"] if query.get("q") else [],
    }


def table(applications, more: list[str]) -> Iterator[list]:
    """Headings, then a line for each application."""
    yield [
        *(_("Name"), _("As"), _("State"), _("Organisation"), _("Country"), _("Role")),
        *(_("Level of government"), _("Degree of urbanisation"), _("People in the area")),
        *(_("Experience"), _("Topics"), _("Languages"), _("Available from")),
        *(_("Available until"), _("Mentees at the same time"), _("Handed in")),
        *(_("Decided"), _("Reason")),
        *([_("E-mail address")] if "mail" in more else []),
        *([_("Challenge"), _("Objective"), _("What they bring")] if "words" in more else []),
    ]
    for application in applications.iterator(chunk_size=CHUNK):
        yield _line(application, more)


def _line(one: Application, more: list[str]) -> list:
    person = one.person
    return [
        str(person) if person else _("erased person"),
        one.get_side_display(),
        one.get_state_display(),
        one.organisation.name if one.organisation else "",
        one.country_name,
        one.get_role_display(),
        one.get_level_of_government_display(),
        one.get_degree_of_urbanisation_display() or "",
        one.get_size_band_display() or "",
        one.get_experience_band_display() or "",
        ", ".join(topic.label for topic in one.topics.all()),
        ", ".join(f"{code} {level}" for code, level in one.spoken()),
        _day(one.available_from),
        _day(one.available_until),
        "" if one.is_mentee else one.capacity,
        _day(one.submitted_at and timezone.localtime(one.submitted_at)),
        _day(one.decided_at and timezone.localtime(one.decided_at)),
        one.reason,
        *([person.email if person else ""] if "mail" in more else []),
        *([one.challenge, one.objective, one.experience] if "words" in more else []),
    ]


def _day(day) -> str:
    return f"{day:%Y-%m-%d}" if day else ""
