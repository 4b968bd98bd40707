import pytest

from courses import actions
from courses.models import (
    Attempt,
    AttemptAnswer,
    CourseManifest,
    Enrolment,
    ItemProgress,
    Question,
    Reflection,
)
from participants.actions import erase_person, export_person
from participants.refusals import Refused
from tests.factories import courses as make
from tests.support.races import together

pytestmark = pytest.mark.django_db
SECRET = "A note that only I may read"


@pytest.fixture
def worked(reader):
    page = make.course("Working", lessons=(0,))
    make.lesson(page.get_children().get(), "Think", body=[make.reflection(part="note")])
    actions.publish_outline(page, by=reader)
    enrolment = actions.enrol(reader.pk, make.run_of(page).pk)
    item = make.entries_of(page)[0].item_id
    actions.save_reflection(enrolment.pk, item, "note", SECRET, version=0)
    actions.complete_item(enrolment.pk, item)
    return enrolment


def test_an_export_holds_progress_and_notes(reader, worked):
    words = str(export_person(reader))
    assert SECRET in words
    assert "completed" in words


def test_erasing_somebody_deletes_notes_and_keeps_counts_without_a_name(reader, worked):
    erase_person(reader.pk)

    assert not Reflection.objects.exists()
    assert [(e.user, e.state) for e in Enrolment.objects.all()] == [(None, "completed")]
    assert ItemProgress.objects.get().done_at is not None
    assert not CourseManifest.objects.filter(published_by__isnull=False).exists()


@pytest.fixture
def attempted(reader):
    page = make.course("Quizzed", lessons=(1,))
    make.quiz(page, questions=[actions.make_question(make.meaning("Who pays?"), by=reader)])
    actions.publish_outline(page)
    enrolment = actions.enrol(reader.pk, make.run_of(page).pk)
    attempt = actions.start_attempt(enrolment.pk, make.entries_of(page)[-1].item_id)
    actions.save_answers(attempt.pk, {1: actions.Given(["b"])})
    return actions.submit_attempt(attempt.pk)


def test_an_export_tells_what_was_asked_and_answered_in_words(reader, attempted):
    rows = export_person(reader)["courses.AttemptAnswer"]["rows"]
    assert [(r["question"], r["chosen"], r["right"]) for r in rows] == [
        ("Who pays?", ["Answer b"], True)
    ]


def test_erasing_somebody_keeps_attempts_without_a_name_and_questions_without_an_author(
    reader, attempted
):
    erase_person(reader.pk)

    assert [(a.enrolment.user, a.score) for a in Attempt.objects.all()] == [(None, 100)]
    assert [row.chosen for row in AttemptAnswer.objects.all()] == [["b"]]
    assert Question.objects.get().made_by is None
    assert Question.objects.get().versions.get().made_by is None


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_note_that_is_saved_while_its_writer_is_erased_does_not_stay(worked):
    key = {"version": 1}
    item = worked.reflections.get().item_id

    together(
        lambda: actions.save_reflection(worked.pk, item, "note", "Another secret", **key),
        lambda: erase_person(worked.user_id),
    )

    assert not Reflection.objects.exists()


def test_nothing_is_kept_for_somebody_who_was_erased(reader, worked):
    item = worked.reflections.get().item_id
    erase_person(reader.pk)
    with pytest.raises(Refused):
        actions.save_reflection(worked.pk, item, "note", "Another secret", version=0)
