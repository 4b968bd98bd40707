"""What a published outline, an archived lesson and another attempt mean for people under way."""

from datetime import UTC, datetime, timedelta

import pytest

from courses import actions
from courses.models import (
    CourseManifest,
    Enrolment,
    EnrolmentSummary,
    ItemProgress,
    LearningItem,
    LessonPage,
    PartProgress,
    Reflection,
)
from courses.states import EnrolmentState, ItemKind, LessonCompletion, ManifestKind
from participants.refusals import Refused
from tests.courses.conftest import person
from tests.factories import courses as make

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def enrolment(reader, course):
    return actions.enrol(reader.pk, make.run_of(course).pk, now=NOON)


def finish(enrolment, *lessons):
    for lesson in lessons:
        actions.complete_item(enrolment.pk, item_of(lesson).pk)
    enrolment.refresh_from_db()


def item_of(page) -> LearningItem:
    return LearningItem.objects.get(key=page.translation_key)


def standing(enrolment) -> tuple:
    """State, percent, done and counted after everybody was brought in line; equal to a rebuild."""
    actions.bring_up_to_date()
    assert actions.rebuild_progress(enrolment.pk, write=False) == []
    enrolment.refresh_from_db()
    summary = EnrolmentSummary.objects.get(enrolment=enrolment)
    return enrolment.state, summary.percent, summary.required_done, summary.required_total


def verbs(enrolment):
    return [event.verb for event in enrolment.events.order_by("at", "pk")]


def add_lesson(course, title="Late", **fields) -> LessonPage:
    return make.lesson(make.lessons_of(course)[0].get_parent(), title, **fields)


# --- Kinds ---


def test_until_the_outline_is_published_learners_keep_the_old_one(course, enrolment):
    late = add_lesson(course)

    found = actions.compare_outline(course)

    assert found.is_open
    assert [change.kind for change in found.changes] == ["added"]
    assert not LearningItem.objects.filter(key=late.translation_key).exists()
    assert standing(enrolment) == ("active", 0, 0, 4)


def test_a_change_of_text_alone_leaves_the_outline_published(course):
    lesson = make.lessons_of(course)[0]
    lesson.title = "Better words"
    lesson.save_revision().publish()

    found = actions.compare_outline(course)

    assert not found.is_open
    assert found.changed_texts() == [item_of(lesson).pk]


def test_a_cosmetic_change_gives_the_new_order_and_keeps_every_pin(course, enrolment):
    first, second, *_rest = make.lessons_of(course)
    finish(enrolment, first)
    second.move(first.get_parent(), "first-child")

    manifest = actions.publish_outline(course, kind=ManifestKind.COSMETIC)

    assert standing(enrolment) == ("active", 25, 1, 4)
    assert enrolment.manifest.number == 1
    shown = actions.in_force(enrolment.manifest)
    assert [i.id for i in shown][:2] == [item_of(second).pk, item_of(first).pk]
    assert (manifest.number, manifest.touched) == (2, 1)


def test_new_lessons_cannot_be_called_cosmetic(course):
    add_lesson(course)

    with pytest.raises(Refused) as refusal:
        actions.publish_outline(course, kind=ManifestKind.COSMETIC)

    assert refusal.value.reason == "wrong_kind"
    assert CourseManifest.objects.count() == 1


def test_an_added_lesson_is_optional_for_those_under_way_and_required_for_the_next(
    course, enrolment
):
    late = add_lesson(course)
    actions.publish_outline(course, kind=ManifestKind.ADDITIVE)

    finish(enrolment, late)
    newcomer = actions.enrol(person("new@example.org").pk, enrolment.run_id)

    assert standing(enrolment) == ("active", 0, 0, 4)
    assert EnrolmentSummary.objects.get(enrolment=enrolment).optional_done == 1
    assert standing(newcomer) == ("active", 0, 0, 5)


def test_a_material_change_counts_for_those_under_way(course, enrolment):
    first, *_rest = make.lessons_of(course)
    finish(enrolment, first)
    add_lesson(course)

    actions.publish_outline(course, kind=ManifestKind.MATERIAL, note="New law", now=NOON)

    assert standing(enrolment) == ("active", 20, 1, 5)
    assert enrolment.manifest.number == 2
    assert verbs(enrolment)[-1] == "repinned"


def test_a_lesson_to_do_again_is_open_until_it_was_done_once_more(course, reader):
    part = make.self_check(required=True)
    module = make.lessons_of(course)[0].get_parent()
    lesson = make.lesson(module, "Checked", body=[part], completion=LessonCompletion.PARTS)
    actions.publish_outline(course, kind=ManifestKind.ADDITIVE)
    enrolment = actions.enrol(reader.pk, make.run_of(course).pk)
    item = item_of(lesson).pk
    answer = (enrolment.pk, item, part["id"], ["b"])
    actions.answer_self_check(*answer, right=True)
    assert standing(enrolment)[2] == 1

    actions.publish_outline(course, kind=ManifestKind.MATERIAL, again=[item])

    assert standing(enrolment) == ("active", 0, 0, 5)
    assert PartProgress.objects.get().answer == ["b"]
    with pytest.raises(Refused) as refusal:
        actions.complete_item(enrolment.pk, item)
    assert refusal.value.reason == "parts_missing"
    actions.answer_self_check(*answer, right=True)
    assert standing(enrolment) == ("active", 20, 1, 5)
    assert verbs(enrolment).count("done") == 2


def test_a_lesson_that_was_on_the_screen_before_it_changed_is_not_taken_as_read(course, enrolment):
    first, *_rest = make.lessons_of(course)
    finish(enrolment, first)
    item = item_of(first).pk
    actions.publish_outline(course, kind=ManifestKind.MATERIAL, again=[item])
    actions.bring_up_to_date()

    with pytest.raises(Refused) as refusal:
        actions.complete_item(enrolment.pk, item, outline=1)

    assert refusal.value.reason == "changed_meanwhile"
    actions.complete_item(enrolment.pk, item, outline=2)
    assert standing(enrolment) == ("active", 25, 1, 4)


def test_an_old_screen_of_a_lesson_that_was_only_open_is_not_taken_as_read(course, enrolment):
    first, second, *_rest = make.lessons_of(course)
    item = item_of(first).pk
    actions.open_item(enrolment.pk, item)
    actions.publish_outline(course, kind=ManifestKind.MATERIAL, again=[item])
    actions.bring_up_to_date()

    with pytest.raises(Refused) as refusal:
        actions.complete_item(enrolment.pk, item, outline=1)

    assert refusal.value.reason == "changed_meanwhile"
    actions.complete_item(enrolment.pk, item_of(second).pk, outline=1)
    actions.complete_item(enrolment.pk, item, outline=2)
    assert standing(enrolment) == ("active", 50, 2, 4)


def test_who_completed_the_course_keeps_it_unchanged(course, enrolment):
    lessons = make.lessons_of(course)
    finish(enrolment, *lessons)
    completed_at = enrolment.completed_at
    add_lesson(course)

    actions.publish_outline(course, kind=ManifestKind.MATERIAL, again=[item_of(lessons[0]).pk])

    assert standing(enrolment) == ("completed", 100, 4, 4)
    assert (enrolment.manifest.number, enrolment.completed_at) == (1, completed_at)


def test_who_left_follows_the_newest_material_outline_on_return(course, enrolment, reader):
    first, *_rest = make.lessons_of(course)
    finish(enrolment, first)
    actions.withdraw(enrolment.pk)
    add_lesson(course)
    actions.publish_outline(course, kind=ManifestKind.MATERIAL, again=[item_of(first).pk])
    add_lesson(course, "Later still")
    actions.publish_outline(course, kind=ManifestKind.ADDITIVE)
    assert standing(enrolment)[0] == "withdrawn"
    assert enrolment.manifest.number == 1

    actions.enrol(reader.pk, enrolment.run_id)

    assert standing(enrolment) == ("active", 0, 0, 5)
    assert enrolment.manifest.number == 2


def test_two_material_changes_in_a_row_ask_for_what_either_asked(course, enrolment):
    first, second, *_rest = make.lessons_of(course)
    finish(enrolment, first, second)
    actions.publish_outline(course, kind=ManifestKind.MATERIAL, again=[item_of(first).pk])
    actions.publish_outline(course, kind=ManifestKind.MATERIAL, again=[item_of(second).pk])

    assert standing(enrolment) == ("active", 0, 0, 4)
    reopened = {e.item_id: e.outline for e in enrolment.events.filter(verb="reopened")}
    assert reopened == {item_of(first).pk: 2, item_of(second).pk: 3}


def test_the_second_of_two_editors_is_told_that_the_outline_moved(course):
    add_lesson(course)
    actions.publish_outline(course, kind=ManifestKind.ADDITIVE, seen=1)
    add_lesson(course, "Another")

    with pytest.raises(Refused) as refusal:
        actions.publish_outline(course, kind=ManifestKind.ADDITIVE, seen=1)

    assert refusal.value.reason == "outline_moved"
    assert CourseManifest.objects.count() == 2


def test_the_worker_brings_people_in_line_and_a_lost_message_costs_a_sweep(course, enrolment, jobs):
    from participants import sweeps

    add_lesson(course)
    actions.publish_outline(course, kind=ManifestKind.MATERIAL)
    assert Enrolment.objects.behind().count() == 1

    assert sweeps.run()["courses that changed"] == 1
    assert sweeps.run()["courses that changed"] == 0
    assert Enrolment.objects.behind().count() == 0


# --- Archive ---


def test_an_archived_lesson_is_excused_and_comes_back_with_everybodys_progress(course, enrolment):
    first, second, *_rest = make.lessons_of(course)
    finish(enrolment, first)

    actions.archive(first, note="Out of date")
    actions.archive(second)

    assert standing(enrolment) == ("active", 33, 1, 3)
    assert not LessonPage.objects.filter(pk__in=[first.pk, second.pk], live=True).exists()
    assert not actions.compare_outline(course).is_open
    actions.restore(first)
    actions.restore(second)
    assert standing(enrolment) == ("active", 25, 1, 4)
    assert LessonPage.objects.filter(pk__in=[first.pk, second.pk], live=True).count() == 2


def test_a_restored_lesson_shows_the_text_that_was_live_and_keeps_the_draft(course):
    lesson = make.lessons_of(course)[0]
    lesson.title = "Half-written"
    lesson.save_revision()
    actions.archive(lesson)

    actions.restore(LessonPage.objects.get(pk=lesson.pk))

    back = LessonPage.objects.get(pk=lesson.pk)
    assert (back.title, back.live, back.has_unpublished_changes) == ("Lesson 1.1", True, True)
    assert back.get_latest_revision_as_object().title == "Half-written"


def test_archiving_the_last_open_lesson_completes_the_course_and_restoring_keeps_that(
    course, enrolment
):
    *most, last = make.lessons_of(course)
    finish(enrolment, *most)

    actions.archive(last)
    assert standing(enrolment) == ("completed", 100, 3, 3)
    actions.restore(last)
    assert standing(enrolment) == ("completed", 100, 3, 3)


def test_archiving_twice_changes_nothing(course):
    lesson = make.lessons_of(course)[0]
    assert actions.archive(lesson, now=NOON) == [item_of(lesson)]
    assert actions.archive(lesson, now=NOON + timedelta(days=1)) == []

    assert item_of(lesson).retired_at == NOON
    assert [c.kind for c in item_of(lesson).changes.all()] == ["archived"]


def test_a_module_is_archived_with_its_lessons_and_comes_back_whole(course, enrolment):
    module = make.lessons_of(course)[0].get_parent()

    actions.archive(module)
    assert standing(enrolment) == ("active", 0, 0, 2)
    actions.restore(module)

    assert standing(enrolment) == ("active", 0, 0, 4)
    assert not actions.compare_outline(course).is_open


def test_nobody_joins_an_archived_course(course, reader):
    actions.archive(course)

    with pytest.raises(Refused) as refusal:
        actions.enrol(reader.pk, make.run_of(course).pk)

    assert refusal.value.reason == "archived"


# --- Attempts and credit ---


def test_another_attempt_starts_anew_and_leaves_the_first_as_it_was(course, enrolment, reader):
    lessons = make.lessons_of(course)
    actions.save_reflection(enrolment.pk, item_of(lessons[0]).pk, "p", "Our town", version=0)
    finish(enrolment, *lessons)

    again = actions.retake(reader.pk, enrolment.run_id)

    assert actions.retake(reader.pk, enrolment.run_id) == again
    assert (again.attempt, again.state) == (2, EnrolmentState.ACTIVE)
    assert standing(again) == ("active", 0, 0, 4)
    assert standing(enrolment) == ("completed", 100, 4, 4)
    assert [n.enrolment_id for n in Reflection.objects.all()] == [enrolment.pk]


def test_credit_is_given_once_for_a_copy_whose_original_was_finished(course, enrolment, reader):
    lesson = make.lessons_of(course)[0]
    finish(enrolment, lesson)
    other = make.course("Copied", lessons=(2,))
    copy, own = (item_of(page) for page in make.lessons_of(other))
    LearningItem.objects.filter(pk=copy.pk).update(origin=item_of(lesson))
    second = actions.enrol(reader.pk, make.run_of(other).pk)
    coordinator = person("coordinator@example.org")

    assert actions.creditable(second) == {copy.pk: lesson.translation_key}
    actions.credit(second.pk, copy.pk, by=coordinator, note="Same lesson")
    actions.credit(second.pk, copy.pk, by=coordinator)

    assert standing(second) == ("active", 50, 1, 2)
    assert verbs(second).count("credited") == 1
    with pytest.raises(Refused) as refusal:
        actions.credit(second.pk, own.pk, by=coordinator)
    assert refusal.value.reason == "nothing_to_credit"
    assert not ItemProgress.objects.filter(enrolment=second, item=own).exists()


def test_nobody_is_credited_for_what_somebody_else_finished(course, enrolment):
    lesson = make.lessons_of(course)[0]
    finish(enrolment, lesson)
    copy = LearningItem.objects.get(key=make.lessons_of(course)[1].translation_key)
    LearningItem.objects.filter(pk=copy.pk).update(origin=item_of(lesson))
    other = actions.enrol(person("other@example.org").pk, enrolment.run_id)

    assert actions.creditable(other) == {}
    assert copy.kind == ItemKind.LESSON


def test_who_left_and_who_completed_stand_as_they_were_and_need_no_rebuild(
    course, enrolment, reader
):
    other = actions.enrol(person("other@example.org").pk, enrolment.run_id)
    for entry in make.entries_of(course):
        actions.complete_item(other.pk, entry.item_id)
    actions.withdraw(enrolment.pk)
    actions.archive(make.lessons_of(course)[0])
    actions.bring_up_to_date()

    for pk in (enrolment.pk, other.pk):
        assert actions.rebuild_progress(pk, write=False) == []
