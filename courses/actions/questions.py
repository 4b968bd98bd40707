"""The bank of questions: what editors change, and when that makes a version."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses import rules
from courses.models import Question, QuestionText, QuestionVersion
from home import tree
from participants.refusals import Refused

SOURCE = settings.LANGUAGE_CODE


@transaction.atomic
def make_question(
    meaning: rules.Meaning,
    *,
    topic_id: int | None = None,
    by: Any = None,
    key: UUID | None = None,
    now: datetime | None = None,
) -> Question:
    """A new question in its first version, in the source language."""
    _check(meaning)
    now = now or timezone.now()
    question = Question.objects.create(
        key=key or uuid4(), topic_id=topic_id, made_by=by, made_at=now
    )
    _write_version(question, 1, meaning, by, now)
    return question


@transaction.atomic
def change_question(
    question_id: int,
    meaning: rules.Meaning,
    *,
    topic_id: int | None = None,
    seen: str | None = None,
    by: Any = None,
    now: datetime | None = None,
) -> Question:
    """Brings a question to another meaning. One that an attempt was asked gets a new version, so
    what people answered stays as they saw it; one that nobody was asked is changed in place.

    Translations of other words wait for their translators and are not shown. The same meaning
    again changes nothing. `seen` is what `source_stamp` said when the editor began: refused as
    `changed_meanwhile` when somebody else was faster.
    """
    _check(meaning)
    question, version = _locked(question_id)
    Question.objects.filter(pk=question.pk).update(topic=topic_id)
    if version.meaning() == meaning:
        return question
    if seen is not None and seen != source_stamp(version):
        raise _changed_meanwhile()
    if QuestionVersion.objects.asked().filter(pk=version.pk).exists():
        number = question.newest + 1
        new = _write_version(question, number, meaning, by, now or timezone.now())
        _carry_over(version, new)
        question.newest = number
        question.save(update_fields=["newest"])
    else:
        _rewrite(version, meaning)
    return question


@transaction.atomic
def translate_question(
    question_id: int, language: str, words: rules.Wording, *, seen: str | None = None
) -> QuestionText:
    """Keeps the words of the newest version in another language: no new version, and shown from
    now on, to those who are answering it too. `seen` is what `translation_stamp` said when the
    translator began."""
    _question, version = _locked(question_id)
    if language == SOURCE or language not in dict(settings.LANGUAGES):
        raise Refused("no_such_language", _("Questions are not translated into this language."))
    if seen is not None and seen != translation_stamp(version, language):
        raise _changed_meanwhile()
    source, _language = version.words_in(SOURCE)
    if rules.untranslated(source, words):
        raise Refused("incomplete", _("Translate every text of the question, then save."))
    text = version.text_in(language) or QuestionText(version=version, language=language, edition=0)
    _fill(text, words, list(source.options))
    text.is_ready, text.edition = True, text.edition + 1
    text.save()
    tree.touch()
    return text


@transaction.atomic
def archive_question(question_id: int, *, now: datetime | None = None) -> Question:
    """No quiz can take up the question any more; those that have it keep it until an editor takes
    it out. Archiving twice changes nothing."""
    question, _version = _locked(question_id)
    if question.retired_at is None:
        question.retired_at = now or timezone.now()
        question.save(update_fields=["retired_at"])
    return question


@transaction.atomic
def restore_question(question_id: int) -> Question:
    question, _version = _locked(question_id)
    question.retired_at = None
    question.save(update_fields=["retired_at"])
    return question


def source_stamp(version: QuestionVersion) -> str:
    """Tells one state of a question from another: what an editor saw."""
    source = version.text_in(SOURCE)
    return f"{version.number}.{source.edition if source else 0}"


def translation_stamp(version: QuestionVersion, language: str) -> str:
    """The same for a translator: of the question and of its words in their language."""
    text = version.text_in(language)
    return f"{source_stamp(version)}.{text.edition if text else 0}"


def _locked(question_id: int) -> tuple[Question, QuestionVersion]:
    """The question and its newest version. Whoever begins an attempt with the version right now is
    waited for, or waits: so one that is in use never changes its meaning."""
    question = Question.objects.select_for_update().get(pk=question_id)
    versions = QuestionVersion.objects.select_for_update().filter(question=question)
    return question, versions.get(number=question.newest)


def _check(meaning: rules.Meaning) -> None:
    if rules.faults(meaning):
        raise Refused(
            "incomplete",
            _("A question needs words, two answers at least, and a right one among them."),
        )


def _changed_meanwhile() -> Refused:
    return Refused(
        "changed_meanwhile",
        _("Somebody else changed this question meanwhile. Look at it, then save yours again."),
    )


def _write_version(
    question: Question, number: int, meaning: rules.Meaning, by: Any, now: datetime
) -> QuestionVersion:
    version = QuestionVersion(question=question, number=number, made_by=by, made_at=now)
    _set_options(version, meaning)
    version.save()
    text = QuestionText(version=version, language=SOURCE)
    _fill(text, meaning.words, [option.key for option in meaning.options])
    text.save()
    return version


def _rewrite(version: QuestionVersion, meaning: rules.Meaning) -> None:
    same_words = version.meaning().words == meaning.words
    _set_options(version, meaning)
    version.save(update_fields=["kind", "options"])
    keys = [option.key for option in meaning.options]
    for text in version.texts.all():
        if text.language == SOURCE:
            _fill(text, meaning.words, keys)
            text.edition += 1
        else:
            text.options = {key: one for key, one in text.options.items() if key in keys}
            text.is_ready = text.is_ready and same_words
        text.save()
    tree.touch()


def _carry_over(old: QuestionVersion, new: QuestionVersion) -> None:
    """Translations begin where the version before stood: shown if the words are the same."""
    same_words = old.meaning().words == new.meaning().words
    keys = {option["key"] for option in new.options}
    QuestionText.objects.bulk_create(
        QuestionText(
            version=new,
            language=text.language,
            question=text.question,
            explanation=text.explanation,
            options={key: one for key, one in text.options.items() if key in keys},
            is_ready=text.is_ready and same_words,
        )
        for text in old.texts.exclude(language=SOURCE)
    )


def _set_options(version: QuestionVersion, meaning: rules.Meaning) -> None:
    version.kind = meaning.kind
    version.options = [{"key": o.key, "correct": o.correct} for o in meaning.options]


def _fill(text: QuestionText, words: rules.Wording, keys: list[str]) -> None:
    text.question, text.explanation = words.question, words.explanation
    found = {key: words.options.get(key, ("", "")) for key in keys}
    text.options = {key: {"text": own, "feedback": reply} for key, (own, reply) in found.items()}
