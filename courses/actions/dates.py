"""The dates of a course in people's schedules: of a run, and of a goal that somebody set.

All come from one source. Locks are taken in one order: people, then their enrolments, then dates.
Calling off needs no lock on people, so whoever holds an enrolment may do that.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses import rules
from courses.models import CourseManifest, CourseRun, Enrolment
from home.pagemap import page_map
from home.templatetags.look import long_date
from participants.models import User
from participants.notices import in_every_language
from participants.refusals import Refused
from schedule import actions as schedule
from schedule.models import Entry
from schedule.rules import Content, on_days
from schedule.states import Kind

DATES = "courses"


def path_of_date(target: Mapping[str, Any]) -> str | None:
    """The page of the course, in the reader's language."""
    node = page_map().in_language(UUID(target["course"]), get_language())
    return page_map().url(node, get_language()) if node and node.live else None


def today_in(time_zone: str, now: datetime) -> date:
    return now.astimezone(ZoneInfo(time_zone)).date()


def show(run: CourseRun, people: Iterable[int], now: datetime) -> None:
    """Puts the first and the last day of a run into these people's schedules, as they are now."""
    people = list(people)
    days = _days(run)
    for key, content in days.items():
        schedule.put_many(people, DATES, key, content, now=now)
    schedule.cancel(people, DATES, set(_run_keys(run.pk)) - set(days), now=now)


def moving(run: CourseRun, people: Iterable[int]) -> list[int]:
    """Those of them whose schedule shows other days of the run than it has now."""
    shown = Entry.objects.standing().filter(person__in=list(people), source=DATES)
    other = [Q(key=key) & ~Q(begins_at=content.begins_at) for key, content in _days(run).items()]
    found = shown.filter(reduce(or_, other))
    return list(found.order_by("person").values_list("person", flat=True).distinct())


def facts_of(run: CourseRun) -> dict[str, dict[str, str]]:
    """What a notice says of a run: its course and its days, in every language of the site."""
    return {
        "course": _titles(run.course),
        "first": in_every_language(lambda: long_date(run.starts_on)),
        "last": in_every_language(lambda: long_date(run.ends_on)),
    }


def left(enrolments: Iterable[Enrolment], now: datetime) -> None:
    """Nothing of these enrolments is waiting any more."""
    _cancel(enrolments, lambda one: [*_run_keys(one.run_id), _goal_key(one)], now)


def finished(enrolments: Iterable[Enrolment], now: datetime) -> None:
    """Who completed a course has no last day to think of."""
    _cancel(enrolments, lambda one: [_run_keys(one.run_id)[1], _goal_key(one)], now)


@transaction.atomic
def set_goal(enrolment_id: int, day: date | None, *, now: datetime | None = None) -> Enrolment:
    """The day by which somebody wants to finish, or none any more. It is theirs alone: nothing
    happens when it passes. Setting the same day again changes nothing."""
    now = now or timezone.now()
    user_id = Enrolment.objects.values_list("user", flat=True).get(pk=enrolment_id)
    person = User.objects.select_for_update(no_key=True).get(pk=user_id)
    enrolment = Enrolment.objects.select_for_update().get(pk=enrolment_id)
    if not enrolment.is_active:
        words = _("A goal is for a course that you are in and have not finished.")
        raise Refused("not_active", words)
    if day is not None:
        _check_goal(day, today_in(person.time_zone, now))
    enrolment.goal_on = day
    enrolment.save(update_fields=["goal_on"])
    show_goal(enrolment, person, now)
    return enrolment


def show_goal(enrolment: Enrolment, person: User, now: datetime) -> None:
    """Brings the date of a goal in line with the enrolment; one that has passed is not shown
    again. Call it with the person locked."""
    goal, key = enrolment.goal_on, _goal_key(enrolment)
    if goal is None or goal < today_in(person.time_zone, now):
        schedule.cancel([person.pk], DATES, [key], now=now)
        return
    run = CourseRun.objects.select_related("course").get(pk=enrolment.run_id)
    content = on_days(
        goal,
        goal,
        person.time_zone,
        kind=Kind.DEADLINE,
        title=_said(_titles(run.course), lambda: _("Finish “%(course)s” (your own goal)")),
        target={"course": str(run.course.key)},
    )
    schedule.put(person.pk, DATES, key, content, now=now)


def _check_goal(day: date, today: date) -> None:
    reason = rules.why_no_goal(day, today)
    if reason == "past":
        raise Refused(reason, _("This day is past. Choose today or a later day."))
    if reason == "far":
        raise Refused(reason, _("Choose a day within the next two years."))


def _cancel(enrolments: Iterable[Enrolment], keys_of: Any, now: datetime) -> None:
    people, keys = set(), set()
    for one in enrolments:
        if one.user_id is not None:
            people.add(one.user_id)
            keys.update(keys_of(one))
    if people:
        schedule.cancel(people, DATES, keys, now=now)


def _days(run: CourseRun) -> dict[str, Content]:
    """What calendars show of a run, by key."""
    titles = _titles(run.course)
    zone = settings.TIME_ZONE
    common = {
        "description": dict.fromkeys(titles, run.name) if run.name else {},
        "target": {"course": str(run.course.key)},
    }
    first, last = _run_keys(run.pk)
    days = {}
    if run.starts_on is not None:
        title = _said(titles, lambda: _("First day of the course “%(course)s”"))
        days[first] = on_days(
            run.starts_on, run.starts_on, zone, kind=Kind.EVENT, title=title, **common
        )
    if run.ends_on is not None:
        title = _said(titles, lambda: _("Last day of the course “%(course)s”"))
        days[last] = on_days(
            run.ends_on, run.ends_on, zone, kind=Kind.DEADLINE, title=title, **common
        )
    return days


def _titles(course: Any) -> dict[str, str]:
    """The course's title in every language of the site; where there is no translation, the
    source's."""
    pages, found = page_map(), {}
    for code in dict(settings.LANGUAGES):
        if node := pages.in_language(course.key, code):
            found[code] = node.title
    if found:
        return found
    newest = CourseManifest.objects.latest_of(course)
    return dict(newest.titles) if newest else {settings.LANGUAGE_CODE: "–"}


def _said(titles: Mapping[str, str], words: Any) -> dict[str, str]:
    """The same words about the course in all its languages."""
    said = {}
    for code, title in titles.items():
        with translation.override(code):
            said[code] = words() % {"course": title}
    return said


def _run_keys(run_id: int) -> tuple[str, str]:
    return f"run/{run_id}/start", f"run/{run_id}/end"


def _goal_key(enrolment: Enrolment) -> str:
    return f"goal/{enrolment.pk}"
