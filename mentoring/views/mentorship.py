"""The space that the two of a mentorship share. Whatever is wrong with a form is said beside it,
with what was written still there."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from babel.dates import format_date, format_time
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.forms import Form, HiddenInput
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from home.rules import number_of
from home.templatetags.look import locale_name
from mentoring import actions, rules
from mentoring import forms_mentorship as forms
from mentoring.actions.checkpoints import is_open
from mentoring.models import Application, Checkpoint, Match, Session, SharedFile
from mentoring.states import (
    READABLE,
    RECORDED,
    TOGETHER,
    CheckpointState,
    MatchState,
    SessionState,
)
from mentoring.views.shared import link_of
from participants.limits import allows
from participants.refusals import Refused
from schedule.words import city

NOTES_A_PAGE = 20
# The other one gets a notice of nearly every act.
AN_HOUR = 120
Act = Callable[[int, int, Any], Any]


# --- Acts -------------------------------------------------------------------------------------


def _propose(pk: int, user: int, form: forms.TimesForm) -> None:
    said = form.cleaned_data
    actions.propose_times(pk, user, form.times(), said["minutes"], session_id=said["row"])


def _record(pk: int, user: int, form: Form) -> None:
    said = form.cleaned_data
    more = {"minutes": said["minutes"], "next_step": said["next_step"]}
    actions.record_session(pk, user, said["row"], said["state"], **more)


def _log(pk: int, user: int, form: Form) -> None:
    actions.log_session(pk, user, **form.cleaned_data)


def _goals(pk: int, user: int, form: Form) -> None:
    actions.set_goals(pk, user, **form.cleaned_data)


def _hand_in(pk: int, user: int, form: Form) -> None:
    actions.hand_in_checkpoint(pk, user, **form.cleaned_data)


def _of_row(act: Callable[[int, int, int], Any]) -> Act:
    return lambda pk, user, form: act(pk, user, form.cleaned_data["row"])


def _done_words() -> dict[str, str]:
    return {
        "propose": _("Your times are proposed. You get a notice when one of them is picked."),
        "pick": _("The session is planned. It stands in both of your dates."),
        "keep": _("The session stays at its time."),
        "cancel": _("The session is called off. The other one is told."),
        "record": _("The session is recorded."),
        "log": _("The session is recorded."),
        "goals": _("The words are saved, and you have confirmed them."),
        "agree": _("You have confirmed your goals."),
        "checkpoint": _("Your answer is in."),
        "note": _("The note is there for both of you."),
        "delete_note": _("The note is deleted."),
        "file": _("The file is there for both of you."),
        "remove_file": _("The file is removed."),
        "pause": _("The mentorship is paused."),
        "resume": _("The mentorship goes on."),
        "end": _("The mentorship has ended. The other one and your coordinator are told."),
    }


ACTS: dict[str, tuple[type[forms.ActForm], Act]] = {
    "propose": (forms.TimesForm, _propose),
    "pick": (
        forms.PickForm,
        lambda pk, user, form: actions.pick(
            pk, user, form.cleaned_data["row"], form.cleaned_data["time"]
        ),
    ),
    "keep": (forms.RowForm, _of_row(actions.keep_time)),
    "cancel": (forms.RowForm, _of_row(actions.cancel_session)),
    "record": (forms.RecordForm, _record),
    "log": (forms.LogForm, _log),
    "goals": (forms.GoalsForm, _goals),
    "agree": (
        forms.VersionForm,
        lambda pk, user, form: actions.agree(pk, user, version=form.cleaned_data["version"]),
    ),
    "checkpoint": (forms.CheckpointForm, _hand_in),
    "note": (
        forms.NoteForm,
        lambda pk, user, form: actions.write_note(pk, user, form.cleaned_data["words"]),
    ),
    "delete_note": (forms.RowForm, _of_row(actions.delete_note)),
    "file": (
        forms.FileForm,
        lambda pk, user, form: actions.add_file(pk, user, form.cleaned_data["file"]),
    ),
    "remove_file": (forms.RowForm, _of_row(actions.remove_file)),
    "pause": (forms.ActForm, lambda pk, user, form: actions.pause(pk, user)),
    "resume": (forms.ActForm, lambda pk, user, form: actions.resume(pk, user)),
    "end": (
        forms.EndForm,
        lambda pk, user, form: actions.end_early(pk, user, reason=form.cleaned_data["reason"]),
    ),
}
# These have fields: what was written stays on the page. Of a button alone, the answer is a message.
KEEP_FORM = ("propose", "record", "log", "goals", "checkpoint", "note", "file", "end")


@login_required
@require_safe
@never_cache
def mentorship(request, pk: int):
    return _show(request, _own_or_404(request, pk))


@login_required
@require_POST
def act(request, pk: int, name: str):
    """One act of one of the two."""
    found = _own_or_404(request, pk)
    if name not in ACTS:
        raise Http404
    form_class, do = ACTS[name]
    key = _key(name, request.POST.get("row") or request.POST.get("kind"))
    form = form_class(request.POST, request.FILES, key=key)
    status = 422
    if not allows("mentorship", request.user.pk, amount=AN_HOUR, seconds=3600):
        form.add_error(None, _("You changed a lot within an hour. Wait a while, then go on."))
        status = 429
    elif form.is_valid():
        try:
            do(pk, request.user.pk, form)
        except Refused as refusal:
            form.add_error(None, refusal.message)
            status = 409
        except ObjectDoesNotExist:
            raise Http404 from None
        else:
            messages.success(request, _done_words()[name])
            return redirect(reverse("mentoring:mentorship", args=[pk]) + _place(name))
    if name in KEEP_FORM:
        found = _own_or_404(request, pk)
        return _show(request, found, sent={key: form}, status=status)
    errors = form.non_field_errors() or [_("This did not work. Reload the page and try again.")]
    messages.error(request, errors[0])
    return redirect(reverse("mentoring:mentorship", args=[pk]) + _place(name))


@login_required
@require_safe
@never_cache
def shared_file(request, pk: int, file: int):
    """For the two alone, as a download: nothing of it runs in the browser."""
    found = _own_or_404(request, pk)
    shared = SharedFile.objects.filter(match=found, pk=file).first()
    if shared is None or found.state not in READABLE:
        raise Http404
    try:
        content = shared.file.open()
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        content, as_attachment=True, filename=shared.name, content_type="application/octet-stream"
    )


PLACES = {
    "goals": ("goals", "agree"),
    "checkpoints": ("checkpoint",),
    "notes": ("note", "delete_note"),
    "files": ("file", "remove_file"),
    "sessions": ("propose", "pick", "keep", "cancel", "record", "log"),
}


def _place(name: str) -> str:
    """Back to the section, below which it happened."""
    return next((f"#{place}" for place, names in PLACES.items() if name in names), "")


def _key(name: str, row: str | None) -> str:
    kept = "".join(sign for sign in (row or "") if sign.isalnum() and sign.isascii())[:12]
    return f"{name}-{kept}" if kept else name


def _own_or_404(request, pk: int) -> Match:
    rows = (
        Match.objects.of(request.user)
        .begun()
        .select_related(
            "call",
            "agreement",
            *("mentee__person", "mentee__organisation", "mentor__person", "mentor__organisation"),
        )
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


# --- The page ---------------------------------------------------------------------------------


class _Page:
    """What one of the two sees, and the forms on it: those that were sent with what was written,
    all others fresh."""

    def __init__(self, match: Match, user: Any, sent: dict[str, forms.ActForm]) -> None:
        self.match, self.sent, self.now = match, dict(sent), timezone.now()
        self.side = "mentee" if match.mentee.person_id == user.pk else "mentor"
        self.own: Application = getattr(match, self.side)
        self.other: Application = match.mentor if self.side == "mentee" else match.mentee
        self.is_active = match.state == MatchState.ACTIVE
        self.is_together = match.state in TOGETHER

    def form(self, name: str, of: Any = None, **initial: Any) -> forms.ActForm:
        """`of` is the row that it stands beside."""
        key = _key(name, None if of is None else str(of))
        return self.sent.pop(key, None) or ACTS[name][0](key=key, initial=initial)

    # Sessions

    def sessions(self) -> dict:
        rows = list(self.match.sessions.exclude(state=SessionState.CANCELLED))
        open_ones = [self._open(one) for one in rows if one.is_open]
        recorded = [self._recorded(one) for one in reversed(rows) if one.state in RECORDED]
        waits = any(one.state == SessionState.PROPOSED for one in rows)
        return {
            "open": open_ones,
            "recorded": recorded,
            "held": sum(one.state == SessionState.HELD for one in rows),
            "propose": None if waits or not self.is_active else self._times(),
            "log": self.form("log", minutes=self.match.call.session_minutes)
            if self.is_together
            else None,
            "zone": city(str(timezone.get_current_timezone())),
        }

    def _times(self, session: Session | None = None) -> forms.ActForm:
        minutes = session.minutes if session else self.match.call.session_minutes
        row = session.pk if session else None
        form = self.form("propose", row, minutes=minutes, row=row)
        if session and session.state == SessionState.PLANNED:  # moved, and as long as it was
            form.fields["minutes"].widget = HiddenInput()
        return form

    def _open(self, session: Session) -> dict:
        has_begun = session.begins_at is not None and session.begins_at <= self.now
        return {
            "pk": session.pk,
            "when": when(session.begins_at),
            "iso": session.begins_at.isoformat() if session.begins_at else "",
            "minutes": session.minutes,
            "is_planned": session.state == SessionState.PLANNED,
            "has_begun": has_begun,
            "is_own_proposal": session.proposed_by == self.side,
            "times": [
                {"value": one, "when": when(datetime.fromisoformat(one))} for one in session.times
            ],
            "propose": self._times(session) if self.is_active and not has_begun else None,
            "record": self._record(session) if has_begun else None,
        }

    def _recorded(self, session: Session) -> dict:
        return {
            "pk": session.pk,
            "when": when(session.begins_at),
            "minutes": session.minutes,
            "is_held": session.state == SessionState.HELD,
            "state": session.get_state_display(),
            "next_step": session.next_step,
            "record": self._record(session) if self.is_together else None,
        }

    def _record(self, session: Session) -> forms.ActForm:
        state = session.state if session.state in RECORDED else ""
        said = {"minutes": session.minutes, "next_step": session.next_step}
        return self.form("record", session.pk, row=session.pk, state=state, **said)

    # Goals

    def goals(self) -> dict:
        found = getattr(self.match, "agreement", None)
        version = found.version if found else 0
        agreed = {side: getattr(found, f"{side}_agreed_at", None) for side in ("mentee", "mentor")}
        return {
            "goals": found.goals if found else "",
            "terms": found.terms if found else "",
            "version": version,
            "own": agreed.pop(self.side),
            "other": next(iter(agreed.values())),
            "form": self.form(
                "goals",
                goals=found.goals if found else "",
                terms=found.terms if found else "",
                version=version,
            )
            if self.is_together
            else None,
        }

    # Checkpoints

    def checkpoints(self) -> list[dict]:
        rows = self.match.checkpoints.prefetch_related("answers")
        return [self._checkpoint(one) for one in rows]

    def _checkpoint(self, checkpoint: Checkpoint) -> dict:
        answers = {one.author_id: one for one in checkpoint.answers.all()}
        own, other = answers.get(self.own.pk), answers.get(self.other.pk)
        is_due = checkpoint.state == CheckpointState.DUE
        can_answer = is_due and self.is_active and is_open(checkpoint, self.now)
        said = {"standing": own.standing, "words": own.words} if own else {}
        sealed = checkpoint.state != CheckpointState.SUBMITTED
        return {
            "title": checkpoint.get_kind_display(),
            "kind": checkpoint.kind,
            "due_on": checkpoint.due_on,
            "is_due": is_due,
            "is_submitted": not sealed,
            "is_waived": checkpoint.state == CheckpointState.WAIVED,
            "own": own,
            "other": None if sealed else other,
            "other_is_in": other is not None,
            "is_end": checkpoint.kind == "end",
            "form": self.form("checkpoint", checkpoint.kind, kind=checkpoint.kind, **said)
            if can_answer
            else None,
        }

    # Notes, files, the other

    def notes(self, page: int) -> dict:
        found = Paginator(self.match.notes.all(), NOTES_A_PAGE).get_page(page)
        rows = [
            {
                "pk": one.pk,
                "words": one.words,
                "when": when(one.written_at),
                "is_own": one.author_id == self.own.pk,
            }
            for one in found
        ]
        return {"rows": rows, "page": found, "form": self.form("note")}

    def files(self) -> dict:
        rows = [
            {
                "pk": one.pk,
                "name": one.name,
                "size": one.size,
                "when": when(one.added_at),
                "is_own": one.author_id == self.own.pk,
            }
            for one in self.match.files.all()
        ]
        return {"rows": rows, "form": self.form("file")}

    def person(self) -> dict:
        """How to reach each other only while they are together; of an erased person nothing."""
        person = self.other.person
        if person is None:
            return {"is_gone": True, "name": _("the other one")}
        if not self.is_together:
            return {"name": rules.first_name(person.name) or _("the other one")}
        organisation = self.other.organisation
        return {
            "name": person.name,
            "first_name": rules.first_name(person.name),
            "email": person.email,
            "organisation": organisation.name if organisation else "",
        }


def when(at: datetime | None) -> str:
    """On the reader's own clock, which is named."""
    if at is None:
        return ""
    here = timezone.get_current_timezone()
    own, name = at.astimezone(here), locale_name()
    time = format_time(own.replace(tzinfo=None), "short", locale=name)
    return f"{format_date(own, 'full', locale=name)}, {time} ({city(str(here))})"


def _standing(match: Match) -> tuple[str, str]:
    return {
        MatchState.ACTIVE: (_("Your mentorship"), ""),
        MatchState.PAUSED: (
            _("Your mentorship is paused"),
            _("No sessions are planned until one of you resumes it."),
        ),
        MatchState.SUSPENDED: (
            _("Your mentorship is suspended"),
            _("You will hear from us. Please do not arrange sessions until then."),
        ),
        MatchState.COMPLETED: (
            _("Your mentorship is completed"),
            _("Thank you for taking part. What you shared stays here for a year."),
        ),
        MatchState.ENDED_EARLY: (
            _("Your mentorship has ended"),
            _("What you shared stays here for a year."),
        ),
        MatchState.TERMINATED: (_("Your mentorship has ended"), _("You heard from us about it.")),
    }[MatchState(match.state)]


def _show(request, match: Match, sent: dict[str, forms.ActForm] | None = None, status: int = 200):
    page = _Page(match, request.user, sent or {})
    title, text = _standing(match)
    context = {
        "match": match,
        "call": link_of(match.call),
        "title": title,
        "text": text,
        "is_mentee": page.side == "mentee",
        "is_active": page.is_active,
        "is_together": page.is_together,
        "is_paused": match.state == MatchState.PAUSED,
        "is_readable": match.state in READABLE,
        "other": page.person(),
        "sent": next(iter((sent or {}).values()), None),
        "concern_url": f"{reverse('mentoring:concern')}?match={match.pk}",
    }
    if match.state in READABLE:
        context |= {
            "sessions": page.sessions(),
            "goals": page.goals(),
            "checkpoints": page.checkpoints(),
            "notes": page.notes(number_of(request.GET.get("notes")) or 1),
            "files": page.files(),
            "end_form": page.form("end"),
        }
    if match.state == MatchState.COMPLETED:
        context["statement"] = actions.statement_of(match, page.side)
    for form in page.sent.values():  # its place on the page is gone meanwhile
        for errors in form.errors.values():
            messages.error(request, errors[0])
    return render(request, "mentoring/mentorship.html", context, status=status)
