"""Quizzes when a person clicks twice at once, or an editor changes what is just being asked."""

import pytest

from courses import actions
from courses.actions import Given
from courses.models import Attempt, ItemProgress, ProgressEvent, Question
from tests.courses.conftest import person
from tests.courses.test_races import at_once
from tests.factories import courses as make
from tests.support.races import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page():
    course = make.course("Quizzed", lessons=(1,))
    make.quiz(course)
    actions.publish_outline(course)
    return course


@pytest.fixture
def item(page):
    return make.entries_of(page)[-1].item_id


@pytest.fixture
def enrolment(page):
    return actions.enrol(person().pk, make.run_of(page).pk)


def all_right(attempt):
    actions.save_answers(attempt.pk, {at: Given(["b"]) for at in (1, 2, 3)})


def test_starting_from_six_tabs_is_one_attempt(enrolment, item):
    found = at_once(6, lambda _n: actions.start_attempt(enrolment.pk, item).pk)

    assert set(found) == {Attempt.objects.get().pk}
    assert Attempt.objects.get().answers.count() == 3
    assert ProgressEvent.objects.filter(verb="attempted").count() == 1


def test_handing_in_from_six_tabs_marks_once_and_completes_the_course_once(page, enrolment, item):
    actions.complete_item(enrolment.pk, make.entries_of(page)[0].item_id)
    attempt = actions.start_attempt(enrolment.pk, item)
    all_right(attempt)

    found = at_once(6, lambda _n: actions.submit_attempt(attempt.pk).submitted_at)

    assert len(set(found)) == 1
    verbs = list(ProgressEvent.objects.filter(enrolment=enrolment).values_list("verb", flat=True))
    assert [verbs.count(v) for v in ("submitted", "completed")] == [1, 1]
    assert ItemProgress.objects.get(item=item).done_at is not None
    assert actions.rebuild_progress(enrolment.pk, write=False) == []


def test_an_answer_that_meets_the_hand_in_counts_or_is_refused(enrolment, item):
    for _round in range(5):
        attempt = actions.start_attempt(enrolment.pk, item)
        all_right(attempt)
        saved, _handed_in = together(
            lambda pk=attempt.pk: actions.save_answers(pk, {1: Given(["a"])}),
            lambda pk=attempt.pk: actions.submit_attempt(pk),
        )
        attempt.refresh_from_db()
        kept = attempt.answers.first().chosen
        refused = getattr(saved, "reason", None)
        assert (refused, kept, attempt.score) in [("submitted", ["b"], 100), (None, ["a"], 66)]


def test_two_screens_that_knew_the_same_answer_do_not_overwrite_each_other(enrolment, item):
    attempt = actions.start_attempt(enrolment.pk, item)

    found = together(
        lambda: actions.save_answers(attempt.pk, {1: Given(["a"], 0)}),
        lambda: actions.save_answers(attempt.pk, {1: Given(["b"], 0)}),
    )

    assert sorted(len(saved.newer) for saved in found) == [0, 1]
    answer = attempt.answers.get(position=1)
    assert answer.saves == 1
    assert all(saved.answers[1].chosen == answer.chosen for saved in found)


def test_a_question_that_changes_while_an_attempt_begins_is_either_the_old_or_the_new_one(
    page, enrolment, item
):
    question = Question.objects.order_by("pk").first()
    for round_ in range(5):
        before = question.versions.newest().get().meaning()
        changed = make.meaning(f"Changed {round_}?", right="c")
        attempt, _question = together(
            lambda: actions.start_attempt(enrolment.pk, item),
            lambda meaning=changed: actions.change_question(question.pk, meaning),
        )
        pinned = attempt.answers.get(position=1).version
        assert pinned.meaning() in (before, changed)
        # What is pinned stays: the next change makes a version.
        actions.change_question(question.pk, make.meaning(f"Later {round_}?"))
        pinned.refresh_from_db()
        assert pinned.meaning() in (before, changed)
        actions.submit_attempt(attempt.pk)


def test_two_editors_at_once_make_one_version(page, enrolment, item):
    question = Question.objects.order_by("pk").first()
    actions.start_attempt(enrolment.pk, item)
    seen = actions.source_stamp(question.versions.get())

    found = at_once(
        4,
        lambda n: actions.change_question(question.pk, make.meaning(f"Mine {n}?"), seen=seen).pk,
    )

    assert sorted(map(str, found)).count("changed_meanwhile") == 3
    assert question.versions.count() == 2
