"""People, enrolments and what they did: counted out in Python, written by COPY and by the server.

Everybody goes through outlines from the front. `way` says for each enrolment how far: what it says
is written as events, as rows of progress, and as summaries that the project's own rules compute.
"""

import random
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone

from academy.actions import save_programme
from academy.models import Programme
from courses import rules
from courses.models import CourseManifest, CourseRun
from participants.actions import add_person
from participants.countries import EU
from participants.models import Organisation
from participants.states import Role
from tools.bench.seed import bulk

COORDINATOR = "coordinator@bench.example.org"
COURSES_COORDINATED = 5
DOMAIN = "bench.example.org"
FAILED, PASSED = 60, 100
# Of lessons, by somebody who has just begun.
MOST_DONE = 12
LOGS = ("courses_progressevent", "courses_itemprogress")
TABLES = ("courses_enrolment", "courses_enrolmentsummary", "courses_attemptanswer", *LOGS)


@dataclass(frozen=True)
class Course:
    """One on offer: its run, its newest outline, what the outline lists."""

    pk: int
    run: int
    manifest: int
    version: int
    items: tuple[rules.Item, ...]


@dataclass(frozen=True)
class Way:
    """How far one person went in one course. `done` is the number of items from the front; behind
    them one may be open. `tries` attempts at the quiz were handed in, and the last one may have
    passed."""

    enrolment: int
    person: int
    course: int
    manifest: int
    run: int
    state: str
    began: datetime
    done: int
    opened: int
    tries: int
    passed: bool


def make_people(size) -> None:
    with transaction.atomic():
        bulk.sql("SET LOCAL synchronous_commit = off")
        bulk.sql("SET LOCAL maintenance_work_mem = '256MB'")
        first = _people(size.people)
        courses = _courses()
        _coordinator(courses)
        _ways(size, first, courses)
        with bulk.bare(*TABLES):
            _enrolments()
            _summaries({course.manifest: course for course in courses})
            _attempts()
            _progress()
    bulk.renumber("courses_enrolment")
    bulk.sql("VACUUM ANALYZE")


def _people(count: int) -> int:
    """The number of the first of them."""
    now = timezone.now()
    names = [f"Town of {country} {n}" for n in range(8) for country in EU]
    towns = Organisation.objects.bulk_create(
        Organisation(name=name, normalised_name=name.lower(), country=name.split()[2])
        for name in names
    )
    first = bulk.rows("SELECT coalesce(max(id), 0) + 1 FROM participants_user")[0][0]
    people = range(first, first + count)
    bulk.copy(
        "participants_user",
        "id, password, is_superuser, email, name, language, time_zone, is_active, date_joined",
        (
            (pk, "!", False, _email(pk), f"Person {pk}", "en", "Europe/Brussels", True, now)
            for pk in people
        ),
    )
    bulk.copy(
        "account_emailaddress",
        'user_id, email, verified, "primary"',
        ((pk, _email(pk), True, True) for pk in people),
    )
    bulk.copy(
        "participants_profile",
        "user_id, country, organisation_id, role, gender, bio, photo, public, alumni_contact, "
        "created_at, updated_at",
        (
            (pk, town.country, town.pk, "", "", "", "", False, False, now, now)
            for pk in people
            for town in [towns[pk % len(towns)]]
        ),
    )
    bulk.renumber("participants_user")
    return first


def _email(pk: int) -> str:
    return f"person-{pk}@{DOMAIN}"


def _courses() -> list[Course]:
    outlines = CourseManifest.objects.latest_each().with_items().select_related("course")
    runs = dict(CourseRun.objects.self_paced().values_list("course", "pk"))
    return [
        Course(o.course_id, runs[o.course_id], o.pk, o.course.version, tuple(o.items_for_rules()))
        for o in outlines.order_by("pk")
    ]


def _coordinator(courses: list[Course]) -> None:
    person = add_person(COORDINATOR, "The coordinator", roles=[Role.COORDINATOR])
    Authenticator.objects.create(
        user=person, type=Authenticator.Type.TOTP, data={"secret": "never used"}
    )
    save_programme(
        Programme(name="A programme"),
        courses=[course.pk for course in courses[:COURSES_COORDINATED]],
        coordinators=[person.pk],
        by=None,
    )


# --- How far everybody went ---------------------------------------------------------------------


def _ways(size, first: int, courses: list[Course]) -> None:
    bulk.sql(
        "CREATE TEMPORARY TABLE way (enrolment int, person int, course int, manifest int, run int, "
        "state text, began timestamptz, done int, opened int, tries int, passed bool) "
        "ON COMMIT DROP"
    )
    chance = random.Random(1)  # noqa: S311
    names = ", ".join(Way.__dataclass_fields__)
    bulk.copy("way", names, map(astuple, _everybody(size, first, courses, chance)))
    bulk.sql("ANALYZE way")


def _everybody(size, first: int, courses: list[Course], chance: random.Random) -> Iterator[Way]:
    each = min(size.enrolments // size.people, len(courses))
    number = 0
    for person in range(first, first + size.people):
        for course in chance.sample(courses, each):
            number += 1
            yield _way(number, person, course, chance)


def _way(number: int, person: int, course: Course, chance: random.Random) -> Way:
    """A quarter completed the course, one in twenty left, the others are on their way."""
    lessons, luck = len(course.items) - 1, chance.random()
    began = datetime(2026, 1, 1, tzinfo=UTC) - timedelta(minutes=chance.randrange(400 * 24 * 60))
    if luck < 0.25:
        state, done, opened = "completed", lessons + 1, 0
        tries, passed = chance.choice((1, 1, 2)), True
    elif luck < 0.3:
        state, done, opened, tries, passed = "withdrawn", chance.randrange(4), 0, 0, False
    elif luck < 0.35:
        state, done, opened, tries, passed = "active", lessons, 1, 1, False
    else:
        done = chance.randrange(min(lessons, MOST_DONE + 1))
        state, opened, tries, passed = "active", chance.randrange(2), 0, False
    return Way(
        number,
        person,
        course.pk,
        course.manifest,
        course.run,
        state,
        began,
        done,
        opened,
        tries,
        passed,
    )


# --- What is written of it ----------------------------------------------------------------------

# A lesson an hour; the quiz is handed in half an hour after it was begun, and again after another.
AT = "way.began + interval '1 hour' * entry.position"
HANDED_IN = "way.began + interval '1 hour' * entry.position + interval '30 minutes' * try.number"
LAST_TRY = "way.began + interval '1 hour' * entry.position + interval '30 minutes' * way.tries"
ENTRIES = "way JOIN courses_manifestitem AS entry ON entry.manifest_id = way.manifest"
QUIZ = (
    f"{ENTRIES} JOIN courses_learningitem AS item ON item.id = entry.item_id AND item.kind = 'quiz'"
    " CROSS JOIN LATERAL generate_series(1, way.tries) AS try(number)"
)
DONE_AT = f"CASE WHEN entry.position = way.done AND way.passed THEN {LAST_TRY} ELSE {AT} END"


def _enrolments() -> None:
    bulk.sql(
        "INSERT INTO courses_enrolment (id, user_id, run_id, manifest_id, attempt, state, "
        "enrolled_at, withdrawn_at, completed_at, news_seen_at) "
        "SELECT enrolment, person, run, manifest, 1, state, began, "
        "CASE WHEN state = 'withdrawn' THEN began + interval '90 days' END, "
        "CASE WHEN state = 'completed' THEN began + interval '90 days' END, now() FROM way"
    )


def _summaries(courses: dict[int, Course]) -> None:
    @cache
    def standing(manifest: int, done: int) -> tuple:
        items = list(courses[manifest].items)
        finished = {item.id for item in items[:done]}
        return astuple(rules.summarise(items, finished, completed=done == len(items)))

    def line(enrolment, manifest, done, opened, tries, last, seen):
        version = courses[manifest].version
        return (enrolment, *standing(manifest, done), last, seen, version)

    found = bulk.rows(
        "SELECT way.enrolment, way.manifest, way.done, way.opened, way.tries, entry.item_id, "
        f"CASE WHEN way.tries > 0 THEN {LAST_TRY} ELSE {AT} END "
        "FROM way LEFT JOIN courses_manifestitem AS entry ON entry.manifest_id = way.manifest "
        "AND entry.position = way.done + way.opened"
    )
    names = [*rules.Summary.__dataclass_fields__, "last_item_id", "last_seen_at", "version"]
    columns = ", ".join(["enrolment_id", *names])
    bulk.copy("courses_enrolmentsummary", columns, (line(*row) for row in found))


def _attempts() -> None:
    bulk.sql(
        "INSERT INTO courses_attempt (enrolment_id, item_id, number, outline, language, revision, "
        "pass_mark, layout, explains, started_at, submitted_at, score, passed) "
        f"SELECT way.enrolment, entry.item_id, try.number, 1, 'en', NULL, 80, 'one', true, {AT}, "
        f"{HANDED_IN}, CASE WHEN {_PASSES} THEN {PASSED} ELSE {FAILED} END, {_PASSES} FROM {QUIZ}"
    )
    bulk.sql(
        'INSERT INTO courses_attemptanswer (attempt_id, position, version_id, "order", chosen, '
        'saves, saved_at, "right") '
        'SELECT attempt.id, place.sort_order + 1, version.id, \'["a", "b", "c", "d"]\', '
        "CASE WHEN right_one THEN '[\"b\"]'::jsonb ELSE '[\"a\"]'::jsonb END, 1, "
        "attempt.submitted_at, right_one "
        "FROM courses_attempt AS attempt "
        "JOIN courses_learningitem AS item ON item.id = attempt.item_id "
        "JOIN wagtailcore_page AS page ON page.translation_key = item.key "
        "JOIN courses_quizquestion AS place ON place.page_id = page.id "
        "JOIN courses_questionversion AS version ON version.question_id = place.question_id "
        "CROSS JOIN LATERAL (SELECT attempt.passed OR place.sort_order < 3 AS right_one) AS mark"
    )


_PASSES = "(way.passed AND try.number = way.tries)"


def _progress() -> None:
    bulk.sql(
        "INSERT INTO courses_itemprogress (enrolment_id, item_id, opened_at, done_at, language, "
        "revision, again_from) "
        f"SELECT way.enrolment, entry.item_id, {AT}, "
        f"CASE WHEN entry.position <= way.done THEN {DONE_AT} END, 'en', NULL, 0 "
        f"FROM {ENTRIES} AND entry.position <= way.done + way.opened"
    )
    _events("enrolled", "way.began", "way", item="NULL")
    _events(
        "opened",
        AT,
        f"{ENTRIES} AND entry.position <= way.done + way.opened AND "
        "NOT (way.tries > 0 AND entry.position = way.done + way.opened)",
    )
    detail = "jsonb_build_object('attempt', try.number)"
    _events("attempted", AT, QUIZ, detail=detail)
    result = f"jsonb_build_object('score', CASE WHEN {_PASSES} THEN {PASSED} ELSE {FAILED} END, "
    result += f"'passed', {_PASSES})"
    _events("submitted", HANDED_IN, QUIZ, detail=f"{detail} || {result}")
    _events("done", DONE_AT, f"{ENTRIES} AND entry.position <= way.done")
    ended = "way.began + interval '90 days'"
    _events("completed", ended, "way WHERE way.state = 'completed'", item="NULL")
    _events("withdrawn", ended, "way WHERE way.state = 'withdrawn'", item="NULL")


def _events(
    verb: str, at: str, source: str, *, item: str = "entry.item_id", detail: str = "'{}'::jsonb"
) -> None:
    bulk.sql(
        "INSERT INTO courses_progressevent (uuid, enrolment_id, verb, item_id, part, language, "
        "outline, detail, at) "
        f"SELECT gen_random_uuid(), way.enrolment, '{verb}', {item}, '', 'en', 1, {detail}, {at} "
        f"FROM {source}"
    )
