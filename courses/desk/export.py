"""The list as a file, CSV or XLSX, written row by row, so that many people need no more memory."""

from collections.abc import Iterator

from django.db.models import Count
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import actions
from courses.desk.people import back_to_list, check, chosen, run_name
from courses.models import CourseRun
from courses.permissions import VIEW
from courses.states import EnrolmentState
from courses.titles import course_title
from home.desk.choosing import NobodyChosen
from home.spreadsheets import csv_response, xlsx_response
from participants.countries import country_name

CHUNK = 500
# A row takes half a millisecond: nobody waits longer than some seconds. CSV has no such limit.
MOST_XLSX = 20_000
# What may be told of a filter: never what somebody typed about a person.
TOLD = ("course", "run", "state", "percent", "idle", "stuck", "country", "language", "completed")


def export(request) -> HttpResponseBase:
    """Hands out what was chosen from the list, and writes down that it left the house."""
    check(request, VIEW)
    if request.method != "POST":
        return redirect("courses_enrolments")
    try:
        found = chosen(request)
    except NobodyChosen as error:
        return back_to_list(request, error.args[0])
    kind = "xlsx" if request.POST.get("format") == "xlsx" else "csv"
    rows = found.order_by().values_list("run__course").annotate(Count("pk", distinct=True))
    counts = dict(rows)
    if kind == "xlsx" and sum(counts.values()) > MOST_XLSX:
        return back_to_list(
            request, _("XLSX holds 20,000 rows at most. Export as CSV, or choose fewer people.")
        )
    actions.log_export(counts, by=request.user, detail=_detail(request, kind))
    lines = table(found.for_desk().order_by("pk"))
    name = f"{_('enrolments')}-{timezone.localdate():%Y-%m-%d}.{kind}"
    if kind == "xlsx":
        return xlsx_response(lines, name, title=_("Enrolments"))
    return csv_response(lines, name)


def _detail(request, kind: str) -> dict:
    """The format and the filters, without names."""
    if request.POST.get("who") != "all":
        return {"format": kind, "chosen": "ticked"}
    query = QueryDict(request.POST.get("query", ""))
    known = {name: value[:40] for name, value in query.items() if value and name.startswith(TOLD)}
    typed = [name for name in ("q", "organisation") if query.get(name)]
    return {"format": kind, "chosen": "all", "filters": known, "typed": typed}


def table(enrolments) -> Iterator[list]:
    """Headings, then a line for each enrolment: what a coordinator needs to know, and no more."""
    yield [
        *(_("Name"), _("E-mail address"), _("Organisation"), _("Country"), _("Language")),
        *(_("Course"), _("Course run"), _("Attempt"), _("State"), _("Percent done")),
        *(_("Lessons done"), _("Lessons that count")),
        *(_("Enrolled"), _("Last seen"), _("Completed")),
    ]
    titles: dict = {}
    runs: dict[int, CourseRun] = {}
    for enrolment in enrolments.iterator(chunk_size=CHUNK):
        key = enrolment.run.course.key
        if key not in titles:
            titles[key] = course_title(key)
        run = runs.setdefault(enrolment.run_id, enrolment.run)
        yield _line(enrolment, titles[key], run_name(run))


def _line(enrolment, course: str, run: str) -> list:
    person, summary = enrolment.user, enrolment.summary
    profile = getattr(person, "profile", None) if person else None
    return [
        str(person) if person else _("erased person"),
        person.email if person and not person.erased_at else "",
        profile.organisation.name if profile else "",
        country_name(profile.country) if profile else "",
        person.get_language_display() if person else "",
        course,
        run,
        enrolment.attempt,
        str(EnrolmentState(enrolment.state).label),
        summary.percent,
        summary.required_done,
        summary.required_total,
        *(_day(moment) for moment in (enrolment.enrolled_at, summary.last_seen_at)),
        _day(enrolment.completed_at),
    ]


def _day(moment) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d}" if moment else ""
