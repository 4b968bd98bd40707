"""Issuing, replacing, revoking and withdrawing. Each is one transaction, harmless when repeated."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from credentials import notices
from credentials.models import Credential, CredentialChange
from credentials.states import MOVES, Kind, State
from participants.actions import notify
from participants.models import User
from participants.refusals import Refused

LONGEST_REASON = 1000
# So often holders put another name on a certificate by themselves.
MOST_NAMES = 5
NOT_IN_FORCE = _(
    "This certificate is no longer in force. Reload the page to see what became of it."
)


@dataclass(frozen=True)
class Facts:
    """What a document says beside name, title and dates, in one language. `minutes` is the
    workload, `outline` the number of the outline that was completed."""

    outcomes: list[str] = field(default_factory=list)
    minutes: int = 0
    participation: str = ""
    assessment: str = ""
    quality: str = ""
    outline: int = 0


@transaction.atomic
def issue(
    subject: str,
    subject_id: int,
    *,
    holder_id: int,
    title: str,
    language: str,
    issuer: str,
    facts: Facts,
    achieved_at: datetime,
    kind: Kind = Kind.CERTIFICATE,
    now: datetime | None = None,
) -> Credential | None:
    """Issues the one credential for a row of another app, to its holder's present name.

    Repeating it returns the first one, whatever has become of it. Somebody whose account is erased
    gets none, and none is made: the person is locked, so that erasing and issuing take turns.
    """
    holder = User.objects.select_for_update().get(pk=holder_id)
    if holder.erased_at is not None:
        return None
    known = {"subject": subject, "subject_id": subject_id, "replaces": None}
    found, is_new = Credential.objects.get_or_create(
        **known,
        defaults={
            "kind": kind,
            "holder": holder,
            "name": holder.name,
            "title": title,
            "language": language,
            "issuer": issuer,
            "facts": asdict(facts),
            "achieved_at": achieved_at,
            "issued_at": now or timezone.now(),
        },
    )
    if is_new:
        is_statement = kind == Kind.STATEMENT
        _tell(notices.ISSUED_STATEMENT if is_statement else notices.ISSUED, found, now)
    return found


@transaction.atomic
def reissue(
    credential_id: int, *, reason: str, by: Any = None, now: datetime | None = None
) -> Credential:
    """Replaces a valid or revoked credential by one in its holder's present name. The old address
    stays and says so. Repeating it on the old one returns the new one.

    By themselves, holders replace what is in force, a few times; they bring back nothing that was
    revoked.
    """
    reason = _checked(reason)
    holder_id = Credential.objects.values_list("holder", flat=True).get(pk=credential_id)
    holder = User.objects.select_for_update().filter(pk=holder_id, erased_at=None).first()
    old = _locked(credential_id)  # after its holder, as erasing does
    if holder is None or old.holder_id is None:
        raise Refused("no_holder", _("Its holder has no account any more."))
    if newer := Credential.objects.filter(replaces=old).first():
        return newer
    if by == holder:
        _check_holder(old)
    now = now or timezone.now()
    if old.state == State.VALID:
        _move(old, State.REPLACED, reason, by, now)
    copied = ("kind", "subject", "subject_id", "title", "language", "issuer", "facts")
    new = Credential.objects.create(
        **{name: getattr(old, name) for name in copied},
        holder=holder,
        name=holder.name,
        achieved_at=old.achieved_at,
        issued_at=now,
        replaces=old,
    )
    if by != holder:
        _tell(notices.REPLACED, new, now, reason=reason)
    return new


@transaction.atomic
def revoke(
    credential_id: int, *, reason: str, by: Any = None, now: datetime | None = None
) -> Credential:
    """A credential that should not have been issued. Revoking it again changes nothing."""
    credential = _locked(credential_id)
    reason = _checked(reason)
    if credential.state != State.REVOKED:
        _move(credential, State.REVOKED, reason, by, now or timezone.now())
        _tell(notices.REVOKED, credential, now, reason=reason)
    return credential


@transaction.atomic
def withdraw_all(user: User, *, now: datetime | None = None) -> int:
    """Erasing a person: their credentials name nobody, and their addresses say "withdrawn by its
    holder". Returns how many there were."""
    mine = Credential.objects.select_for_update().filter(holder=user)
    credentials = list(mine.order_by("pk"))
    for credential in credentials:
        credential.holder, credential.name = None, ""
        _move(credential, State.WITHDRAWN, "", None, now or timezone.now())
    CredentialChange.objects.filter(credential__in=credentials).update(reason="")
    return len(credentials)


def _check_holder(old: Credential) -> None:
    if old.state != State.VALID:
        raise Refused(f"holder_{old.state}", NOT_IN_FORCE)
    issued = Credential.objects.filter(subject=old.subject, subject_id=old.subject_id)
    if issued.count() > MOST_NAMES:
        raise Refused(
            "many_names",
            _("The name on this certificate changed several times. Ask us for the next change."),
        )


def _locked(credential_id: int) -> Credential:
    """Its holder first, as erasing does."""
    User.objects.select_for_update().filter(credentials=credential_id).first()
    return Credential.objects.select_for_update().get(pk=credential_id)


def _tell(kind: str, credential: Credential, now: datetime | None, **facts: str) -> None:
    """Its holder learns of it. A title stands in the language of the document."""
    notify(
        kind,
        [credential.holder_id] if credential.holder_id else [],
        event=f"{kind}/{credential.pk}",
        facts={
            "title": {credential.language: credential.title},
            "code": str(credential.code),
            **{name: str(value) for name, value in facts.items()},
        },
        now=now,
    )


def _checked(reason: str) -> str:
    reason = reason.replace("\0", "").strip()
    if not reason:
        raise Refused("no_reason", _("Say why: it is kept with the certificate."))
    if len(reason) > LONGEST_REASON:
        raise Refused("long_reason", _("The reason is too long: shorten it to 1,000 characters."))
    return reason


def _move(credential: Credential, state: State, reason: str, by: Any, now: datetime) -> None:
    if state not in MOVES[State(credential.state)]:
        raise Refused(
            f"{credential.state}_to_{state}",
            NOT_IN_FORCE,
        )
    credential.state = state
    credential.save(update_fields=["state", "holder", "name"])
    CredentialChange.objects.create(
        credential=credential, state=state, reason=reason, by=by, at=now
    )
