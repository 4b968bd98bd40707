"""Where people are signed in: noticed, told, ended, forgotten."""

from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from participants.jobs import later
from participants.models import Device, User
from participants.rules import described

# The sweep leaves the worker this long before it takes a mail over.
GRACE = timedelta(minutes=2)
CLAIM = timedelta(minutes=10)
# A double click on a form signs in twice, and is told once.
ONCE = timedelta(minutes=1)
BATCH = 500


@transaction.atomic
def record_sign_in(
    user_id: int,
    session_key: str,
    *,
    browser_key: str,
    user_agent: str,
    is_first: bool = False,
    now: datetime | None = None,
) -> Device:
    """One device for each session. A browser that the person used before goes on with its history;
    any other is told to them by mail, unless it is the very first one."""
    now = now or timezone.now()
    user = User.objects.select_for_update().get(pk=user_id)
    devices = Device.objects.filter(user=user)
    known = list(devices.filter(browser_key=browser_key).order_by("first_seen_at"))
    browser, system = described(user_agent)
    told = devices.filter(
        browser=browser, system=system, is_new=True, first_seen_at__gt=now - ONCE
    ).exists()
    device, is_created = Device.objects.get_or_create(
        session_id=session_key,
        defaults={
            "user": user,
            "browser_key": browser_key,
            "browser": browser,
            "system": system,
            "first_seen_at": known[0].first_seen_at if known else now,
            "last_seen_at": now,
            "is_new": not (known or is_first or told),
        },
    )
    if is_created and device.is_new:
        later("participants.mail_sign_in", device.pk)
    gone = [old.pk for old in known if old.pk != device.pk]
    Device.objects.filter(pk__in=gone).signed_out(now).exclude(is_new=True, mailed_at=None).delete()
    return device


def touch_device(session_key: str, *, now: datetime | None = None) -> None:
    """The device was seen. One that has been ended in the meantime stays ended."""
    Device.objects.filter(session_id=session_key).update(last_seen_at=now or timezone.now())


@transaction.atomic
def end_device(device_id: int) -> None:
    """Signs the device out. Its next request is a visitor's; its next sign-in is news again.
    Ending it twice changes nothing."""
    _end(Device.objects.filter(pk=device_id))


@transaction.atomic
def end_other_devices(user_id: int, session_key: str) -> int:
    """Signs the person out everywhere but in this session, and returns in how many places. Other
    browsers that they had signed out of are not known any longer either."""
    return _end(Device.objects.filter(user_id=user_id).exclude(session_id=session_key))


def _end(devices: QuerySet[Device]) -> int:
    locked = list(devices.select_for_update(of=("self",)).order_by("pk"))
    keys = [device.session_id for device in locked if device.session_id]
    Device.objects.filter(pk__in=[device.pk for device in locked]).update(browser_key="")
    # By the foreign key their devices lose them in the same moment.
    Session.objects.filter(pk__in=keys).delete()
    transaction.on_commit(lambda: _drop_from_cache(keys))
    return len(keys)


def _drop_from_cache(keys: list[str]) -> None:
    """Where sessions are kept in a cache as well, the copy goes once the row is gone for all."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    for key in keys:
        store.delete(key)


def mail_sign_in(device_id: int, *, now: datetime | None = None) -> bool:
    """Tells the person about a device that is new, once. As with feedback, the row is claimed
    first, and no lock is held while the mail is sent."""
    device = _claim(device_id, now or timezone.now())
    if device is None:
        return False
    _mail(device).send()
    Device.objects.filter(pk=device_id).update(mailed_at=now or timezone.now())
    return True


@transaction.atomic
def _claim(device_id: int, now: datetime) -> Device | None:
    waiting = Device.objects.unmailed(now=now).filter(pk=device_id)
    device = waiting.select_for_update(of=("self",)).select_related("user").first()
    if device is None or (device.claimed_at and device.claimed_at > now - CLAIM):
        return None
    device.claimed_at = now
    device.save(update_fields=["claimed_at"])
    return device


def mail_unsent_sign_ins() -> int:
    """The sweep: mails whose message to the worker was lost."""
    waiting = Device.objects.unmailed(older_than=GRACE).values_list("pk", flat=True)
    return sum(mail_sign_in(pk) for pk in waiting[:50])


def _mail(device: Device) -> EmailMessage:
    user = device.user
    with override(user.language), timezone.override(user.time_zone):
        here = settings.WAGTAILADMIN_BASE_URL
        context = {
            "device": device,
            "time_zone": user.time_zone,
            "site_name": settings.WAGTAIL_SITE_NAME,
            "devices_url": f"{here}{reverse('participants:devices')}",
            "password_url": f"{here}{reverse('account_reset_password')}",
        }
        return EmailMessage(
            subject=_("New sign-in to your account"),
            body=render_to_string("participants/email/sign_in.txt", context),
            to=[user.email],
        )


def forget_old_devices(*, now: datetime | None = None) -> int:
    """The sweep: sessions that ran out, and devices that nobody has used for a long time."""
    now = now or timezone.now()
    over = Session.objects.filter(expire_date__lte=now).values_list("pk", flat=True)[:BATCH]
    Session.objects.filter(pk__in=list(over)).delete()
    kept = timedelta(days=settings.DEVICES_KEPT_DAYS)
    old = Device.objects.forgotten(kept, now).values_list("pk", flat=True)[:BATCH]
    return Device.objects.filter(pk__in=list(old)).delete()[0]
