"""What goes by itself: accounts that nobody uses, and names that are needed no longer."""

import logging
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from home.templatetags.look import long_date
from participants import retention
from participants.actions.erasure import erase_person
from participants.actions.notices import notify
from participants.models import (
    DataRequest,
    Feedback,
    InactivityWarning,
    Notice,
    RetentionRun,
    User,
)
from participants.notices import in_every_language
from participants.querysets import held_by_nobody
from participants.rules import ERASE, WARN, WARNINGS, Absence, Periods, next_for_absent
from participants.states import Channel, MailState

logger = logging.getLogger(__name__)

BATCH = 100
CLAIM = timedelta(minutes=10)
# Less than a task may take; the next minute's sweep goes on where this one stopped.
SECONDS = 120


def run_retention(*, now: datetime | None = None, seconds: float = SECONDS) -> RetentionRun | None:
    """Does the day's round, or as much of it as fits. None when it is done, or somebody is at it.

    Rows are dealt with one by one, each in a transaction of its own, so a run that is killed has
    lost nothing: what it did is no longer due, and the same day's run is taken up again. One row
    that cannot be dealt with keeps no other from it.
    """
    now = now or timezone.now()
    run = _claimed(now)
    if run is None:
        return None
    until = time.monotonic() + seconds
    finished = all(_apply(rule, run, now, until) for rule in retention.rules())
    run.claimed_at = None
    run.finished_at = timezone.now() if finished else None
    run.save(update_fields=["claimed_at", "finished_at"])
    return run


def retention_due(*, now: datetime | None = None) -> dict[str, int]:
    """How many rows each rule would deal with now. Changes nothing."""
    now = now or timezone.now()
    return {rule.name: rule.due(now).count() for rule in retention.rules()}


def sweep_retention() -> int:
    """The sweep: whichever minute of the day comes first begins the day's run."""
    run = run_retention()
    return sum(run.counts.values()) if run else 0


def warn_absent(user_id: int, now: datetime) -> bool:
    """Tells somebody that their account will be erased, once for each of the two warnings."""
    with transaction.atomic():
        user = _absent(user_id)
        if user is None or _next(user, now) != WARN:
            return False
        since = user.away_since
        number = user.inactivity_warnings.filter(since=since).count() + 1
        warning = InactivityWarning.objects.create(user=user, since=since, number=number, at=now)
        left = (WARNINGS - number + 1) * settings.INACTIVE_NOTICE
        erase_at = max(since + settings.INACTIVE_ERASE_AFTER, now + left)
        notify(
            "participants.inactive",
            [user.pk],
            event=_event(warning),
            facts={"day": in_every_language(lambda: long_date(erase_at))},
            now=now,
        )
    return True


def erase_absent(user_id: int, now: datetime) -> bool:
    """Erases somebody who was warned twice and has not signed in."""
    with transaction.atomic():
        user = _absent(user_id)
        if user is None or _next(user, now) != ERASE:
            return False
        erase_person(user_id, now=now)
    return True


def erase_unconfirmed(user_id: int, now: datetime) -> bool:
    """An account whose address nobody confirmed. No mail: it may be a stranger's."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user_id)
        if not unconfirmed_due(now).filter(pk=user_id).exists():
            return False
        erase_person(user_id, now=now)
    return True


def forget_sender(feedback_id: int, now: datetime) -> bool:
    """What was said stays, so that it can be counted; who said it goes."""
    return bool(feedback_due(now).filter(pk=feedback_id).update(user=None, reply_to=""))


def forget_asker(request_id: int, now: datetime) -> bool:
    words = {"who": "", "details": "", "extension_reason": "", "answer": ""}
    return bool(requests_due(now).filter(pk=request_id).update(user=None, **words))


def absent_to_warn(now: datetime) -> QuerySet[User]:
    """Whom the rule would tell today; `next_for_absent` looks again with the row locked."""
    known = periods()
    absent = User.objects.lapsing(now - min(known.warn, known.erase - known.notice))
    return absent.with_warnings().filter(
        Q(warnings=0, absent_since__lte=now - known.warn)
        | Q(
            warnings__gt=0,
            warnings__lt=WARNINGS,
            absent_since__lte=now - known.erase + known.notice,
            warned_at__lte=now - known.notice,
        )
    )


def absent_to_erase(now: datetime) -> QuerySet[User]:
    known = periods()
    absent = User.objects.lapsing(now - known.erase).with_warnings()
    return absent.filter(warnings__gte=WARNINGS, warned_at__lte=now - known.notice)


def unconfirmed_due(now: datetime) -> QuerySet[User]:
    return User.objects.unconfirmed(now - settings.UNCONFIRMED_ERASE_AFTER)


def feedback_due(now: datetime) -> QuerySet[Feedback]:
    named = Feedback.objects.filter(~Q(reply_to="") | Q(user__isnull=False))
    return named.filter(answered_at__lte=now - settings.FEEDBACK_NAMED_FOR)


def requests_due(now: datetime) -> QuerySet[DataRequest]:
    named = DataRequest.objects.filter(Q(user__isnull=False) | ~Q(who="") | ~Q(details=""))
    return named.filter(answered_at__lte=now - settings.DATA_REQUESTS_NAMED_FOR)


def periods() -> Periods:
    return Periods(
        warn=settings.INACTIVE_WARN_AFTER,
        erase=settings.INACTIVE_ERASE_AFTER,
        notice=settings.INACTIVE_NOTICE,
    )


def _claimed(now: datetime) -> RetentionRun | None:
    day = timezone.localdate(now)
    try:
        with transaction.atomic():
            RetentionRun.objects.get_or_create(day=day, defaults={"started_at": now})
    except IntegrityError:  # somebody else was a moment faster
        return None
    free = held_by_nobody(now, CLAIM)
    mine = RetentionRun.objects.filter(free, day=day, finished_at=None).update(claimed_at=now)
    return RetentionRun.objects.get(day=day) if mine else None


def _apply(rule: retention.Rule, run: RetentionRun, now: datetime, until: float) -> bool:
    """Whether the rule has nothing left to do."""
    after = 0
    while time.monotonic() < until:
        due = rule.due(now).filter(pk__gt=after).order_by("pk")
        keys = list(due.values_list("pk", flat=True)[:BATCH])
        if not keys:
            run.counts.setdefault(rule.name, 0)
            run.save(update_fields=["counts", "failed"])
            return True
        done = sum(_applied(rule, run, pk, now) for pk in keys)
        run.counts[rule.name] = run.counts.get(rule.name, 0) + done
        run.claimed_at = timezone.now()
        run.save(update_fields=["counts", "failed", "claimed_at"])
        after = keys[-1]
    return False


def _applied(rule: retention.Rule, run: RetentionRun, pk: int, now: datetime) -> bool:
    try:
        return rule.apply(pk, now)
    except Exception as error:
        if rule.name not in run.failed:
            run.failed.append(rule.name)
        logger.error("Retention rule %s failed: %s", rule.name, type(error).__name__)
        return False


def _absent(user_id: int) -> User | None:
    """Locked, and only while they are still somebody whom a rule may touch."""
    if User.objects.select_for_update().filter(pk=user_id).first() is None:
        return None
    return User.objects.lapsing().filter(pk=user_id).first()


def _next(user: User, now: datetime) -> str:
    warnings = user.inactivity_warnings.filter(since=user.away_since).order_by("number")
    warned = [_told_at(warning, now) for warning in warnings]
    return next_for_absent(Absence(user.away_since, tuple(warned)), periods(), now)


def _told_at(warning: InactivityWarning, now: datetime) -> datetime:
    """When the mail went out. One that still waits for a mail server counts as told just now."""
    mail = Notice.objects.filter(
        user=warning.user_id, event=_event(warning), channel=Channel.MAIL
    ).first()
    if mail is None:
        return warning.at
    if mail.state == MailState.WAITING:
        return now
    return max(warning.at, mail.sent_at or warning.at)


def _event(warning: InactivityWarning) -> str:
    return f"participants.inactive/{warning.pk}"
