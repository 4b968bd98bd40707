"""Many people under way: a new outline reaches each of them once, whatever happens meanwhile."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses import actions
from courses.models import (
    CourseManifest,
    Enrolment,
    EnrolmentSummary,
    ItemProgress,
    LearningItem,
    ProgressEvent,
)
from courses.states import ManifestKind, Verb
from participants import notices
from participants.actions import erase_person
from participants.models import Notice
from participants.refusals import Refused
from tests.courses.conftest import person
from tests.factories import courses as make
from tests.support.races import together

# All of them in `make proof`; a quarter in the same share of a minute otherwise.
ALL = 20_000
MANY = int(os.environ.get("ROLLOUT_PEOPLE", ALL // 4))


def crowd(course, size: int) -> list[int]:
    """So many people under way, each with the first lesson done; ids of the enrolments."""
    run, manifest = make.run_of(course), CourseManifest.objects.get(number=1)
    first = make.entries_of(course)[0].item_id
    now = timezone.now()
    users = get_user_model().objects.bulk_create(
        get_user_model()(email=f"p{n}@example.org", name="P") for n in range(size)
    )
    enrolments = Enrolment.objects.bulk_create(
        Enrolment(user=user, run=run, manifest=manifest, enrolled_at=now) for user in users
    )
    version = LearningItem.objects.get(pk=run.course_id).version
    ItemProgress.objects.bulk_create(
        ItemProgress(enrolment=e, item_id=first, opened_at=now, done_at=now) for e in enrolments
    )
    ProgressEvent.objects.bulk_create(
        ProgressEvent(enrolment=e, verb=Verb.DONE, item_id=first, at=now) for e in enrolments
    )
    EnrolmentSummary.objects.bulk_create(
        EnrolmentSummary(
            enrolment=e,
            required_total=4,
            required_done=1,
            percent=25,
            minutes_left=15,
            last_item_id=first,
            last_seen_at=now,
            version=version,
        )
        for e in enrolments
    )
    return [e.pk for e in enrolments]


def publish_material(course):
    first = make.lessons_of(course)[0]
    make.lesson(first.get_parent(), "Late")
    item = LearningItem.objects.get(key=first.translation_key)
    return actions.publish_outline(course, kind=ManifestKind.MATERIAL, again=[item.pk])


def check_everybody(size: int) -> None:
    """All follow the new outline, have the first lesson to do again, and were told so, once."""
    assert Enrolment.objects.behind().count() == 0
    assert Enrolment.objects.filter(manifest__number=2).count() == size
    summaries = EnrolmentSummary.objects.values_list("required_total", "required_done", "percent")
    assert set(summaries) == {(5, 0, 0)}
    for verb in (Verb.REPINNED, Verb.REOPENED):
        assert ProgressEvent.objects.filter(verb=verb).count() == size
    told = Notice.objects.on_site().filter(kind="courses.changed")
    assert told.values("user").distinct().count() == told.count() == size
    pk = Enrolment.objects.order_by("pk").values_list("pk", flat=True)[0]
    assert actions.rebuild_progress(pk, write=False) == []


@pytest.mark.django_db
def test_a_worker_that_stops_in_the_middle_is_taken_over_where_it_was(course):
    crowd(course, 300)
    publish_material(course)
    from courses.actions import rollout

    rollout._batch(make.run_of(course).course_id, 100, None)
    assert Enrolment.objects.behind().count() == 200

    assert actions.bring_up_to_date() == 200
    assert actions.bring_up_to_date() == 0
    check_everybody(300)


@pytest.mark.django_db
def test_a_batch_takes_the_same_queries_whatever_its_size(course):
    crowd(course, 60)
    publish_material(course)
    from courses.actions import rollout

    counts = []
    for size in (10, 25):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert rollout._batch(make.run_of(course).course_id, size, None) == size
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_a_newcomer_between_publication_and_worker_follows_the_new_outline(course):
    crowd(course, 3)
    publish_material(course)
    newcomer = actions.enrol(person("new@example.org").pk, make.run_of(course).pk)

    assert newcomer.manifest.number == 2
    assert actions.bring_up_to_date() == 3
    assert not newcomer.events.filter(verb=Verb.REPINNED).exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_people_are_brought_in_line_at_the_pace_of_twenty_thousand_a_minute(
    course, record_property
):
    crowd(course, MANY)
    start = time.monotonic()
    publish_material(course)
    published = time.monotonic() - start
    assert actions.bring_up_to_date() == MANY
    took = time.monotonic() - start
    record_property("seconds to publish, and until all are in line", f"{published:.2f}, {took:.1f}")
    assert published < 5
    assert took < 60 * MANY / ALL
    check_everybody(MANY)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_nothing(course):
    size = 3000
    crowd(course, size)
    publish_material(course)
    code = (
        "import django; django.setup(); from courses.actions import bring_up_to_date; "
        "print('ready', flush=True); bring_up_to_date(batch=20)"
    )
    environment = os.environ | {"KILLED_DATABASE": connection.settings_dict["NAME"]}
    program = (
        "import os; from django.conf import settings; "
        "settings.DATABASES['default']['NAME'] = os.environ['KILLED_DATABASE']; " + code
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE
    )
    worker.stdout.readline()
    deadline = time.monotonic() + 30
    while Enrolment.objects.behind().count() > size - 200 and time.monotonic() < deadline:
        time.sleep(0.01)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    left = Enrolment.objects.behind().count()
    assert 0 < left < size

    actions.bring_up_to_date()
    check_everybody(size)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_reach_each_person_once(course):
    crowd(course, 200)
    publish_material(course)

    done = together(
        lambda: actions.bring_up_to_date(batch=10), lambda: actions.bring_up_to_date(batch=10)
    )
    actions.bring_up_to_date()

    assert sum(done) <= 200
    check_everybody(200)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_editors_who_publish_at_once_one_wins_and_the_other_is_told(course):
    make.lesson(make.lessons_of(course)[0].get_parent(), "Late")

    def publish():
        try:
            return actions.publish_outline(course, kind=ManifestKind.ADDITIVE, seen=1).number
        except Refused as refusal:
            return refusal.reason

    assert sorted(map(str, together(publish, publish))) == ["2", "outline_moved"]
    assert CourseManifest.objects.count() == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_somebody_who_enrols_while_an_outline_is_published_is_not_left_behind(course):
    reader = person()
    run = make.run_of(course).pk
    make.lesson(make.lessons_of(course)[0].get_parent(), "Late")

    together(
        lambda: actions.enrol(reader.pk, run),
        lambda: actions.publish_outline(course, kind=ManifestKind.MATERIAL),
    )
    actions.bring_up_to_date()

    assert Enrolment.objects.get().manifest.number == 2
    assert EnrolmentSummary.objects.get().required_total == 5


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("again", range(3))
def test_finishing_a_lesson_while_it_is_archived_ends_in_one_truth(course, again):
    enrolment = actions.enrol(person().pk, make.run_of(course).pk)
    lesson = make.lessons_of(course)[0]
    item = LearningItem.objects.get(key=lesson.translation_key)

    together(lambda: actions.complete_item(enrolment.pk, item.pk), lambda: actions.archive(lesson))
    actions.bring_up_to_date()

    assert actions.rebuild_progress(enrolment.pk, write=False) == []
    assert EnrolmentSummary.objects.get().required_done == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_taking_a_course_once_more_in_two_tabs_is_one_attempt(course):
    reader = person()
    run = make.run_of(course).pk
    enrolment = actions.enrol(reader.pk, run)
    for entry in make.entries_of(course):
        actions.complete_item(enrolment.pk, entry.item_id)

    together(lambda: actions.retake(reader.pk, run), lambda: actions.retake(reader.pk, run))

    assert sorted(Enrolment.objects.values_list("attempt", flat=True)) == [1, 2]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_archiving_twice_at_once_is_one_archiving(course):
    lesson = make.lessons_of(course)[0]
    together(lambda: actions.archive(lesson), lambda: actions.archive(lesson))
    item = LearningItem.objects.get(key=lesson.translation_key)
    assert [c.kind for c in item.changes.all()] == ["archived"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_lesson_is_not_deleted_while_somebody_begins_it(course):
    enrolment = actions.enrol(person().pk, make.run_of(course).pk)
    lesson = make.lessons_of(course)[0]
    item = LearningItem.objects.get(key=lesson.translation_key)

    def delete():
        try:
            lesson.delete()
        except actions.HasEvidence:
            return "kept"
        return "deleted"

    _done, deleted = together(lambda: actions.complete_item(enrolment.pk, item.pk), delete)
    actions.bring_up_to_date()

    assert deleted in ("kept", "deleted")
    assert actions.rebuild_progress(enrolment.pk, write=False) == []
    assert LearningItem.objects.filter(pk=item.pk).exists()


# --- Telling ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_only_what_counts_is_told_and_the_notice_leads_to_the_course(course):
    crowd(course, 1)
    make.lesson(make.lessons_of(course)[0].get_parent(), "Extra")
    actions.publish_outline(course)
    actions.bring_up_to_date()
    assert not Notice.objects.exists()

    publish_material(course)
    actions.bring_up_to_date()
    row = Notice.objects.on_site().get()
    words = notices.words(row.kind, row.facts, "fr")
    assert words.subject == "Votre cours a changé\xa0: Foundations"
    assert words.url == "/fr/courses/foundations/"


@pytest.mark.django_db
def test_whoever_looks_before_the_worker_came_by_is_told_once(course):
    (pk,) = crowd(course, 1)
    publish_material(course)
    actions.catch_up(pk)
    actions.bring_up_to_date()
    assert Notice.objects.on_site().count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_change_that_reaches_people_while_they_are_erased_takes_turns(course):
    enrolments = crowd(course, 4)
    people = list(Enrolment.objects.order_by("pk").values_list("user", flat=True))
    publish_material(course)
    answers = together(
        actions.bring_up_to_date,
        lambda: actions.catch_up(enrolments[3]),
        *[lambda pk=pk: erase_person(pk).pk for pk in people],
    )
    assert answers[2:] == people
    assert [answer for answer in answers[:2] if isinstance(answer, Exception)] == []
    actions.bring_up_to_date()
    assert Enrolment.objects.behind().count() == 0
    assert not Notice.objects.exists()
