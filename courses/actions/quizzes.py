"""Attempts at quizzes. Each action is one transaction under the lock of the enrolment, so that an
answer, a second tab and the hand-in take turns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import SystemRandom
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses import rules
from courses.actions.desk import checked_reason, locked_for_act, log_act, tell_of
from courses.actions.progress import (
    asked_again_in,
    entry_of,
    find_entry,
    finish,
    locked_and_standing,
    record,
)
from courses.actions.rollout import event_id
from courses.models import (
    Attempt,
    AttemptAnswer,
    Enrolment,
    ItemProgress,
    ManifestItem,
    ProgressEvent,
    QuestionVersion,
    QuizPage,
)
from courses.states import Act, ItemKind, Verb
from participants.refusals import Refused

_chance = SystemRandom()


@dataclass(frozen=True)
class Given:
    """An answer as somebody gave it. `saves` is the number of answers to this question that their
    screen knew of; None for an answer given right now, which counts whatever came before."""

    chosen: Sequence[str]
    saves: int | None = None


@dataclass
class Saved:
    """The answers as they are kept now, by position. Those in `newer` were given elsewhere after
    the screen was made, so what the screen said was not kept."""

    answers: dict[int, AttemptAnswer] = field(default_factory=dict)
    newer: set[int] = field(default_factory=set)


@transaction.atomic
def start_attempt(
    enrolment_id: int,
    item_id: int,
    *,
    language: str = "",
    revision: int | None = None,
    now: datetime | None = None,
) -> Attempt:
    """Begins an attempt, or returns the one under way: starting twice is one attempt.

    An attempt under way that an outline overtook by asking for the quiz again is handed in as it
    is, and a new one begins. Refused: `no_attempts_left`, and `not_open` when the quiz is not
    public.
    """
    enrolment = locked_and_standing(enrolment_id)
    entry = entry_of(enrolment, item_id)
    now = now or timezone.now()
    since = asked_again_in(enrolment, item_id)
    own = list(Attempt.objects.at(enrolment, item_id))
    under_way = next((one for one in own if one.is_open), None)
    if under_way and under_way.outline >= since:
        return under_way
    quiz = quiz_of(entry)
    if rules.attempts_left([a.for_rules() for a in own], quiz.attempts_allowed, since) == 0:
        raise Refused(
            "no_attempts_left",
            _("You have used all attempts. Ask the coordinators of the course for another one."),
        )
    if under_way:
        _mark(under_way, now)
    attempt = Attempt.objects.create(
        enrolment=enrolment,
        item_id=item_id,
        number=len(own) + 1,
        outline=enrolment.manifest.number,
        language=language,
        revision=revision,
        pass_mark=quiz.pass_mark,
        layout=quiz.layout,
        explains=quiz.explains,
        started_at=now,
    )
    _deal(attempt, quiz)
    _log(attempt, Verb.ATTEMPTED, now)
    return attempt


@transaction.atomic
def save_answers(
    attempt_id: int, given: Mapping[int, Given], *, now: datetime | None = None
) -> Saved:
    """Keeps answers by the position of their question. The same answer again changes nothing.

    An answer from a screen that did not know the newest one is not kept, and the newest is
    returned in its place: nothing is overwritten unseen. Refused: `submitted`, `unknown_option`,
    and `changed_meanwhile` when the quiz is asked for again.
    """
    attempt = _under_way(attempt_id)
    now = now or timezone.now()
    rows = attempt.answers.filter(position__in=given).select_related("version")
    found = Saved({row.position: row for row in rows})
    for position, answer in found.answers.items():
        if not _keep(answer, given[position], now):
            found.newer.add(position)
    return found


@transaction.atomic
def submit_attempt(
    attempt_id: int,
    *,
    seen: int | None = None,
    unsaved: bool = False,
    now: datetime | None = None,
) -> Attempt:
    """Marks an attempt, once and for good; one that reaches the mark does the quiz, and completes
    the course when nothing is left. Handing in twice changes nothing. Where an outline dropped the
    quiz meanwhile, the attempt is marked all the same, and does nothing for the course.

    `seen` is the number of answers that the person's screen knew of: refused as `answers_moved`
    when another tab has answered since, and as `answers_unsaved` while an answer of theirs is
    `unsaved`, which is nothing that these rows could tell.
    """
    attempt = _locked_attempt(attempt_id)
    if not attempt.is_open:
        return attempt
    _check_counts(attempt)
    if unsaved:
        raise Refused(
            "answers_unsaved",
            _("Nothing is handed in yet: one of your answers is not saved. Save it first."),
        )
    if seen is not None and seen != sum(attempt.answers.values_list("saves", flat=True)):
        raise Refused(
            "answers_moved",
            _("You changed an answer in another tab. Look at all of them, then hand in."),
        )
    now = now or timezone.now()
    _mark(attempt, now)
    entry = find_entry(attempt.enrolment, attempt.item_id)
    if attempt.passed and entry:
        finish(attempt.enrolment, entry, None, attempt.language, attempt.revision, now)
    return attempt


@transaction.atomic
def reset_attempts(
    enrolment_id: int, item_id: int, *, by: Any, reason: str, now: datetime | None = None
) -> int:
    """Gives somebody all their attempts at a quiz again, and tells them: those handed in are set
    aside, and can still be read; one under way goes on, and what was passed stays passed. Returns
    how many were set aside; where there is nothing to set aside, nothing is written."""
    enrolment = locked_for_act(enrolment_id)
    reason = checked_reason(reason)
    now = now or timezone.now()
    own = Attempt.objects.at(enrolment, item_id).handed_in().filter(set_aside_at__isnull=True)
    numbers = list(own.values_list("number", flat=True))
    if not numbers:
        return 0
    own.update(set_aside_at=now)
    event = ProgressEvent.objects.create(
        uuid=event_id(enrolment.pk, Verb.SET_ASIDE, item_id, max(numbers)),
        enrolment=enrolment,
        verb=Verb.SET_ASIDE,
        item_id=item_id,
        outline=enrolment.manifest.number,
        by=by,
        detail={"attempts": numbers, "note": reason},
        at=now,
    )
    log_act(Act.RESET, enrolment, by=by, item_id=item_id, reason=reason, now=now)
    tell_of(event, reason)
    return len(numbers)


def attempts_of(enrolment: Enrolment) -> list[Attempt]:
    """Every attempt of an enrolment, quiz by quiz in the order they were made."""
    rows = Attempt.objects.filter(enrolment=enrolment).select_related("item")
    return list(rows.order_by("item", "number"))


def quiz_of(entry: ManifestItem) -> QuizPage:
    """The public page in the source language, which says for all languages what is asked."""
    pages = QuizPage.objects.filter(translation_key=entry.item.key, live=True)
    quiz = pages.filter(locale__language_code=settings.LANGUAGE_CODE).first()
    if quiz is None or entry.item.kind != ItemKind.QUIZ:
        raise Refused("not_open", _("This quiz is not open at the moment. Look again later."))
    return quiz


def _deal(attempt: Attempt, quiz: QuizPage) -> None:
    """The newest version of each question, in the order of this attempt."""
    wanted = list(dict.fromkeys(quiz.questions.values_list("question", flat=True)))
    newest = QuestionVersion.objects.newest().filter(question__in=wanted)
    versions = {version.question_id: version for version in newest}
    if quiz.shuffles_questions:
        _chance.shuffle(wanted)
    AttemptAnswer.objects.bulk_create(
        AttemptAnswer(
            attempt=attempt,
            position=position,
            version=versions[question],
            order=_dealt(versions[question], shuffled=quiz.shuffles_options),
        )
        for position, question in enumerate(wanted, start=1)
    )


def _dealt(version: QuestionVersion, *, shuffled: bool) -> list[str]:
    keys = [option["key"] for option in version.options]
    return _chance.sample(keys, len(keys)) if shuffled else keys


def _keep(answer: AttemptAnswer, given: Given, now: datetime) -> bool:
    """Whether the answer that was given is the one that stands now."""
    options = answer.version.options_for_rules()
    chosen = rules.clean_choice(options, given.chosen, multiple=answer.version.multiple)
    if given.chosen and not chosen:
        raise Refused("unknown_option", _("This answer does not exist. Choose one of those shown."))
    if chosen == answer.chosen:
        return True
    if given.saves is not None and given.saves != answer.saves:
        return False
    answer.chosen, answer.saved_at, answer.saves = chosen, now, answer.saves + 1
    answer.save(update_fields=["chosen", "saved_at", "saves"])
    return True


def _mark(attempt: Attempt, now: datetime) -> None:
    answers = list(attempt.answers.select_related("version"))
    for answer in answers:
        answer.right = rules.is_right(answer.version.options_for_rules(), answer.chosen)
    AttemptAnswer.objects.bulk_update(answers, ["right"])
    attempt.score = rules.score(sum(1 for answer in answers if answer.right), len(answers))
    attempt.passed = rules.passes(attempt.score, attempt.pass_mark)
    attempt.submitted_at = now
    attempt.save(update_fields=["score", "passed", "submitted_at"])
    _log(attempt, Verb.SUBMITTED, now, score=attempt.score, passed=attempt.passed)


def _log(attempt: Attempt, verb: str, now: datetime, **detail: Any) -> None:
    record(
        attempt.enrolment,
        verb,
        attempt.item_id,
        now,
        event=event_id(attempt.enrolment_id, verb, attempt.item_id, f"attempt {attempt.number}"),
        language=attempt.language,
        revision=attempt.revision,
        detail={"attempt": attempt.number, **detail},
    )
    if verb == Verb.ATTEMPTED:
        ItemProgress.objects.get_or_create(
            enrolment=attempt.enrolment,
            item_id=attempt.item_id,
            defaults={
                "opened_at": now,
                "language": attempt.language,
                "revision": attempt.revision,
            },
        )


def _locked_attempt(attempt_id: int) -> Attempt:
    """Read after the lock on its enrolment, which it then holds."""
    enrolment_id = Attempt.objects.values_list("enrolment", flat=True).get(pk=attempt_id)
    enrolment = locked_and_standing(enrolment_id)
    attempt = Attempt.objects.get(pk=attempt_id)
    attempt.enrolment = enrolment
    return attempt


def _under_way(attempt_id: int) -> Attempt:
    attempt = _locked_attempt(attempt_id)
    if not attempt.is_open:
        raise Refused(
            "submitted", _("This attempt is handed in already, so its answers stay as they are.")
        )
    _check_counts(attempt)
    return attempt


def _check_counts(attempt: Attempt) -> None:
    if attempt.outline < asked_again_in(attempt.enrolment, attempt.item_id):
        raise Refused(
            "changed_meanwhile",
            _("This quiz changed while you had it open. Begin it anew: it is asked for again."),
        )
