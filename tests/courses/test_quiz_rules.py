"""How quizzes are marked, and which attempt counts."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import rules
from courses.rules import Meaning, Option, Try, Wording

KEYS = ["a", "b", "c", "d"]
OPTIONS = st.lists(st.booleans(), min_size=2, max_size=4).map(
    lambda flags: [Option(key, flag) for key, flag in zip(KEYS, flags, strict=False)]
)
TRIES = st.lists(
    st.builds(
        lambda outline, score, aside: (outline, score, aside),
        st.integers(1, 3),
        st.none() | st.integers(0, 100),
        st.booleans(),
    ),
    max_size=6,
).map(
    lambda rows: [
        Try(at, outline, score, passed=(score or 0) >= 80, set_aside=aside)
        for at, (outline, score, aside) in enumerate(rows, start=1)
    ]
)


@given(st.integers(1, 200), st.data(), st.integers(1, 100))
def test_somebody_passes_exactly_when_the_share_of_right_answers_reaches_the_mark(
    total, data, mark
):
    right = data.draw(st.integers(0, total))
    percent = rules.score(right, total)

    assert 0 <= percent <= 100
    assert rules.passes(percent, mark) == (Fraction(100 * right, total) >= mark)
    assert rules.score(total, total) == 100


def test_a_quiz_without_questions_is_worth_nothing():
    assert rules.score(0, 0) == 0


@given(OPTIONS, st.sets(st.sampled_from(KEYS)))
def test_a_point_is_for_all_right_options_and_no_wrong_one(options, chosen):
    right = {option.key for option in options if option.correct}
    assert rules.is_right(options, chosen) == (chosen == right)


@given(TRIES, st.none() | st.integers(1, 5), st.integers(0, 3))
def test_attempts_are_counted_since_the_quiz_was_last_asked_for_and_without_those_set_aside(
    tries, allowed, since
):
    left = rules.attempts_left(tries, allowed, since)
    if allowed is None:
        assert left is None
        return
    used = [t for t in tries if t.outline >= since and not t.set_aside]
    assert left == max(allowed - len(used), 0)
    assert rules.attempts_left([*tries, Try(9, outline=3)], allowed, since) == max(left - 1, 0)


@given(TRIES, st.integers(0, 3))
def test_a_later_attempt_never_takes_a_pass_away(tries, since):
    before = rules.best(tries, since)
    after = rules.best([*tries, Try(99, outline=3, score=0)], since)
    if before is not None:
        assert after.score >= before.score
        assert after.passed == before.passed
        assert before.score == max(
            t.score for t in rules.that_count(tries, since) if t.score is not None
        )


def test_the_first_of_equal_attempts_counts_and_one_under_way_does_not():
    tries = [Try(1, score=50), Try(2, score=50), Try(3)]
    assert rules.best(tries).number == 1
    assert rules.best([Try(3)]) is None


def words(question="Q?", a="A", b="B") -> Wording:
    return Wording(question, "", {"a": (a, ""), "b": (b, "")})


@pytest.mark.parametrize(
    ("meaning", "found"),
    [
        (Meaning("single", (Option("a", True), Option("b", False)), words()), []),
        (Meaning("multiple", (Option("a", True), Option("b", True)), words()), []),
        (Meaning("single", (Option("a", True), Option("b", True)), words()), ["several_right"]),
        (Meaning("single", (Option("a", False), Option("b", False)), words()), ["none_right"]),
        (Meaning("single", (Option("a", True),), words()), ["too_few"]),
        (Meaning("single", (Option("a", True), Option("b", False)), words(" ")), ["question"]),
        (Meaning("single", (Option("a", True), Option("b", False)), words(b="")), ["option"]),
    ],
)
def test_what_is_wrong_with_a_question_has_a_name(meaning, found):
    assert rules.faults(meaning) == found


def test_a_translation_lacks_what_the_source_says_and_it_does_not():
    source = Wording("Q?", "Because.", {"a": ("A", "Yes."), "b": ("B", "")})
    assert rules.untranslated(source, source) == []
    assert rules.untranslated(source, Wording("", " ", {"a": ("A", "")})) == [
        "question",
        "explanation",
        "a",
        "b",
    ]


def test_options_keep_the_order_they_were_dealt_in_and_a_new_one_comes_last():
    assert rules.shown_order(["a", "b", "c"], ["c", "a"]) == ["c", "a", "b"]
