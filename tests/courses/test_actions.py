from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from courses import actions
from courses.models import (
    CourseManifest,
    CourseRun,
    Enrolment,
    EnrolmentSummary,
    ItemProgress,
    LearningItem,
    PartProgress,
    ProgressEvent,
    Reflection,
)
from courses.states import EnrolmentState, LessonCompletion, ManifestKind
from participants.refusals import Refused
from tests.courses.conftest import person
from tests.factories import courses as make

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def enrolment(reader, course):
    return actions.enrol(reader.pk, make.run_of(course).pk, now=NOON)


def verbs(enrolment):
    return [event.verb for event in enrolment.events.order_by("at", "pk")]


# --- Outlines ---


def test_publishing_an_outline_copies_the_tree_in_reading_order(course):
    manifest = CourseManifest.objects.get()

    assert [entry.titles["en"] for entry in manifest.items.all()] == [
        "Lesson 1.1",
        "Lesson 1.2",
        "Lesson 2.1",
        "Lesson 2.2",
    ]
    assert [module["titles"] for module in manifest.modules] == [
        {"en": "Module 1"},
        {"en": "Module 2"},
    ]


def test_publishing_an_unchanged_outline_again_writes_nothing(course):
    first = CourseManifest.objects.get()

    assert actions.publish_outline(course) == first
    assert [m.number for m in CourseManifest.objects.all()] == [1]


def test_a_changed_tree_becomes_the_next_outline_and_the_old_one_stays(course):
    module = make.lessons_of(course)[0].get_parent()
    make.lesson(module, "Lesson 1.3")

    manifest = actions.publish_outline(course, kind=ManifestKind.ADDITIVE, note="More")

    assert (manifest.number, manifest.items.count()) == (2, 5)
    assert CourseManifest.objects.get(number=1).items.count() == 4


def test_an_outline_is_never_changed(course):
    manifest = CourseManifest.objects.get()
    manifest.note = "Another"
    with pytest.raises(TypeError):
        manifest.save()


def test_every_course_has_one_self_paced_run(course):
    run = make.run_of(course)

    assert actions.ensure_self_paced_run(run.course) == run
    assert CourseRun.objects.get().is_self_paced


# --- Enrolling ---


def test_enrolling_twice_changes_nothing(reader, course, enrolment):
    again = actions.enrol(reader.pk, enrolment.run_id, now=NOON + timedelta(hours=1))

    assert again == enrolment
    assert again.enrolled_at == NOON
    assert verbs(enrolment) == ["enrolled"]


def test_enrolling_needs_a_profile(course):
    user = person("new@example.org", profile=False)

    with pytest.raises(Refused) as refusal:
        actions.enrol(user.pk, make.run_of(course).pk)

    assert refusal.value.reason == "needs_profile"
    assert not Enrolment.objects.exists()


def test_an_announced_course_takes_nobody_yet(reader):
    announced = make.course("Later", lessons=(0,))

    with pytest.raises(Refused) as refusal:
        actions.enrol(reader.pk, make.run_of(announced).pk)

    assert refusal.value.reason == "announced"


def test_a_run_by_invitation_is_not_open_to_all(reader, course):
    CourseRun.objects.update(policy="invitation")

    with pytest.raises(Refused) as refusal:
        actions.enrol(reader.pk, make.run_of(course).pk)

    assert refusal.value.reason == "not_open"


def test_somebody_who_left_comes_back_to_their_progress(reader, course, enrolment):
    first = make.entries_of(course)[0]
    actions.complete_item(enrolment.pk, first.item_id, now=NOON)
    actions.withdraw(enrolment.pk, now=NOON + timedelta(hours=1))

    back = actions.enrol(reader.pk, enrolment.run_id, now=NOON + timedelta(hours=2))

    assert (back.pk, back.state, back.withdrawn_at) == (enrolment.pk, "active", None)
    assert back.summary.required_done == 1
    assert verbs(enrolment) == ["enrolled", "done", "withdrawn", "returned"]


def test_leaving_twice_changes_nothing(enrolment):
    actions.withdraw(enrolment.pk, now=NOON)
    actions.withdraw(enrolment.pk, now=NOON + timedelta(days=1))

    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.withdrawn_at) == ("withdrawn", NOON)


def test_a_completed_course_cannot_be_left(course, enrolment):
    finish(enrolment, course)

    with pytest.raises(Refused) as refusal:
        actions.withdraw(enrolment.pk)

    assert refusal.value.reason == "completed_to_withdrawn"


# --- Lessons ---


def finish(enrolment, course):
    for entry in make.entries_of(course):
        actions.complete_item(enrolment.pk, entry.item_id)
    enrolment.refresh_from_db()


def test_a_lesson_done_twice_with_two_events_counts_once(course, enrolment):
    item = make.entries_of(course)[0].item_id
    actions.complete_item(enrolment.pk, item, event=uuid4(), now=NOON)
    actions.complete_item(enrolment.pk, item, event=uuid4(), now=NOON + timedelta(hours=1))

    assert [p.done_at for p in ItemProgress.objects.all()] == [NOON]
    assert verbs(enrolment) == ["enrolled", "done"]
    assert EnrolmentSummary.objects.get().percent == 25


@pytest.mark.parametrize("lessons", [2, 3, 64])
def test_finishing_a_lesson_takes_the_same_queries_whatever_the_lessons(
    reader, lessons, django_assert_num_queries
):
    page = make.course("Sized", lessons=(lessons,))
    enrolment = actions.enrol(reader.pk, make.run_of(page).pk)
    item = make.entries_of(page)[0].item_id
    with django_assert_num_queries(11):
        actions.complete_item(enrolment.pk, item)


def test_an_event_id_of_somebody_else_does_not_hide_ones_own_work(course, enrolment):
    other = actions.enrol(person("other@example.org").pk, enrolment.run_id)
    item, event = make.entries_of(course)[0].item_id, uuid4()
    actions.complete_item(other.pk, item, event=event)

    actions.complete_item(enrolment.pk, item, event=event)

    assert verbs(enrolment) == ["enrolled", "done"]


def test_the_last_required_lesson_completes_the_course_once(course, enrolment):
    finish(enrolment, course)
    finish(enrolment, course)

    assert enrolment.state == EnrolmentState.COMPLETED
    assert enrolment.summary.percent == 100
    assert verbs(enrolment).count("completed") == 1


def test_a_course_that_was_left_takes_no_progress(course, enrolment):
    actions.withdraw(enrolment.pk)

    with pytest.raises(Refused) as refusal:
        actions.complete_item(enrolment.pk, make.entries_of(course)[0].item_id)

    assert refusal.value.reason == "withdrawn"


def test_a_lesson_that_no_outline_has_yet_does_not_count(course, enrolment):
    late = make.lesson(make.lessons_of(course)[0].get_parent(), "Late")
    item = LearningItem.objects.create(key=late.translation_key, kind="lesson")

    with pytest.raises(Refused) as refusal:
        actions.complete_item(enrolment.pk, item.pk)

    assert refusal.value.reason == "not_in_outline"
    assert EnrolmentSummary.objects.get().required_total == 4


def test_opening_a_lesson_remembers_the_place_and_opening_it_again_writes_nothing(
    course, enrolment, django_assert_num_queries
):
    first, second = (entry.item_id for entry in make.entries_of(course)[:2])
    actions.open_item(enrolment.pk, first, language="fr", revision=7, now=NOON)
    actions.open_item(enrolment.pk, first, now=NOON + timedelta(minutes=1))
    actions.open_item(enrolment.pk, second, now=NOON + timedelta(minutes=2))
    actions.open_item(enrolment.pk, first, now=NOON + timedelta(minutes=3))

    summary = EnrolmentSummary.objects.get()
    assert (summary.last_item_id, summary.last_seen_at) == (first, NOON + timedelta(minutes=3))
    assert verbs(enrolment) == ["enrolled", "opened", "opened", "opened"]
    opened = ItemProgress.objects.get(item=first)
    assert (opened.opened_at, opened.language, opened.revision) == (NOON, "fr", 7)


# --- Parts ---


@pytest.fixture
def demanding(db):
    """A course whose one lesson needs a right answer and a note."""
    page = make.course("Demanding", lessons=(0,))
    body = [
        make.self_check(required=True, part="check"),
        make.reflection(required=True, part="note"),
    ]
    module = page.get_children().get()
    make.lesson(module, "Work", body=body, completion=LessonCompletion.PARTS)
    actions.publish_outline(page)
    return page


@pytest.fixture
def at_work(reader, demanding):
    return actions.enrol(reader.pk, make.run_of(demanding).pk, now=NOON)


def answer(enrolment, item, chosen, right):
    return actions.answer_self_check(
        enrolment.pk, item, "check", chosen, right=right, language="en", now=NOON
    )


def test_a_lesson_with_required_parts_cannot_be_declared_done(demanding, at_work):
    item = make.entries_of(demanding)[0].item_id

    with pytest.raises(Refused) as refusal:
        actions.complete_item(at_work.pk, item)

    assert refusal.value.reason == "parts_missing"


def test_a_wrong_answer_is_kept_and_does_nothing_more(demanding, at_work):
    item = make.entries_of(demanding)[0].item_id
    progress = answer(at_work, item, ["a"], right=False)

    assert (progress.answer, progress.done_at) == (["a"], None)
    assert verbs(at_work) == ["enrolled"]


def test_a_wrong_answer_after_a_right_one_takes_nothing_away(demanding, at_work):
    item = make.entries_of(demanding)[0].item_id
    answer(at_work, item, ["b"], right=True)
    answer(at_work, item, ["a"], right=False)

    progress = PartProgress.objects.get()
    assert (progress.answer, progress.done_at) == (["a"], NOON)


def test_the_last_required_part_finishes_lesson_and_course(demanding, at_work):
    item = make.entries_of(demanding)[0].item_id
    answer(at_work, item, ["b"], right=True)
    actions.save_reflection(at_work.pk, item, "note", "The school waits.", version=0, now=NOON)

    at_work.refresh_from_db()
    assert at_work.state == EnrolmentState.COMPLETED
    assert verbs(at_work) == ["enrolled", "part_done", "part_done", "done", "completed"]


def test_an_empty_note_does_not_do_its_part(demanding, at_work):
    item = make.entries_of(demanding)[0].item_id
    actions.save_reflection(at_work.pk, item, "note", "  \n", version=0)

    assert not PartProgress.objects.exists()


def test_a_note_saved_in_a_second_tab_is_never_overwritten(demanding, at_work):
    item = make.entries_of(demanding)[0].item_id
    actions.save_reflection(at_work.pk, item, "note", "From the first tab", version=0)

    with pytest.raises(Refused) as refusal:
        actions.save_reflection(at_work.pk, item, "note", "From the second", version=0)

    assert refusal.value.reason == "newer_version"
    assert [n.text for n in Reflection.objects.all()] == ["From the first tab"]


def test_saving_the_same_note_twice_is_one_version(demanding, at_work):
    item = make.entries_of(demanding)[0].item_id
    for _click in range(2):
        note = actions.save_reflection(at_work.pk, item, "note", "Σχολείο 🎒", version=0)

    assert (note.text, note.version) == ("Σχολείο 🎒", 1)


# --- Rebuild ---


def busy(reader, demanding, at_work):
    item = make.entries_of(demanding)[0].item_id
    actions.open_item(at_work.pk, item, now=NOON)
    answer(at_work, item, ["a"], right=False)
    actions.withdraw(at_work.pk, now=NOON + timedelta(minutes=1))
    actions.enrol(reader.pk, at_work.run_id, now=NOON + timedelta(minutes=2))
    actions.answer_self_check(
        at_work.pk, item, "check", ["b"], right=True, now=NOON + timedelta(minutes=3)
    )
    return item


def test_the_summary_is_equal_to_a_rebuild_at_any_time(reader, demanding, at_work):
    assert actions.rebuild_progress(at_work.pk, write=False) == []
    item = busy(reader, demanding, at_work)
    assert actions.rebuild_progress(at_work.pk, write=False) == []
    actions.save_reflection(at_work.pk, item, "note", "Done", version=0)
    assert actions.rebuild_progress(at_work.pk, write=False) == []


def test_a_rebuild_mends_rows_that_were_tampered_with(reader, demanding, at_work):
    busy(reader, demanding, at_work)
    before = EnrolmentSummary.objects.values().get()
    PartProgress.objects.all().delete()
    EnrolmentSummary.objects.update(percent=77, last_item=None)

    differences = actions.rebuild_progress(at_work.pk)

    assert len(differences) == 3
    assert EnrolmentSummary.objects.values().get() == before
    assert actions.rebuild_progress(at_work.pk, write=False) == []


def test_a_rebuild_takes_back_what_no_event_tells_of(course, enrolment):
    item = make.entries_of(course)[0].item_id
    actions.complete_item(enrolment.pk, item)
    ProgressEvent.objects.filter(verb="done").delete()

    actions.rebuild_progress(enrolment.pk)

    assert EnrolmentSummary.objects.get().required_done == 0
    assert ItemProgress.objects.get().done_at is None
