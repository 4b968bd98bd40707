"""Where people are signed in: noticed, told, ended, forgotten."""

from datetime import datetime, timedelta
from importlib import import_module
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from participants.actions.notices import notify
from participants.actions.present import present
from participants.models import Device, Notice, User
from participants.notices import in_every_language
from participants.rules import described

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
    any other is told to them, unless it is the very first one."""
    now = now or timezone.now()
    user = present(user_id)
    devices = Device.objects.filter(user=user)
    known = list(devices.filter(browser_key=browser_key).order_by("first_seen_at"))
    browser, system = described(user_agent)
    alike = devices.filter(browser=browser, system=system, first_seen_at__gt=now - ONCE)
    told = Notice.objects.filter(user=user, event__in=[_event(other) for other in alike])
    is_news = not (known or is_first or told.exists())
    device, is_created = Device.objects.get_or_create(
        session_id=session_key,
        defaults={
            "user": user,
            "browser_key": browser_key,
            "browser": browser,
            "system": system,
            "first_seen_at": known[0].first_seen_at if known else now,
            "last_seen_at": now,
        },
    )
    if is_created and is_news:
        facts = _facts(device, user)
        notify("participants.sign-in", [user.pk], event=_event(device), facts=facts, now=now)
    devices.filter(pk__in=[old.pk for old in known]).exclude(pk=device.pk).signed_out(now).delete()
    return device


def _event(device: Device) -> str:
    return f"sign-in/{device.pk}"


def _facts(device: Device, user: User) -> dict[str, dict[str, str]]:
    """What the notice names, in every language; the time is the person's own."""
    at = device.first_seen_at.astimezone(ZoneInfo(user.time_zone))

    def time() -> str:
        code = get_language()
        locale = "en_GB" if code == "en" else code
        day = format_date(at, "long", locale=locale)
        return f"{day}, {format_datetime(at, 'HH:mm (zzzz)', locale=locale)}"

    return {"device": in_every_language(lambda: str(device)), "time": in_every_language(time)}


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


def forget_old_devices(*, now: datetime | None = None) -> int:
    """The sweep: sessions that ran out, and devices that nobody has used for a long time."""
    now = now or timezone.now()
    over = Session.objects.filter(expire_date__lte=now).values_list("pk", flat=True)[:BATCH]
    Session.objects.filter(pk__in=list(over)).delete()
    kept = timedelta(days=settings.DEVICES_KEPT_DAYS)
    old = Device.objects.forgotten(kept, now).values_list("pk", flat=True)[:BATCH]
    return Device.objects.filter(pk__in=list(old)).delete()[0]
