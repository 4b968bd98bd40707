"""What people send from a quiz, and the page that explains an attempt."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courses import actions
from courses.actions import Given, Saved
from courses.models import Attempt
from courses.views import shared
from courses.views.lesson import off_the_site, own_url, seen
from courses.views.outline import outline_for, standing
from courses.views.quiz import (
    CHECK,
    Shown,
    answers_of,
    asked,
    drop_answers,
    explained,
    former,
    held_answers,
    hold_answers,
    quiz,
)
from courses.views.work import place_of, public_item, reader_of
from home.pagecontext import link_to
from home.pagemap import SOURCE
from home.rules import number_of
from participants.owners import signed_owner
from participants.refusals import Refused

MOST_QUESTIONS = 200
MOST_KEYS = 20
LOOK_AGAIN = {"answers_moved", "answers_unsaved"}


def start(request, key: UUID):
    """Begins an attempt, or leads to the one under way."""
    page = public_item(request, key, "quizpage")
    if page is None:
        return off_the_site(request, key)
    back = own_url(page)
    if request.method != "POST":
        return redirect(back)
    if not request.user.is_authenticated:
        return redirect(shared.sign_in_url(back))
    reader = reader_of(request, page)
    _outline, entry = place_of(page, reader)
    if reader.where.enrolment is None or entry is None:
        return redirect(back)
    try:
        actions.start_attempt(reader.where.enrolment.pk, entry.item.id, **seen(page))
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect(back)


def answers(request, pk: int):
    """Saves the answers of a form, then leads where its button says. A script gets the same as
    JSON. Whatever goes wrong, what was chosen comes back to the person's screen."""
    given = _given(request)
    if not request.user.is_authenticated:
        return _signed_out(request, pk, given)
    attempt = _own_or_404(request, pk)
    if request.method != "POST":
        return redirect(_quiz_url(attempt))
    try:
        saved = actions.save_answers(attempt.pk, given)
    except Refused as refusal:
        return _refused(request, attempt, refusal)
    drop_answers(request, attempt.pk, set(given) - saved.newer)
    if _wants_json(request):
        return _as_json(saved)
    if saved.newer:
        drop_answers(request, attempt.pk, saved.newer)
        other = {position: list(given[position].chosen) for position in saved.newer}
        return _again(request, attempt, Shown(other=other, step=str(min(saved.newer))))
    return redirect(_next(attempt, request.POST.get("go", "")))


def submit(request, pk: int):
    """Hands in what was looked at, and leads to the result."""
    if not request.user.is_authenticated:
        return redirect(shared.sign_in_url(reverse("courses:attempt", args=[pk])))
    attempt = _own_or_404(request, pk)
    if request.method != "POST":
        return redirect(_quiz_url(attempt))
    was_complete = attempt.enrolment.is_completed
    held = held_answers(request, attempt, attempt.answers.all())
    seen = number_of(request.POST.get("seen"))
    try:
        attempt = actions.submit_attempt(attempt.pk, seen=seen, unsaved=bool(held))
    except Refused as refusal:
        if refusal.reason in LOOK_AGAIN:
            return _again(request, attempt, Shown(step=CHECK, moved=True))
        return _refused(request, attempt, refusal)
    if attempt.enrolment.is_completed and not was_complete:
        messages.success(request, _("You have completed this course. Well done."))
    return redirect("courses:attempt", attempt.pk)


@login_required
@require_safe
def attempt(request, pk: int):
    """What one's own attempt came to, question by question; one under way leads to its quiz."""
    found = _own_or_404(request, pk)
    if found.is_open:
        return redirect(_quiz_url(found))
    key = found.enrolment.run.course.key
    where = standing(request.user, key)
    outline = outline_for(key, where)
    _before, after = outline.neighbours(found.item.key) if outline else (None, None)
    rows = answers_of(found)
    own = Attempt.objects.at(found.enrolment_id, found.item_id).handed_in()
    context = {
        "attempt": {
            **former(found),
            "pass_mark": found.pass_mark,
            "explains": found.explains,
            "language": found.language,
            "pk": found.pk,
            "owner": signed_owner(request.user),
            "right": sum(1 for row in rows if row.right),
            "total": len(rows),
        },
        "quiz": link_to(found.item.key) or _kept(found),
        "course": link_to(key),
        "done": found.item_id in where.done,
        "current": where.enrolment is not None and where.enrolment.pk == found.enrolment_id,
        "questions": [explained(row, explains=found.explains) for row in rows],
        "former": [former(one) for one in own.order_by("-number") if one.pk != found.pk],
        "following": after,
    }
    return render(request, "courses/quiz_result.html", context)


def _kept(attempt: Attempt) -> dict:
    """The title that the outline keeps of a quiz whose page is not public any more: in the
    reader's language, else in the source's, else in any (`lang` says which)."""
    entry = attempt.enrolment.manifest.items.filter(item=attempt.item_id).first()
    titles = entry.titles if entry else {}
    here = get_language() or SOURCE
    lang = next((code for code in (here, SOURCE, *titles) if titles.get(code)), here)
    return {"title": titles.get(lang) or _("Quiz"), "url": None, "lang": lang}


def _own_or_404(request, pk: int) -> Attempt:
    """Somebody else's attempt does not exist."""
    own = Attempt.objects.of(request.user)
    return get_object_or_404(
        own.select_related("item", "enrolment__run__course", "enrolment__manifest"), pk=pk
    )


def _quiz_url(attempt: Attempt) -> str:
    found = link_to(attempt.item.key)
    return found["url"] if found else reverse("dashboard")


def _given(request) -> dict[int, Given]:
    """The questions that a form shows say so by `saves-<position>`: how often each was answered
    when the form was made. A script leaves it empty for what was chosen right now."""
    found = {}
    for name in list(request.POST)[:MOST_QUESTIONS]:
        position = number_of(name.removeprefix("saves-")) if name.startswith("saves-") else 0
        if position:
            known = request.POST[name]
            keys = request.POST.getlist(f"answer-{position}")[:MOST_KEYS]
            found[position] = Given(keys, number_of(known) if known else None)
    return found


def _next(attempt: Attempt, go: str) -> str:
    url = _quiz_url(attempt)
    if go == CHECK or number_of(go):
        return f"{url}?question={go}"
    return url


def _again(request, attempt: Attempt, shown: Shown):
    """The quiz once more under the form's address, with what has to be looked at."""
    page = public_item(request, attempt.item.key, "quizpage")
    if page is None:
        return off_the_site(request, attempt.item.key)
    request.is_preview = False
    return quiz(request, page, shown, status=409)


def _signed_out(request, pk: int, given: dict[int, Given]):
    back = reverse("courses:attempt", args=[pk])
    if _wants_json(request):
        words = _("You are signed out, so this is not saved yet. It is kept in this browser.")
        return JsonResponse({"words": words, "url": shared.sign_in_url(back)}, status=401)
    if request.method == "POST" and given:
        hold_answers(request, pk, given, request.POST.get("owner", ""))
    return redirect(shared.sign_in_url(back))


def _refused(request, attempt: Attempt, refusal: Refused):
    if _wants_json(request):
        return JsonResponse({"words": str(refusal.message)}, status=409)
    messages.error(request, refusal.message)
    if refusal.reason == "submitted":
        return redirect("courses:attempt", attempt.pk)
    return redirect(_quiz_url(attempt))


def _wants_json(request) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _as_json(saved: Saved) -> JsonResponse:
    return JsonResponse(
        {
            "answers": {
                position: {
                    "saves": row.saves,
                    "newer": position in saved.newer,
                    "chosen": row.chosen,
                    "words": _newer_words(row)
                    if position in saved.newer
                    else _("Your answer is saved."),
                }
                for position, row in saved.answers.items()
            }
        }
    )


def _newer_words(row) -> str:
    kept = ", ".join(asked(row, 0)["answer"]) or "–"
    return _(
        "Not saved: you answered this question in another tab or on another device since. Kept is: "
        "%(answer)s. To change it, choose again."
    ) % {"answer": kept}
