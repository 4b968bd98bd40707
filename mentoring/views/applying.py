"""Applying in steps. Each is a form that saves and leads on; a script saves it while one types.

Whatever goes wrong, what somebody wrote comes back to their screen: a step that was saved elsewhere
meanwhile shows both versions, and what arrives without a session waits for its owner to sign in.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from home.pagecontext import language_of
from home.rules import number_of
from mentoring import actions, rules
from mentoring.actions.applications import NOT_OPEN, SETTLED
from mentoring.forms import ApartForm, StepForm, form_for
from mentoring.models import Application, Call
from mentoring.states import ANSWERS, ApplicationState, Side, Step
from mentoring.views import answers as said_in
from mentoring.views import words
from mentoring.views.held import drop, held, hold
from mentoring.views.shared import is_open, link_of, own_or_404, page_of, visible_or_404
from participants.owners import signed_owner
from participants.permissions import has_profile
from participants.refusals import Refused
from participants.views.nexts import sign_in_url

ORDER = list(Step)


@login_required
@require_http_methods(["GET", "POST"])
def apply(request, key: UUID, side: str):
    """Says what applying means, then begins; leads to an application that is there already."""
    call = get_object_or_404(Call.objects.select_related("programme"), key=key)
    page = visible_or_404(request, call)
    if side not in Side.values:
        raise Http404
    own = Application.objects.of(request.user).filter(call=call, side=side).first()
    if own and own.state != ApplicationState.WITHDRAWN:
        return redirect("mentoring:application", own.pk)
    if not call.is_open(timezone.now()):
        messages.error(request, NOT_OPEN)
        return redirect(link_of(call)["url"])
    if not has_profile(request.user):
        query = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse('participants:profile')}?{query}")
    if request.method == "POST":
        return _begin(request, call, side)
    context = {
        "call": link_of(call),
        "side": side,
        "closes": words.moment(call.closes_at),
        "is_back": own is not None,
        "conditions": page.conditions_for(side),
        "steps": [step.label for step in ORDER],
    }
    return render(request, "mentoring/apply.html", context)


def _begin(request, call: Call, side: str):
    try:
        application = actions.begin(request.user.pk, call.pk, side)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect(link_of(call)["url"])
    return redirect("mentoring:step", application.pk, Step.CONDITIONS)


# --- One step ---------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def step(request, pk: int, step: str):
    if step not in Step.values:
        raise Http404
    if not request.user.is_authenticated:
        return _signed_out(request, pk, step)
    application = own_or_404(request, pk)
    if not rules.is_changeable(application.state, is_open(application.call, timezone.now())):
        return _settled(request, application, step)
    if step == Step.CHECK:
        return _check(request, application)
    if step == Step.APART:
        return _apart(request, application)
    if request.method == "POST":
        return _save(request, application, step)
    waiting = held(request, f"{pk}/{step}")
    form = _form(application, step, waiting)
    version = application.version if waiting is None else number_of(waiting.get("version"))
    return _show(request, application, step, form, version=version, is_held=waiting is not None)


def _settled(request, application: Application, step: str):
    """Nothing is saved any more; what arrived late stays readable where it was written."""
    if wants_json(request):
        return JsonResponse({"words": str(NOT_OPEN)}, status=409)
    if step == Step.APART and application.state != ApplicationState.WITHDRAWN:
        return _apart(request, application)
    if request.method == "POST" and step in ANSWERS:
        form = _form(application, step, request.POST)
        form.add_error(None, str(NOT_OPEN))
        return _show(request, application, step, form, version=0, status=422)
    messages.info(request, SETTLED)
    return redirect("mentoring:application", application.pk)


def _form(application: Application, step: str, data: QueryDict | None = None) -> StepForm:
    page, language = page_of(application.call), get_language()
    shown = {
        "conditions": page.conditions_for(application.side) if page else [],
        "wording": str(page.live_revision_id or page.pk) if page else "",
        "language": language_of(page) if page else language,
    }
    return form_for(step, shown, data, application=application, said=application.written())


def _save(request, application: Application, step: str):
    """Keeps what is right of a step, says what is not, and leads on where all of it is."""
    form = _form(application, step, request.POST)
    is_right = form.is_valid()
    version = number_of(request.POST.get("version"))
    try:
        saved = actions.save_step(
            application.pk, request.user.pk, step, form.answers(), version=version
        )
    except Refused as refusal:
        return _refused(request, application, step, form, refusal)
    drop(request, f"{application.pk}/{step}")
    if wants_json(request):
        return _as_json(form, saved, is_right)
    if not is_right:
        return _show(request, saved, step, form, version=saved.version, status=422)
    return redirect(_onward(request, application, step))


def _refused(request, application: Application, step: str, form: StepForm, refusal: Refused):
    if wants_json(request):
        return JsonResponse({"words": str(refusal.message)}, status=409)
    if refusal.reason == "erased":
        messages.error(request, refusal.message)
        return redirect("dashboard")
    now = own_or_404(request, application.pk)
    form.add_error(None, str(refusal.message))
    stored = said_in.rows(now, step, now.written()) if refusal.reason == "newer-version" else None
    return _show(request, now, step, form, version=now.version, stored=stored, status=422)


def _as_json(form: StepForm, saved: Application, is_right: bool):
    said = words.saved_at(saved.saved_at)
    if not is_right:
        wrong = [str(form[name].label) for name in form.errors if name in form.fields]
        said = _("%(saved)s, except: %(names)s") % {"saved": said, "names": ", ".join(wrong)}
    return JsonResponse({"version": saved.version, "words": said, "right": is_right})


def _onward(request, application: Application, step: str) -> str:
    """Back, on, or to the check where somebody came from there."""
    place = ORDER.index(Step(step))
    go = request.POST.get("go", "")
    if go == "back":
        if place == 0:
            return reverse("mentoring:application", args=[application.pk])
        return said_in.step_url(application, ORDER[place - 1])
    return said_in.step_url(application, Step.CHECK if go == "check" else ORDER[place + 1])


def _show(
    request,
    application: Application,
    step: str,
    form: StepForm,
    *,
    version: int,
    stored: list[dict] | None = None,
    is_held: bool = False,
    status: int = 200,
):
    page = page_of(application.call)
    context = {
        **frame(application, step),
        "form": form,
        "fields": _plain_fields(form, Step(step)),
        "version": version,
        "owner": signed_owner(request.user),
        "stored": stored,
        "is_held": is_held,
        "saved": words.saved_at(application.saved_at)
        if application.version and not is_held
        else "",
        "privacy": page.privacy if page else "",
        "page_language": language_of(page) if page else get_language(),
    }
    return render(request, "mentoring/step.html", context, status=status)


def _plain_fields(form: StepForm, step: Step) -> list:
    """Those that look like any other field."""
    special = {Step.TIME: ("half_days", "language_", "level_"), Step.CONDITIONS: ("privacy",)}
    return [field for field in form if not field.name.startswith(special.get(step, ()))]


def frame(application: Application, step: str) -> dict[str, Any]:
    """What every step shows around its form."""
    place = ORDER.index(Step(step))
    gaps = _missing(application)
    absent = {rules.step_of(name) for name in gaps}
    return {
        "application": application,
        "call": link_of(application.call),
        "step": {"name": step, "label": Step(step).label, "number": place + 1},
        "steps": [
            {
                "label": one.label,
                "url": said_in.step_url(application, one),
                "is_here": one == step,
                "is_done": one in ANSWERS and one not in absent,
            }
            for one in ORDER
        ],
        "has_changes": application.state != ApplicationState.DRAFT and bool(application.draft),
        "back_url": said_in.step_url(application, ORDER[place - 1]) if place else None,
        "closes": words.moment(application.call.closes_at),
        "gaps": gaps,
    }


def _missing(application: Application) -> list[str]:
    try:
        return actions.missing(application, application.call)
    except Refused:
        return []


# --- Whom to keep apart -----------------------------------------------------------------------


def _apart(request, application: Application):
    """Holds at once, before and after handing in."""
    initial = {"country": application.written()["country"]}
    form = ApartForm(request.POST if request.method == "POST" else None, initial=initial)
    here = said_in.step_url(application, Step.APART)
    if request.method == "POST":
        if removed := number_of(request.POST.get("remove")):
            actions.remove_conflict(application.pk, request.user.pk, removed)
            messages.success(request, _("Removed."))
            return redirect(here)
        if form.is_valid() and _declare(request, application, form):
            messages.success(request, _("Noted. Only coordinators read it."))
            return redirect(here)
    context = {
        **frame(application, Step.APART),
        "form": form,
        "conflicts": list(application.conflicts.select_related("organisation")),
        "is_changeable": rules.is_changeable(
            application.state, is_open(application.call, timezone.now())
        ),
    }
    return render(request, "mentoring/apart.html", context, status=422 if form.errors else 200)


def _declare(request, application: Application, form: ApartForm) -> bool:
    try:
        actions.declare_conflict(application.pk, request.user.pk, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
        return False
    return True


# --- Check and hand in ------------------------------------------------------------------------


def _check(request, application: Application, status: int = 200):
    named = said_in.labels(application.side)
    around = frame(application, Step.CHECK)
    context = {
        **around,
        "summary": said_in.summary(application, application.written(), change=True),
        "conflicts": list(application.conflicts.select_related("organisation")),
        "apart_url": said_in.step_url(application, Step.APART),
        "missing": [
            {
                "label": named[name],
                "url": f"{said_in.step_url(application, rules.step_of(name))}"
                f"#{said_in.field_id(name)}",
                "step": Step(rules.step_of(name)).label,
            }
            for name in around["gaps"]
        ],
        "is_in": application.state != ApplicationState.DRAFT,
    }
    return render(request, "mentoring/check.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def hand_in(request, pk: int):
    """Whoever had to sign in first comes back without a form, to the check."""
    application = own_or_404(request, pk)
    if request.method == "GET":
        return redirect("mentoring:step", pk, Step.CHECK)
    was_in = application.state != ApplicationState.DRAFT
    try:
        actions.submit(application.pk, request.user.pk)
    except Refused as refusal:
        messages.error(request, refusal.message)
        if refusal.reason == "incomplete":
            return redirect("mentoring:step", pk, Step.CHECK)
    else:
        done = _("Your changes are handed in.") if was_in else _("Your application is handed in.")
        messages.success(request, done)
    return redirect("mentoring:application", pk)


@login_required
@require_http_methods(["GET", "POST"])
def discard(request, pk: int):
    """Back to what was handed in."""
    application = own_or_404(request, pk)
    if request.method == "POST":
        actions.discard_changes(application.pk, request.user.pk)
        messages.success(request, _("Your application is as you handed it in."))
    return redirect("mentoring:application", pk)


# --- Without a session ------------------------------------------------------------------------


def wants_json(request) -> bool:
    return request.headers.get("Accept") == "application/json"


def _signed_out(request, pk: int, step: str):
    """What was sent waits in the visitor's session for its owner."""
    back = reverse("mentoring:step", args=[pk, step])
    if request.method == "POST" and step in ANSWERS:
        hold(request, f"{pk}/{step}")
    if wants_json(request):
        said = _("Not saved: your session has ended. It is kept in this browser.")
        found = {"words": said, "url": sign_in_url(back), "label": _("Sign in to save it")}
        return JsonResponse(found, status=401)
    return redirect(sign_in_url(back))
