"""The bank of questions: when a change makes a version, and what translators are spared."""

import pytest

from courses import actions
from courses.models import QuestionVersion
from courses.rules import Wording
from participants.refusals import Refused
from tests.factories import courses as make

pytestmark = pytest.mark.django_db

FRENCH = Wording(
    "Qui décide ?", "Le conseil.", {key: (f"Réponse {key}", f"Sur {key}.") for key in "abc"}
)


@pytest.fixture
def question(db):
    return make.question()


@pytest.fixture
def asked(question, reader):
    """The question, asked in an attempt."""
    begin(reader, question)
    return question


def begin(user, *questions):
    page = make.course("Asking", lessons=(1,))
    make.quiz(page, questions=list(questions))
    actions.publish_outline(page)
    enrolment = actions.enrol(user.pk, make.run_of(page).pk)
    return actions.start_attempt(enrolment.pk, make.entries_of(page)[-1].item_id)


def newest(question) -> QuestionVersion:
    return question.versions.newest().get()


def words(question, language):
    return newest(question).words_in(language)


def test_a_question_that_nobody_was_asked_is_changed_in_place(question):
    actions.change_question(question.pk, make.meaning("Who pays?", right="a"))

    (version,) = question.versions.all()
    assert version.number == 1
    assert version.meaning() == make.meaning("Who pays?", right="a")


@pytest.mark.parametrize(
    "changed",
    [
        make.meaning("Who pays?"),
        make.meaning(right="a"),
        make.meaning(right="bc"),
        make.meaning(a="Answer a", b="Answer b", c="Another answer"),
        make.meaning(a="Answer a", b="Answer b"),
    ],
    ids=["words", "right answer", "several right", "text of an answer", "one answer less"],
)
def test_another_meaning_of_a_question_that_was_asked_is_a_version(asked, changed):
    actions.change_question(asked.pk, changed)

    old, new = asked.versions.order_by("number")
    assert (old.number, new.number) == (1, 2)
    assert old.meaning() == make.meaning()
    assert new.meaning() == changed


def test_the_same_meaning_again_makes_no_version_and_another_topic_does_neither(asked):
    actions.change_question(asked.pk, make.meaning(), topic_id=None)
    assert [v.number for v in asked.versions.all()] == [1]


def test_an_attempt_goes_on_with_the_version_that_it_began_with(question, reader):
    attempt = begin(reader, question)
    actions.change_question(question.pk, make.meaning("Who pays?", right="a"))
    actions.save_answers(attempt.pk, {1: actions.Given(["b"])})

    assert actions.submit_attempt(attempt.pk).score == 100


def test_a_translation_makes_no_version_and_is_shown_at_once(asked):
    actions.translate_question(asked.pk, "fr", FRENCH)

    assert [v.number for v in asked.versions.all()] == [1]
    assert words(asked, "fr") == (FRENCH, "fr")
    assert words(asked, "de") == (make.meaning().words, "en")


def test_mending_a_translation_changes_the_one_that_is_there(asked):
    actions.translate_question(asked.pk, "fr", FRENCH)
    mended = Wording("Qui décide donc ?", FRENCH.explanation, FRENCH.options)
    actions.translate_question(asked.pk, "fr", mended)

    assert [v.number for v in asked.versions.all()] == [1]
    assert words(asked, "fr") == (mended, "fr")


@pytest.mark.parametrize("kind", ["asked", "not asked"])
def test_a_translation_of_other_words_waits_for_its_translator(question, reader, kind):
    if kind == "asked":
        begin(reader, question)
    actions.translate_question(question.pk, "fr", FRENCH)
    actions.change_question(question.pk, make.meaning("Who pays?"))

    assert words(question, "fr")[1] == "en"
    assert newest(question).text_in("fr").question == "Qui décide ?"

    actions.translate_question(question.pk, "fr", FRENCH)
    assert words(question, "fr") == (FRENCH, "fr")


def test_a_translation_of_the_same_words_is_shown_in_the_new_version_too(asked):
    actions.translate_question(asked.pk, "fr", FRENCH)
    actions.change_question(asked.pk, make.meaning(right="a"))
    assert words(asked, "fr") == (FRENCH, "fr")


def refusal(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.reason


def test_half_a_translation_is_refused(question):
    half = Wording("Qui ?", "", FRENCH.options)
    assert refusal(lambda: actions.translate_question(question.pk, "fr", half)) == "incomplete"


@pytest.mark.parametrize("language", ["en", "xx", ""])
def test_the_source_and_unknown_languages_are_not_translated_into(question, language):
    def call():
        return actions.translate_question(question.pk, language, FRENCH)

    assert refusal(call) == "no_such_language"


def test_a_question_without_a_right_answer_is_refused(question):
    wrong = make.meaning(right="x", kind="single")
    assert refusal(lambda: actions.change_question(question.pk, wrong)) == "incomplete"
    assert refusal(lambda: actions.make_question(wrong)) == "incomplete"


def test_who_began_before_somebody_else_saved_is_told_so(question):
    seen = actions.source_stamp(newest(question))
    actions.change_question(question.pk, make.meaning("Who pays?"), seen=seen)

    def late():
        return actions.change_question(question.pk, make.meaning("Who asks?"), seen=seen)

    assert refusal(late) == "changed_meanwhile"
    # What is there already is no conflict.
    actions.change_question(question.pk, make.meaning("Who pays?"), seen=seen)


def test_translators_of_two_languages_do_not_hinder_each_other_and_two_of_one_do(question):
    french = actions.translation_stamp(newest(question), "fr")
    german = actions.translation_stamp(newest(question), "de")
    actions.translate_question(question.pk, "fr", FRENCH, seen=french)
    actions.translate_question(question.pk, "de", FRENCH, seen=german)

    def again():
        return actions.translate_question(question.pk, "fr", FRENCH, seen=french)

    assert refusal(again) == "changed_meanwhile"


def test_archiving_takes_a_question_out_of_the_offer_and_restoring_brings_it_back(asked):
    from courses.models import Question

    actions.archive_question(asked.pk)
    first = actions.archive_question(asked.pk).retired_at
    assert first is not None
    assert list(Question.objects.current()) == []
    actions.restore_question(asked.pk)
    assert list(Question.objects.current()) == [asked]


@pytest.mark.parametrize("words", ["Who pays", "qui décide"])
def test_questions_are_found_by_the_words_of_their_newest_version_in_any_language(asked, words):
    from courses.models import Question

    actions.change_question(asked.pk, make.meaning("Who pays?"))
    actions.translate_question(asked.pk, "fr", FRENCH)
    assert [q.words for q in Question.objects.saying(words).with_words("en")] == ["Who pays?"]
    assert not Question.objects.saying("decides").exists()
