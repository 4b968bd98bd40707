"""What coordinators decide about applications. The person is locked before the application, as
everywhere; each act tells the applicant, and is a row of the desk's log."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mentoring import notices
from mentoring.actions.desk import checked_words, log_act
from mentoring.actions.matches import lock_applications
from mentoring.actions.moves import move
from mentoring.models import Application, CallAct, Conflict, Match
from mentoring.states import APPLICATION_MOVES, IN_POOL, Act, ApplicationState, CallState
from participants.actions import notify
from participants.refusals import Refused

LONGEST_QUESTION = 1500
SCREENED = (CallState.OPEN, CallState.MATCHING, CallState.RUNNING)


@transaction.atomic
def ask(application_id: int, *, by: Any, question: str, now: datetime | None = None) -> Application:
    """Asks the applicant for more. The same question again changes nothing; another one takes the
    place of the first, and of the answer to it."""
    application = _locked(application_id)
    question = checked_words(question, longest=LONGEST_QUESTION)
    asked = application.state == ApplicationState.NEEDS_INFO
    if asked and application.question == question:
        return application
    _refuse_held(application)
    if not asked:
        move(application, ApplicationState.NEEDS_INFO, APPLICATION_MOVES)
    application.question, application.answer = question, ""
    application.save(update_fields=["state", "question", "answer"])
    act = log_act(Act.ASK, application.call_id, by=by, application=application, now=now)
    _tell(notices.QUESTION, application, act, {"question": question})
    return application


@transaction.atomic
def decide(
    application_id: int, to: str, *, by: Any, reason: str = "", now: datetime | None = None
) -> Application:
    """Accepts an application for matching, or does not; the applicant reads the reason. Deciding
    the same again changes nothing. Refused while the person holds an offer or a match."""
    application = _locked(application_id)
    accepted = to == ApplicationState.ELIGIBLE
    reason = checked_words(reason, may_be_empty=accepted)
    if accepted and application.state in IN_POOL:
        return application
    if (application.state, application.reason) == (to, reason):
        return application
    if not accepted:
        _refuse_held(application)
    if application.state != to:
        move(application, to, APPLICATION_MOVES)
    application.reason = reason
    application.decided_by, application.decided_at = by, now or timezone.now()
    application.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    kind = Act.ACCEPT if accepted else Act.REFUSE
    act = log_act(kind, application.call_id, by=by, application=application, now=now)
    told = notices.ACCEPTED if accepted else notices.NOT_ACCEPTED
    _tell(told, application, act, {"reason": reason})
    return application


@transaction.atomic
def resolve_conflict(
    conflict_id: int, *, by: Any, other_id: int | None, now: datetime | None = None
) -> Conflict:
    """Says which application of the call somebody in an applicant's words is, or that it is nobody
    here. It may be said again, otherwise."""
    conflict = Conflict.objects.select_related("application").get(pk=conflict_id)
    application = _locked(conflict.application_id)
    conflict = Conflict.objects.select_for_update(of=("self",)).get(pk=conflict_id)
    if other_id is not None:
        others = Application.objects.filter(call=application.call_id, submitted_at__isnull=False)
        if not others.exclude(person=application.person_id).filter(pk=other_id).exists():
            raise Refused("nobody-there", _("Choose another applicant of this call."))
    if conflict.looked_at and conflict.other_id == other_id:
        return conflict
    conflict.other_id, conflict.looked_at = other_id, now or timezone.now()
    conflict.save(update_fields=["other", "looked_at"])
    log_act(Act.CONFLICT, application.call_id, by=by, application=application, now=now)
    return conflict


def _locked(application_id: int) -> Application:
    """The application, once nobody else changes it. Nothing is written about the erased."""
    application = lock_applications([application_id]).get(application_id)
    if application is None:
        raise Application.DoesNotExist
    if application.person_id is None:
        raise Refused("erased", _("This account was erased, so nothing is kept any more."))
    if application.state in (ApplicationState.DRAFT, ApplicationState.WITHDRAWN):
        raise Refused("not-handed-in", _("This application is withdrawn, or not handed in."))
    if application.call.state not in SCREENED:
        raise Refused("call-is-over", _("This call is not under way, so nothing is decided in it."))
    return application


def _refuse_held(application: Application) -> None:
    if Match.objects.holding().filter(**{application.side: application}).exists():
        raise Refused(
            "holds-a-match",
            _("This person holds an offer or a match. Wait for its end, or take the offer back."),
        )


def _tell(kind: str, application: Application, act: CallAct, more: dict[str, Any]) -> None:
    facts = {"application": application.pk, "call": application.call.name, **more}
    event = f"mentoring-application:{application.pk}:{act.pk}"
    people = [application.person_id] if application.person_id else []
    notify(kind, people, event=event, facts=facts, now=act.at)
