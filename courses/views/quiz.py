"""A quiz: what it asks for, the attempt under way, and what attempts came to."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from wagtail.rich_text import expand_db_html

from courses import rules
from courses.models import Attempt, AttemptAnswer, QuestionVersion, QuizPage
from courses.states import QuizLayout
from courses.views.lesson import (
    Reader,
    course_of,
    may_read,
    name_address,
    off_the_site,
    own_url,
    place_context,
    remember_visit,
)
from courses.views.outline import outline_for, standing
from home import tree
from home.pagecontext import language_of
from home.pagemap import SOURCE, page_map
from home.rules import number_of
from home.serving import specific_page
from participants.owners import owner_of, signed_owner

CHECK = "check"
HELD = "quiz"
MOST_HELD = 5


@dataclass
class Shown:
    """What a form that just came back said: under `other` the keys that were not kept since a
    newer answer stands, by position; `moved` when nothing was handed in, since the answers changed
    before or one is not saved yet.
    """

    other: dict[int, list[str]] = field(default_factory=dict)
    step: str = ""
    moved: bool = False


def quiz(request, page: QuizPage, shown: Shown | None = None, status: int = 200):
    """The quiz in its course: its beginning, the question where somebody stopped, or the look at
    all answers before they are handed in."""
    course = course_of(page, request.is_preview)
    if course is None:
        return off_the_site(request, page.translation_key)
    reader = Reader(standing(request.user, course.translation_key), request.user)
    if not may_read(course, reader):
        return redirect(own_url(course))
    name_address(request, page)
    outline = outline_for(course.translation_key, reader.where)
    entry = outline.lesson(page.translation_key) if outline else None
    remember_visit(request, reader.where, entry, page)
    tries = list(_attempts(reader, entry))
    context = {
        **place_context(request, page, reader, outline, entry),
        "quiz": _facts(request, page, entry),
        **_standing(page, reader, entry, tries),
    }
    under_way = next((one for one in tries if one.is_open), None)
    if request.is_preview:
        context |= {"sample": _sample(page)}
    elif under_way and context["counts"](under_way):
        context |= _under_way(request, page, reader, under_way, shown or Shown())
    return render(request, "courses/quiz_page.html", context, status=status)


# --- The same for all ---------------------------------------------------------------------------


def _facts(request, page: QuizPage, entry) -> dict:
    """What a quiz is. How it is asked, its page in the source language says for all."""
    source = page if request.is_preview else _source(page)
    count = (
        source.questions.count()
        if request.is_preview
        else tree.remembered(("quiz", source.pk), source.questions.count)
    )
    return {
        "title": page.title,
        "summary": page.summary,
        "introduction": expand_db_html(page.introduction),
        "lang": language_of(page),
        "minutes": source.minutes,
        "optional": entry.optional if entry else not source.required,
        "count": count,
        "pass_mark": source.pass_mark,
        "allowed": source.attempts_allowed,
        "explains": source.explains,
    }


def _source(page: QuizPage) -> QuizPage:
    node = page_map().by_key.get((page.translation_key, SOURCE))
    return specific_page(node.id) if node else page


def _sample(page: QuizPage) -> list[dict]:
    """The questions as an editor's preview shows them."""
    wanted = [one.question_id for one in page.questions.all()]
    newest = QuestionVersion.objects.newest().filter(question__in=wanted)
    versions = {v.question_id: v for v in newest.prefetch_related("texts")}
    rows = [
        AttemptAnswer(position=at, version=versions[pk])
        for at, pk in enumerate(wanted, start=1)
        if pk in versions
    ]
    return [asked(row, len(rows)) for row in rows]


# --- One person's attempts ------------------------------------------------------------------------


def _attempts(reader: Reader, entry):
    if reader.where.enrolment is None or entry is None:
        return Attempt.objects.none()
    return Attempt.objects.at(reader.where.enrolment, entry.item.id)


def _standing(page: QuizPage, reader: Reader, entry, tries: list[Attempt]) -> dict:
    """How the person stands: done or not, how many attempts are left, and the former ones."""
    where = reader.where
    since = where.again_from.get(entry.item.id, 0) if entry else 0
    known = [one.for_rules() for one in tries]
    ended = [one for one in tries if not one.is_open]
    return {
        "counts": lambda attempt: attempt.outline >= since,
        "done": entry is not None and entry.item.id in where.done,
        "again": entry is not None and entry.item.id in where.again,
        "overtaken": any(one.is_open and one.outline < since for one in tries),
        "attempts_left": rules.attempts_left(known, _source(page).attempts_allowed, since),
        "former": [former(one) for one in reversed(ended)],
        "start_url": reverse("courses:quiz_start", args=[page.translation_key]),
    }


def former(attempt: Attempt) -> dict:
    """An attempt that was handed in, as lists tell of it."""
    return {
        "number": attempt.number,
        "score": attempt.score,
        "passed": attempt.passed,
        "at": attempt.submitted_at,
        "set_aside": attempt.set_aside_at is not None,
        "url": reverse("courses:attempt", args=[attempt.pk]),
    }


def answers_of(attempt: Attempt) -> list[AttemptAnswer]:
    """Its questions in order, with the words of every language. The versions are the same for
    many people, so they are kept in memory: treat them as read-only."""
    rows = list(attempt.answers.all())
    wanted = tuple(sorted(row.version_id for row in rows))
    versions = tree.remembered(("versions", wanted), lambda: _versions(wanted))
    for row in rows:
        row.version = versions[row.version_id]
    return rows


def _versions(ids: tuple[int, ...]) -> dict[int, QuestionVersion]:
    return QuestionVersion.objects.prefetch_related("texts").in_bulk(ids)


def _under_way(request, page, reader: Reader, attempt: Attempt, shown: Shown) -> dict:
    rows = answers_of(attempt)
    held = held_answers(request, attempt, rows)
    step = shown.step or request.GET.get("question", "")
    positions = _positions(attempt, rows, held, step)
    checks = not positions
    return {
        "attempt": {
            "pk": attempt.pk,
            "number": attempt.number,
            "pass_mark": attempt.pass_mark,
            "one_by_one": attempt.layout == QuizLayout.ONE,
            "owner": signed_owner(reader.user),
            "seen": sum(row.saves for row in rows),
            "moved": shown.moved,
            "url": own_url(page),
            "answers_url": reverse("courses:quiz_answers", args=[attempt.pk]),
            "submit_url": reverse("courses:quiz_submit", args=[attempt.pk]),
            "checks": checks,
            "open": sum(1 for row in rows if not row.chosen),
            "previous": positions[0] - 1 if positions else len(rows),
            "next": positions[-1] + 1 if positions and positions[-1] < len(rows) else CHECK,
        },
        "questions": [
            asked(row, len(rows), held=held.get(row.position), other=shown.other)
            for row in rows
            if checks or row.position in positions
        ],
        "all_questions": [{"position": row.position, "answered": bool(row.chosen)} for row in rows],
    }


def _positions(attempt: Attempt, rows: list[AttemptAnswer], held: dict, step: str) -> list[int]:
    """The questions on the screen; none for the look at all answers, which has to wait for what
    was not saved. Without a step one comes back to that first, then to the first question without
    an answer."""
    known = [row.position for row in rows]
    if step == CHECK and not held:
        return []
    if attempt.layout == QuizLayout.ALL:
        return known
    if number_of(step) in known:
        return [number_of(step)]
    waiting = [*held, *(row.position for row in rows if not row.chosen)]
    return waiting[:1]


def asked(
    row: AttemptAnswer, total: int, *, held: dict | None = None, other: dict | None = None
) -> dict:
    """A question to answer, in the reader's language or in the source's (`lang` says which)."""
    words, lang = row.version.words_in(get_language() or SOURCE)
    chosen = held["chosen"] if held else row.chosen
    keys = rules.shown_order([o["key"] for o in row.version.options], row.order)
    return {
        "position": row.position,
        "total": total,
        "text": words.question,
        "lang": lang,
        "multiple": row.version.multiple,
        "options": [
            {"key": key, "text": _text(words, key), "chosen": key in chosen} for key in keys
        ],
        "answer": [_text(words, key) for key in keys if key in row.chosen],
        "chosen": row.chosen,
        "other": [_text(words, key) for key in keys if key in (other or {}).get(row.position, ())],
        "newer": row.position in (other or {}),
        "saves": held["saves"] if held else row.saves,
        "saved_at": None if held else row.saved_at,
        "held": bool(held),
    }


def explained(row: AttemptAnswer, *, explains: bool) -> dict:
    """A question that was marked: what was chosen, what is right, and why."""
    words, lang = row.version.words_in(get_language() or SOURCE)
    right = {o["key"] for o in row.version.options if o["correct"]}
    keys = rules.shown_order([o["key"] for o in row.version.options], row.order)
    return {
        "position": row.position,
        "text": words.question,
        "lang": lang,
        "right": row.right,
        "answered": bool(row.chosen),
        "options": [
            {
                "text": _text(words, key),
                "chosen": key in row.chosen,
                "correct": explains and key in right,
                "feedback": words.options.get(key, ("", ""))[1] if explains else "",
                "is_right": key in right,
            }
            for key in keys
        ],
        "explanation": words.explanation if explains else "",
    }


def _text(words: rules.Wording, key: str) -> str:
    return words.options.get(key, ("", ""))[0]


# --- Answers that were sent after the session had ended -------------------------------------------


def hold_answers(request, attempt_id: int, given: dict, owner: str) -> None:
    """Keeps answers that arrived without a session until their owner has signed in again."""
    held = request.session.get(HELD, {})
    before = held.get(str(attempt_id), {"owner": owner, "answers": {}})
    answers = before["answers"] if before["owner"] == owner else {}
    answers |= {
        str(at): {"chosen": [k[:20] for k in one.chosen], "saves": one.saves or 0}
        for at, one in given.items()
    }
    held[str(attempt_id)] = {"owner": owner, "answers": answers}
    request.session[HELD] = dict(list(held.items())[-MOST_HELD:])


def held_answers(request, attempt: Attempt, rows: Iterable[AttemptAnswer]) -> dict[int, dict]:
    """By position, in the order of the questions: those that say something else than what is
    saved. They stay held until they are saved, so a reload shows them again."""
    kept = request.session.get(HELD, {}).get(str(attempt.pk))
    if not kept or owner_of(kept["owner"]) != request.user.pk:
        return {}
    held = ((row, kept["answers"].get(str(row.position))) for row in rows)
    return {row.position: one for row, one in held if one and set(one["chosen"]) != {*row.chosen}}


def drop_answers(request, attempt_id: int, positions) -> None:
    held = request.session.get(HELD, {})
    kept = held.get(str(attempt_id))
    if kept and any(kept["answers"].pop(str(at), None) for at in positions):
        request.session[HELD] = held
