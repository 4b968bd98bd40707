"""Programmes, calls and applications, as pages and actions leave them."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from academy.actions import save_programme
from academy.models import Programme as Folder
from home.models import Topic
from mentoring import actions
from mentoring.actions import Pair
from mentoring.models import (
    Application,
    Call,
    CallPage,
    Match,
    MentoringPage,
    Programme,
    ProgrammePage,
)
from mentoring.states import ApplicationState, CallState, SessionState, Side
from participants.states import Role
from tests.factories import courses, participants

CONDITION = "I was born after 31 December 1988."


def overview() -> MentoringPage:
    found = MentoringPage.objects.filter(locale__language_code="en").first()
    return found or courses.published(
        courses.site_home(),
        MentoringPage(title="Mentoring", slug="mentoring", locale=courses.locale("en")),
    )


def programme(title: str = "Young elected politicians", **fields: Any) -> Programme:
    page = courses.published(
        overview(), ProgrammePage(title=title, summary="Learn.", locale=courses.locale("en"))
    )
    record = actions.know_programme(page)
    Programme.objects.filter(pk=record.pk).update(**fields)
    record.refresh_from_db()
    return record


def call(title: str = "Call 2027", *, of: Programme | None = None, **fields: Any) -> Call:
    """An open call with its page; `fields` are the record's."""
    above = ProgrammePage.objects.get(key_of(of or programme()))
    page = CallPage(
        title=title,
        summary="Nine months, six sessions.",
        purpose="<p>Learn from each other.</p>",
        privacy="<p>Coordinators read it.</p>",
        conditions=[("condition", {"text": CONDITION, "who": "mentee"})],
        locale=courses.locale("en"),
    )
    record = actions.know_call(courses.published(above, page))
    now = timezone.now()
    values = {
        "state": CallState.OPEN,
        "opens_at": now - timedelta(days=1),
        "closes_at": now + timedelta(days=30),
        "period_from": date(2027, 1, 1),
        "period_until": date(2027, 9, 30),
        **fields,
    }
    Call.objects.filter(pk=record.pk).update(**values)
    record.refresh_from_db()
    return record


def key_of(record: Programme | Call):
    from django.db.models import Q

    return Q(translation_key=record.key, locale__language_code="en")


def page_of(record: Call) -> CallPage:
    return CallPage.objects.get(key_of(record))


def topic(name: str = "Housing") -> Topic:
    return Topic.objects.get_or_create(name=name)[0]


_organisations = iter(range(1, 1_000_000))


def application(
    of: Call, side: str = Side.MENTEE, *, person: Any = None, topics: Any = None, **fields: Any
) -> Application:
    """One that was handed in and accepted for matching, of somebody of their own town."""
    number = next(_organisations)
    values = {
        "state": ApplicationState.ELIGIBLE,
        "organisation": participants.organisation(f"Town {number}"),
        "country": "BE",
        "role": "elected-member",
        "level_of_government": "local",
        "degree_of_urbanisation": 3,
        "size_band": 1,
        "experience_band": 1 if side == Side.MENTEE else 3,
        "challenge": "Nobody speaks Ukrainian here." if side == Side.MENTEE else "",
        "objective": "Plan a language course." if side == Side.MENTEE else "",
        "experience": "Ten years of housing." if side == Side.MENTOR else "",
        "languages": {"en": 5},
        "half_days": ["mon-am", "wed-eve"],
        "available_from": date(2027, 1, 1),
        "available_until": date(2027, 9, 30),
        "privacy_wording": "1",
        "language": "en",
        "submitted_at": timezone.now(),
        **fields,
    }
    made = Application.objects.create(
        call=of,
        person=person or participants.person(f"{side}{number}@example.org", f"Ada {number}"),
        side=side,
        **values,
    )
    made.topics.set([topic()] if topics is None else topics)
    return made


def coordinator(of: Programme, email: str = "coordinator@example.org"):
    """Somebody with the role, who coordinates this programme."""
    user = participants.staff(Role.COORDINATOR, email)
    folder, _new = Folder.objects.get_or_create(name=of.name)
    running = folder.coordinations.filter(ended_at=None).values_list("person", flat=True)
    save_programme(folder, courses=[], mentoring=[of.pk], coordinators=[*running, user.pk])
    return user


def answers(of: Application) -> dict[str, Any]:
    """Everything that an application can say, as the steps of its form save it."""
    page = page_of(of.call)
    conditions = [{**one, "language": "en"} for one in page.conditions_for(of.side)]
    mentee = of.side == Side.MENTEE
    return {
        "conditions": conditions,
        "privacy_wording": "1",
        "organisation": "Town of Testing",
        "country": "BE",
        "role": "elected-member",
        "level_of_government": "local",
        "degree_of_urbanisation": 3,
        "size_band": 1,
        "experience_band": 1,
        "topics": [topic().pk],
        "challenge": "Nobody speaks Ukrainian here." if mentee else "",
        "objective": "Plan a language course." if mentee else "",
        "experience": "" if mentee else "Ten years of housing.",
        "capacity": 1,
        "languages": {"en": 5},
        "half_days": ["mon-am"],
        "available_from": "2027-01-01",
        "available_until": "2027-09-30",
    }


def offer(of: Call | None = None, **fields: Any) -> Match:
    """A mentee and a mentor of one call, offered to each other."""
    of = of or call()
    pair = Pair(application(of).pk, application(of, Side.MENTOR).pk)
    return actions.offer(of.pk, [pair], **fields)[0]


def mentorship(of: Call | None = None, *, now: datetime | None = None) -> Match:
    """One that both have accepted. Of a given moment, the call's dates are those of 2027."""
    made = offer(of, now=now)
    for one in (made.mentee, made.mentor):
        actions.accept(made.pk, one.person_id, now=now)
    made.refresh_from_db()
    return made


def held_session(match, **fields: Any):
    """A session that the two recorded as held."""
    values = {"begins_at": timezone.now(), "minutes": 45, **fields}
    return match.sessions.create(state=SessionState.HELD, **values)
