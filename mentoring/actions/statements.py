"""A completed mentorship earns each of the two a statement of participation: once, made by the
worker. It says that somebody took part and how often the two met, nothing about the other."""

from datetime import datetime

from django.conf import settings
from django.db.models import Sum
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from credentials import actions as credentials
from credentials.models import Credential
from credentials.states import Kind
from home.models import site_name
from mentoring.actions.dates import titles_of
from mentoring.models import Match
from mentoring.querysets import STATEMENT_SUBJECTS
from mentoring.states import MatchState, SessionState, Side
from participants.sweeps import one_by_one


def issue_statements(match_id: int, *, now: datetime | None = None) -> list[Credential]:
    """Those of the two; repeating it makes no others. None for somebody who is erased, and of a
    match that is not completed. Each in a transaction of its own, which locks its holder."""
    rows = Match.objects.select_related("call__programme", "mentee__person", "mentor__person")
    match = rows.filter(pk=match_id, state=MatchState.COMPLETED).first()
    if match is None:
        return []
    made = [_issue(match, side, now) for side in Side.values]
    return [one for one in made if one is not None]


def issue_missing_statements() -> int:
    """The sweep: what a lost message did not bring."""
    missing = Match.objects.without_statement().order_by("pk").values_list("pk", flat=True)
    return one_by_one("Statements of mentorship", missing, lambda pk: len(issue_statements(pk)))


def statement_of(match: Match, side: str) -> Credential | None:
    """The newest one of this side, whatever became of it."""
    return Credential.objects.for_subject(STATEMENT_SUBJECTS[side], [match.pk]).last()


def _issue(match: Match, side: str, now: datetime | None) -> Credential | None:
    person = getattr(match, side).person
    if person is None or match.ended_at is None:
        return None
    language = person.language if person.language in dict(settings.LANGUAGES) else "en"
    with translation.override(language):
        facts = _facts(match, side)
    return credentials.issue(
        STATEMENT_SUBJECTS[side],
        match.pk,
        holder_id=person.pk,
        title=f"{titles_of(match.call.programme)[language]}: {titles_of(match.call)[language]}",
        language=language,
        issuer=site_name(),
        facts=facts,
        achieved_at=match.ended_at,
        kind=Kind.STATEMENT,
        now=now,
    )


def _facts(match: Match, side: str) -> credentials.Facts:
    held = match.sessions.filter(state=SessionState.HELD)
    count = held.count()
    role = _("As a mentee") if side == Side.MENTEE else _("As a mentor")
    met = ngettext("%(count)s session", "%(count)s sessions", count) % {"count": count}
    return credentials.Facts(
        minutes=held.aggregate(total=Sum("minutes"))["total"] or 0,
        participation=f"{role}, {met}" if count else role,
    )
