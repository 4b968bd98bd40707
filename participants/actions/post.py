"""Sending mails: claim, send, mark; what the mail server refuses; what comes back."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from email.message import EmailMessage as ParsedMessage
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused
from time import monotonic
from uuid import UUID

from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from participants import dsn, mails, notices, rules
from participants.jobs import later
from participants.models import MailTrouble, Notice, NoticePreference, User
from participants.states import MailState, Pace

logger = logging.getLogger(__name__)

# So few are held at once: what a killed worker held waits until its claims run out.
CHUNK = 20
# A run ends well before the worker's time limit, and before its own claims run out.
SECONDS = 120
# After so many failures in a row the server is left alone until the next sweep.
PATIENCE = 3


def send_notices(*, seconds: float = SECONDS, now: datetime | None = None) -> int:
    """Sends the mails that are due, over one connection, and returns how many.

    A mail is claimed, sent outside any transaction, and marked. A worker that dies in between
    leaves a claim that runs out; then the mail is sent again under the same Message-ID. A mail
    that cannot be made, or that the server refuses, does not keep the others waiting.
    """
    post, until, sent = _Post(), monotonic() + seconds, 0
    try:
        while post.works and monotonic() < until and (claimed := _claim(now or timezone.now())):
            for at, notice in enumerate(claimed):
                if not post.works or monotonic() >= until:
                    _release(claimed[at:])
                    break
                sent += _send(notice, post, now or timezone.now())
    finally:
        post.close()
    if post.works and Notice.objects.due(now or timezone.now()).exists():
        later("participants.send_notices")
    return sent


@transaction.atomic
def give_up(*, now: datetime | None = None) -> int:
    """Mails that no server took for days, or whose address takes none, are not tried for ever.
    Returns how many. Trouble with an address that somebody no longer has is forgotten."""
    MailTrouble.objects.exclude(address=F("user__email")).delete()
    hopeless = list(Notice.objects.hopeless(now or timezone.now()))
    for notice in hopeless:
        _close(notice, state=MailState.FAILED)
    return len(hopeless)


def record_bounce(message: ParsedMessage, *, now: datetime | None = None) -> bool:
    """What a mail server reports after it had taken a mail (RFC 3464). Whether it is news: a report
    of a delay, of a mail that is not ours, or one that was told before, changes nothing."""
    report = dsn.failure(message)
    token = mails.token_in(dsn.names_of_mail(message)) if report else None
    return bool(report and token and record_mail_bounced(token, report, now=now))


@transaction.atomic
def record_mail_bounced(token: UUID, status: str, *, now: datetime | None = None) -> bool:
    """The same where the mail is known by the token in its Message-ID."""
    notice = Notice.objects.filter(token=token, state=MailState.SENT).first()
    if notice is None:
        return False
    _bounced(notice, status, now or timezone.now())
    return True


class _Post:
    """One connection for a whole run, opened when the first mail goes out."""

    def __init__(self) -> None:
        self.connection = get_connection()
        self.failures = 0
        self.works = True

    def send(self, mail: EmailMessage) -> None:
        try:
            self.connection.open()
        except (OSError, SMTPException):
            self.works = False
            raise
        self.connection.send_messages([mail])
        self.failures = 0

    def failed(self) -> None:
        """The next mail gets a new connection: this one may be broken."""
        self.close()
        self.failures += 1
        self.works = self.works and self.failures < PATIENCE

    def close(self) -> None:
        try:
            self.connection.close()
        except (OSError, SMTPException) as error:
            logger.warning("The mail server did not say good-bye: %s", type(error).__name__)


@transaction.atomic
def _claim(now: datetime) -> list[Notice]:
    free = Notice.objects.due(now).select_for_update(skip_locked=True, of=("self",))
    claimed = list(free.order_by("due_at", "pk")[:CHUNK])
    ids = [notice.pk for notice in claimed]
    Notice.objects.filter(pk__in=ids).update(claimed_at=now, tries=F("tries") + 1)
    return claimed


def _release(claimed: Sequence[Notice]) -> None:
    rows = Notice.objects.waiting().filter(pk__in=[notice.pk for notice in claimed])
    rows.update(claimed_at=None, tries=F("tries") - 1)


def _send(claimed: Notice, post: _Post, now: datetime) -> bool:
    # Read again: the person may have been erased, or have turned this off, a moment ago.
    notice = Notice.objects.waiting().select_related("user").filter(pk=claimed.pk).first()
    if notice is None:
        return False
    try:
        told, items = _told(notice)
        mail = mails.build(notice, told, items) if items else None
    except Exception as error:  # one that cannot be made must not keep the others waiting
        logger.error("Notice %s cannot be put into words: %s", notice.pk, type(error).__name__)
        _postpone(notice, type(error).__name__, now)
        return False
    if mail is None:
        _close(notice, state=MailState.DROPPED)
        return False
    return _hand_over(mail, notice, post, now)


def _told(notice: Notice) -> tuple[list[Notice], list[notices.Words]]:
    """What a mail tells, and in which words: nothing where the person wants nothing any more. What
    cannot be put into words is left out of a digest."""
    person = notice.user
    if not person.is_active or person.erased_at:
        return [], []
    unwanted = set(
        NoticePreference.objects.filter(user=person, pace=Pace.OFF).values_list("topic", flat=True)
    )
    if notice.kind != mails.DIGEST:
        if notice.topic in unwanted:
            return [], []
        return [notice], [notices.words(notice.kind, notice.facts, person.language)]
    parts = notice.parts.waiting().order_by("created_at", "pk")
    parts.filter(topic__in=unwanted).update(state=MailState.DROPPED)
    return _told_in_digest(parts, person.language)


def _told_in_digest(
    parts: Iterable[Notice], language: str
) -> tuple[list[Notice], list[notices.Words]]:
    told, items = [], []
    for part in parts:
        if words := notices.readable(part, language):
            told.append(part)
            items.append(words)
        else:
            _close(part, state=MailState.FAILED)
    return told, items


def _hand_over(mail: EmailMessage, notice: Notice, post: _Post, now: datetime) -> bool:
    """Only what is said of the person, or after the whole mail, can be about the address. All else
    is trouble with the server, whatever number it gives."""
    try:
        post.send(mail)
    except SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        _refused(notice, code, _text(said), now)
    except SMTPDataError as error:
        _refused(notice, error.smtp_code, _text(error.smtp_error), now)
    except (OSError, SMTPException) as error:
        trouble = f"{type(error).__name__} {getattr(error, 'smtp_code', '')!s}".strip()
        logger.warning("The mail server took no mail: %s", trouble)
        _postpone(notice, trouble, now)
        post.failed()
    else:
        _close(notice, state=MailState.SENT, sent_at=now, address=mail.to[0], trouble="")
        return True
    return False


def _refused(notice: Notice, code: int, said: str, now: datetime) -> None:
    """Of the server's words only the numbers are kept: the rest may name people."""
    enhanced = rules.ENHANCED_STATUS.search(said)
    status = f"{code} {enhanced[0]}" if enhanced else str(code)
    if not rules.refuses_for_good(code, said):
        _postpone(notice, status, now)
        return
    notice.address = notice.user.email
    with transaction.atomic():
        _bounced(notice, status, now)


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said


def _bounced(notice: Notice, status: str, now: datetime) -> None:
    """Call it in a transaction. An address that was given up meanwhile is nobody's trouble."""
    _close(notice, state=MailState.BOUNCED, trouble=status)
    person = User.objects.select_for_update(no_key=True).filter(
        pk=notice.user_id, email=notice.address, erased_at=None
    )
    if person.exists():
        MailTrouble.objects.get_or_create(
            user_id=notice.user_id, address=notice.address, defaults={"status": status, "at": now}
        )


def _close(notice: Notice, **fields: object) -> None:
    """The end of a mail; of a digest, the end of all it tells as well."""
    rows = Notice.objects.filter(Q(pk=notice.pk) | Q(digest=notice.pk, state=notice.state))
    rows.update(claimed_at=None, **fields)


def _postpone(notice: Notice, trouble: str, now: datetime) -> None:
    Notice.objects.filter(pk=notice.pk).update(
        claimed_at=None, due_at=rules.next_try(notice.tries, now), trouble=trouble[:100]
    )
