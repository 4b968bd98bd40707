"""Attempts: begun once, saved as given, marked once, and what they mean for the course."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from courses import actions
from courses.actions import Given
from courses.models import Attempt, AttemptAnswer, ItemProgress, ProgressEvent, Question
from courses.states import EnrolmentState, ManifestKind
from home.pagemap import page_map
from participants.models import Notice
from participants.notices import words
from participants.refusals import Refused
from tests.courses.conftest import drop
from tests.factories import courses as make
from tests.factories import participants as people

pytestmark = pytest.mark.django_db

RIGHT, WRONG = ["b"], ["a"]


@pytest.fixture
def page(db):
    """A course of one lesson and a quiz of three questions at its end."""
    course = make.course("Quizzed", lessons=(1,))
    make.quiz(course)
    actions.publish_outline(course)
    return course


@pytest.fixture
def enrolment(page, reader):
    return actions.enrol(reader.pk, make.run_of(page).pk)


@pytest.fixture
def item(page):
    return make.entries_of(page)[-1].item_id


def start(enrolment, item, **fields) -> Attempt:
    return actions.start_attempt(enrolment.pk, item, **fields)


def answer(attempt, *chosen, saves=None):
    given = {at: Given(keys, saves) for at, keys in enumerate(chosen, start=1)}
    return actions.save_answers(attempt.pk, given)


def take(enrolment, item, *chosen) -> Attempt:
    attempt = start(enrolment, item)
    answer(attempt, *chosen)
    return actions.submit_attempt(attempt.pk)


def fail(enrolment, item):
    return take(enrolment, item, WRONG, WRONG, WRONG)


def win(enrolment, item):
    return take(enrolment, item, RIGHT, RIGHT, RIGHT)


def refusal(call, *args, **kwargs) -> str:
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.reason


def answers(attempt) -> list[list[str]]:
    return [row.chosen for row in attempt.answers.all()]


def is_done(enrolment, item) -> bool:
    return ItemProgress.objects.filter(
        enrolment=enrolment, item=item, done_at__isnull=False
    ).exists()


def settings_of(page, **fields):
    quiz = make.items_below(page)[-1]
    for name, value in fields.items():
        setattr(quiz, name, value)
    quiz.save_revision().publish()
    return quiz


# --- Beginning ---


def test_an_attempt_pins_the_settings_and_the_newest_version_of_each_question(
    page, enrolment, item
):
    attempt = start(enrolment, item, language="fr", revision=7)

    assert (attempt.number, attempt.outline, attempt.pass_mark) == (1, 2, 80)
    assert (attempt.language, attempt.revision) == ("fr", 7)
    assert [str(a.version.question) for a in attempt.answers.all()] == [
        "Question 1?",
        "Question 2?",
        "Question 3?",
    ]
    assert [a.order for a in attempt.answers.all()] == [["a", "b", "c"]] * 3

    settings_of(page, pass_mark=30)
    attempt.refresh_from_db()
    assert attempt.pass_mark == 80


def test_starting_twice_is_one_attempt(enrolment, item):
    assert start(enrolment, item) == start(enrolment, item)
    assert [e.verb for e in ProgressEvent.objects.filter(item=item)] == ["attempted"]


def test_the_database_holds_no_second_attempt_under_way(enrolment, item):
    first = start(enrolment, item)
    copy = Attempt.objects.get(pk=first.pk)
    copy.pk, copy.number = None, 2
    with pytest.raises(IntegrityError, match=r"unfinished|UNIQUE"), transaction.atomic():
        copy.save(force_insert=True)


def test_questions_and_answers_are_dealt_in_another_order_where_the_quiz_says_so(
    page, enrolment, item
):
    settings_of(page, shuffles_questions=True, shuffles_options=True)
    seen = set()
    for _time in range(12):
        attempt = start(enrolment, item)
        rows = list(attempt.answers.all())
        assert sorted(r.version.question_id for r in rows) == sorted(
            Question.objects.values_list("pk", flat=True)
        )
        assert all(sorted(r.order) == ["a", "b", "c"] for r in rows)
        seen.add(tuple((r.version_id, *r.order) for r in rows))
        actions.submit_attempt(attempt.pk)
    assert len(seen) > 1


@pytest.mark.parametrize("why", ["withdrawn", "not_in_outline", "not_open"])
def test_nobody_begins_where_it_would_not_count(page, enrolment, item, why):
    if why == "withdrawn":
        actions.withdraw(enrolment.pk)
    elif why == "not_in_outline":
        other = make.course("Other", lessons=(1,))
        item = make.entries_of(other)[0].item_id
    else:
        make.items_below(page)[-1].unpublish()
    assert refusal(start, enrolment, item) == why


def test_a_lesson_is_no_quiz_and_a_quiz_is_not_marked_as_done_by_hand(page, enrolment, item):
    lesson = make.entries_of(page)[0].item_id
    assert refusal(start, enrolment, lesson) == "not_open"
    assert refusal(actions.complete_item, enrolment.pk, item) == "quiz"


# --- Answering ---


def test_each_answer_is_kept_as_given_and_the_last_one_stands(enrolment, item):
    attempt = start(enrolment, item)
    answer(attempt, WRONG)
    answer(attempt, RIGHT)

    assert answers(attempt) == [["b"], [], []]
    assert attempt.answers.first().saves == 2
    assert attempt.answers.first().saved_at is not None


def test_the_same_answer_again_changes_nothing(enrolment, item):
    attempt = start(enrolment, item)
    answer(attempt, RIGHT)
    before = AttemptAnswer.objects.values().first()
    saved = answer(attempt, RIGHT, saves=0)

    assert AttemptAnswer.objects.values().first() == before
    assert saved.newer == set()


def test_an_older_screen_overwrites_nothing_and_the_rest_of_it_is_kept(enrolment, item):
    attempt = start(enrolment, item)
    answer(attempt, RIGHT)

    saved = answer(attempt, WRONG, RIGHT, saves=0)

    assert saved.newer == {1}
    assert answers(attempt) == [["b"], ["b"], []]
    answer(attempt, WRONG, saves=1)
    assert answers(attempt)[0] == ["a"]


def test_an_answer_can_be_taken_back(enrolment, item):
    attempt = start(enrolment, item)
    answer(attempt, RIGHT)
    answer(attempt, [], saves=1)
    assert answers(attempt) == [[], [], []]


@pytest.mark.parametrize("nonsense", [["z"], ["a", "b"], ["b", "\0"], ["🎒"], ["Ω" * 5000]])
def test_an_answer_that_does_not_exist_is_refused_and_nothing_is_kept(enrolment, item, nonsense):
    attempt = start(enrolment, item)
    assert refusal(answer, attempt, RIGHT, nonsense) == "unknown_option"
    assert answers(attempt) == [[], [], []]


def test_a_question_that_the_attempt_does_not_have_is_passed_over(enrolment, item):
    attempt = start(enrolment, item)
    assert actions.save_answers(attempt.pk, {9: Given(RIGHT)}).answers == {}


def test_after_handing_in_answers_stay_as_they_are(enrolment, item):
    attempt = fail(enrolment, item)
    assert refusal(answer, attempt, RIGHT) == "submitted"
    assert answers(attempt) == [["a"], ["a"], ["a"]]


# --- Marking ---


@pytest.mark.parametrize(
    ("chosen", "score", "passed"),
    [
        ([RIGHT, RIGHT, RIGHT], 100, True),
        ([RIGHT, RIGHT, WRONG], 66, False),
        ([RIGHT], 33, False),
        ([], 0, False),
    ],
)
def test_the_score_is_the_share_of_right_answers(enrolment, item, chosen, score, passed):
    attempt = take(enrolment, item, *chosen)
    assert (attempt.score, attempt.passed) == (score, passed)
    assert is_done(enrolment, item) is passed
    marks = [keys == RIGHT for keys in [*chosen, [], [], []][:3]]
    assert [row.right for row in attempt.answers.all()] == marks


def test_several_right_answers_are_one_point_only_together(page, reader):
    course = make.course("Several", lessons=(1,))
    make.quiz(course, questions=[make.question(right="bc")])
    actions.publish_outline(course)
    enrolment = actions.enrol(reader.pk, make.run_of(course).pk)
    item = make.entries_of(course)[-1].item_id
    scores = [take(enrolment, item, keys).score for keys in (["b"], ["a", "b", "c"], ["c", "b"])]
    assert scores == [0, 0, 100]


def test_passing_the_last_open_item_completes_the_course(page, enrolment, item):
    actions.complete_item(enrolment.pk, make.entries_of(page)[0].item_id)
    win(enrolment, item)
    enrolment.refresh_from_db()
    assert enrolment.state == EnrolmentState.COMPLETED


def test_handing_in_twice_marks_once(enrolment, item):
    attempt = win(enrolment, item)
    again = actions.submit_attempt(attempt.pk, now=timezone.now() + timedelta(days=1))

    assert again.submitted_at == attempt.submitted_at
    assert ProgressEvent.objects.filter(verb="submitted").count() == 1
    assert ProgressEvent.objects.filter(verb="done").count() == 1


def test_a_later_attempt_that_failed_takes_no_pass_away(enrolment, item):
    win(enrolment, item)
    fail(enrolment, item)
    assert is_done(enrolment, item)
    assert [a.passed for a in actions.attempts_of(enrolment)] == [True, False]


@pytest.mark.parametrize(("chosen", "score"), [(RIGHT, 100), (WRONG, 0)])
def test_an_attempt_is_marked_though_a_later_outline_dropped_the_quiz(
    page, enrolment, item, chosen, score
):
    attempt = start(enrolment, item)
    answer(attempt, chosen, chosen, chosen)
    drop(page, make.items_below(page)[-1])
    enrolment.refresh_from_db()
    assert not enrolment.manifest.items.filter(item=item).exists()

    attempt = actions.submit_attempt(attempt.pk)

    assert (attempt.score, attempt.passed) == (score, score == 100)
    assert not is_done(enrolment, item)
    assert ProgressEvent.objects.filter(verb="submitted").count() == 1
    enrolment.refresh_from_db()
    assert enrolment.is_active
    assert actions.rebuild_progress(enrolment.pk, write=False) == []


def test_nothing_is_handed_in_while_an_answer_is_not_saved(enrolment, item):
    attempt = start(enrolment, item)
    assert refusal(actions.submit_attempt, attempt.pk, unsaved=True) == "answers_unsaved"
    assert Attempt.objects.get().is_open
    marked = actions.submit_attempt(attempt.pk)
    assert actions.submit_attempt(attempt.pk, unsaved=True).submitted_at == marked.submitted_at


# --- How often ---


def test_attempts_are_unlimited_unless_the_quiz_says_otherwise(page, enrolment, item):
    for _time in range(4):
        fail(enrolment, item)
    settings_of(page, attempts_allowed=4)
    assert refusal(start, enrolment, item) == "no_attempts_left"
    settings_of(page, attempts_allowed=5)
    assert start(enrolment, item).number == 5


def test_a_coordinator_gives_further_attempts_and_everything_stays_readable(page, enrolment, item):
    settings_of(page, attempts_allowed=1)
    fail(enrolment, item)
    coordinator = people.staff()

    assert actions.reset_attempts(enrolment.pk, item, by=coordinator, reason="Power cut") == 1
    assert actions.reset_attempts(enrolment.pk, item, by=coordinator, reason="Power cut") == 0

    assert start(enrolment, item).number == 2
    event = ProgressEvent.objects.get(verb="set_aside")
    assert (event.by, event.detail) == (coordinator, {"attempts": [1], "note": "Power cut"})
    assert answers(actions.attempts_of(enrolment)[0]) == [["a"], ["a"], ["a"]]


def test_whoever_gets_further_attempts_is_told_once_with_the_reason_and_the_way_to_the_quiz(
    page, reader, enrolment, item
):
    fail(enrolment, item)
    word = {"by": people.staff(), "reason": "Power <cut>"}
    actions.reset_attempts(enrolment.pk, item, **word)
    actions.reset_attempts(enrolment.pk, item, **word)

    told = Notice.objects.on_site().get()
    assert told.user == reader
    said = words(told.kind, told.facts, "en")
    assert said.subject == "You have new attempts at “Quiz”"
    assert "The reason: Power <cut>" in said.text
    pages, quiz = page_map(), make.items_below(page)[-1]
    for language in ("en", "de"):
        there = words(told.kind, told.facts, language).url
        assert there == pages.url(pages.nodes[quiz.pk], language)

    fail(enrolment, item)
    actions.reset_attempts(enrolment.pk, item, **word)
    assert Notice.objects.on_site().count() == 2


def test_a_notice_of_further_attempts_leads_to_the_course_when_the_quiz_is_gone(
    page, enrolment, item
):
    fail(enrolment, item)
    drop(page, make.items_below(page)[-1])
    actions.reset_attempts(enrolment.pk, item, by=None, reason="Asked for")
    told = Notice.objects.on_site().get(kind="courses.set_aside")
    said = words(told.kind, told.facts, "en")
    assert "the quiz “Quiz”" in said.text
    assert said.url == reverse("courses:why", args=[page.translation_key])


def test_further_attempts_without_a_reason_tell_nobody(enrolment, item):
    fail(enrolment, item)
    call = partial(actions.reset_attempts, enrolment.pk, item, by=None)
    assert refusal(call, reason=" \0 ") == "no_reason"
    assert refusal(call, reason="x" * 501) == "long_reason"
    assert not Notice.objects.exists()
    assert not Attempt.objects.filter(set_aside_at__isnull=False).exists()


def test_setting_attempts_aside_takes_no_pass_away_and_leaves_one_under_way(enrolment, item):
    win(enrolment, item)
    under_way = start(enrolment, item)
    actions.reset_attempts(enrolment.pk, item, by=None, reason="Asked for")
    assert is_done(enrolment, item)
    assert start(enrolment, item) == under_way


# --- A quiz that is to be done again ---


def asked_again(page):
    """A material outline asks everybody for the quiz once more."""
    settings_of(page, minutes=12)
    item = make.entries_of(page)[-1].item_id
    actions.publish_outline(page, kind=ManifestKind.MATERIAL, again=[item], note="New law")
    actions.bring_up_to_date()


def test_attempts_before_the_outline_that_asks_again_do_not_count(page, enrolment, item):
    settings_of(page, attempts_allowed=1)
    win(enrolment, item)
    asked_again(page)

    assert not is_done(enrolment, item)
    win(enrolment, item)
    assert is_done(enrolment, item)
    assert [a.outline for a in actions.attempts_of(enrolment)] == [2, 3]


def test_an_attempt_that_the_change_overtook_is_kept_as_it_is_and_a_new_one_begins(
    page, enrolment, item
):
    old = start(enrolment, item)
    answer(old, RIGHT, RIGHT, RIGHT)
    asked_again(page)

    assert refusal(answer, old, WRONG) == "changed_meanwhile"
    assert refusal(actions.submit_attempt, old.pk) == "changed_meanwhile"
    new = start(enrolment, item)

    old.refresh_from_db()
    assert (old.score, new.number, new.outline) == (100, 2, 3)
    assert not is_done(enrolment, item)
    assert actions.rebuild_progress(enrolment.pk, write=False) == []


# --- The log ---


def test_progress_and_results_follow_from_the_log(page, enrolment, item):
    fail(enrolment, item)
    win(enrolment, item)
    start(enrolment, item)
    assert actions.rebuild_progress(enrolment.pk, write=False) == []

    ItemProgress.objects.filter(item=item).update(done_at=None)
    Attempt.objects.filter(number=1).update(score=90)
    assert len(actions.rebuild_progress(enrolment.pk)) >= 2

    assert actions.rebuild_progress(enrolment.pk, write=False) == []
    assert is_done(enrolment, item)
    assert Attempt.objects.get(number=1).score == 0
