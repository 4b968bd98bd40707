"""A copy of everything about one person: asked for, made by the worker, fetched, and dropped."""

import logging
import os
import tempfile
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from participants import archive
from participants.actions.notices import notify
from participants.actions.present import find_present, present
from participants.actions.requests import settle
from participants.jobs import later
from participants.models import DataExport, DataRequest, User
from participants.models.profiles import private_storage
from participants.refusals import Refused
from participants.rules import MONTHS_TO_ANSWER, months_after
from participants.states import RequestChannel, RequestKind

logger = logging.getLogger(__name__)

CLAIM = timedelta(minutes=10)
# Files of rows that are gone are looked for only when nobody can be writing them any more.
ORPHANED = timedelta(hours=1)
AT_ONCE = 20


@transaction.atomic
def request_export(user_id: int, *, now: datetime | None = None) -> DataExport:
    """Promises a person a copy of their data. Asking again while one is being made returns that
    one; refused after so many a day, since each reads everything, and while an officer's is made,
    which only the officer can fetch."""
    user = present(user_id)
    now = now or timezone.now()
    if unmade := DataExport.objects.unmade().filter(user=user).first():
        return _same(unmade, by=None)
    mine = DataRequest.objects.by_themselves(user, RequestKind.EXPORT)
    if mine.filter(received_at__gt=now - timedelta(days=1)).count() >= settings.DATA_EXPORTS_A_DAY:
        raise Refused("too_many_exports", _too_many(settings.DATA_EXPORTS_A_DAY))
    request = DataRequest.objects.create(
        user=user,
        kind=RequestKind.EXPORT,
        channel=RequestChannel.SELF,
        received_at=now,
        due_at=months_after(now, MONTHS_TO_ANSWER),
    )
    return _promise(user, request, None, now)


@transaction.atomic
def request_export_for(request_id: int, *, by: User, now: datetime | None = None) -> DataExport:
    """The same for somebody who asked by letter: the officer fetches the copy, and hands it on.
    While another one is being made, the person's own or a colleague's, this one has to wait."""
    request = DataRequest.objects.get(pk=request_id)
    if request.user_id is None:
        raise Refused("no_person", _("This request names no account. Choose the person first."))
    if not request.is_open:
        raise Refused("answered", _("This request is answered. Record a new one."))
    user = present(request.user_id)
    if unmade := DataExport.objects.unmade().filter(user=user).first():
        return _same(unmade, by=by, request_id=request_id)
    return _promise(user, request, by, now or timezone.now())


def make_export(export_id: int, *, now: datetime | None = None) -> bool:
    """Makes the file, puts it in its place, then says so.

    No lock is held while everything is read and written. Whoever is erased meanwhile has no row any
    more, and the file goes. A disk that is full, or anything else, leaves the row as it was: the
    sweep tries again, and the person reads that it takes longer.
    """
    now = now or timezone.now()
    export = _claim(export_id, now)
    if export is None:
        return False
    try:
        size, digest = _write(export, now)
    except Exception as error:  # whatever one app's rows do, the next try may find them better
        export.drop_file()
        DataExport.objects.filter(pk=export.pk).update(claimed_at=None, failed_at=now)
        logger.error("Export %s was not made: %s", export.pk, type(error).__name__)
        return False
    if not _finish(export.pk, size, digest, now):
        export.drop_file()
        return False
    return True


def make_waiting_exports(*, now: datetime | None = None) -> int:
    """The sweep: copies whose message was lost, or whose worker died."""
    waiting = DataExport.objects.waiting(now=now or timezone.now(), claim=CLAIM)
    keys = waiting.order_by("requested_at").values_list("pk", flat=True)[:AT_ONCE]
    return sum(make_export(pk, now=now) for pk in list(keys))


def drop_expired_exports(*, now: datetime | None = None) -> int:
    """Rows and files whose days are over, and files that an accident left without a row."""
    now = now or timezone.now()
    expired = list(DataExport.objects.expired(now)[:AT_ONCE])
    for export in expired:
        export.drop_file()
        export.delete()
    return len(expired) + _drop_orphans(now)


def _same(unmade: DataExport, *, by: User | None, request_id: int | None = None) -> DataExport:
    """The copy that is being made, where it is the one asked for. There is one at a time."""
    if unmade.by_id != (by.pk if by else None) or request_id not in (None, unmade.request_id):
        raise Refused(
            "being_made",
            _("Another copy of these data is being made just now. Try again in ten minutes."),
        )
    return unmade


def _promise(user: User, request: DataRequest, by: User | None, now: datetime) -> DataExport:
    export = DataExport.objects.create(user=user, request=request, by=by, requested_at=now)
    later("participants.make_export", export.pk)
    return export


@transaction.atomic
def _claim(export_id: int, now: datetime) -> DataExport | None:
    waiting = DataExport.objects.waiting(now=now, claim=CLAIM).select_for_update(of=("self",))
    export = waiting.select_related("user").filter(pk=export_id, user__erased_at=None).first()
    if export is not None:
        export.claimed_at = now
        export.save(update_fields=["claimed_at"])
    return export


def _write(export: DataExport, now: datetime) -> tuple[int, str]:
    """Size and checksum of the file. What a worker that died left of it makes place."""
    storage = private_storage()
    with tempfile.TemporaryFile() as file:
        archive.write(file, export.user, now=now)
        size, digest = file.tell(), archive.digest(file)
        storage.delete(export.file_name)
        place = storage.save(export.file_name, File(file))
    if place != export.file_name:
        storage.delete(place)
        raise FileExistsError("Another worker was quicker.")
    with suppress(NotImplementedError):
        _sync(storage.path(place))
    return size, digest


def _sync(path: str) -> None:
    """Before a row says that the file is there, the disk has it."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())


@transaction.atomic
def _finish(export_id: int, size: int, digest: str, now: datetime) -> bool:
    """False when the person, or the row, is gone, or another worker was first."""
    export = DataExport.objects.filter(pk=export_id).first()
    if export is None or find_present(export.user_id) is None:
        return False
    export = DataExport.objects.select_for_update().filter(pk=export_id).first()
    if export is None:
        return False
    if export.made_at is not None:
        return True
    export.size, export.sha256 = size, digest
    export.made_at, export.expires_at = now, now + settings.DATA_EXPORT_KEPT_FOR
    export.failed_at = None
    export.save()
    if export.by_id is None and export.request_id is not None:
        settle(export.request_id, now)
    notify(
        "participants.export_ready",
        [export.by_id or export.user_id],
        event=f"participants.export/{export.pk}",
        facts={"request": export.request_id if export.by_id else None},
        now=now,
    )
    return True


def _drop_orphans(now: datetime) -> int:
    storage, dropped = private_storage(), 0
    with suppress(FileNotFoundError):  # before the first copy there is no folder
        known = set(map(str, DataExport.objects.values_list("token", flat=True)))
        for name in storage.listdir("exports")[1]:
            path = f"exports/{name}"
            if name.split(".")[0] not in known and _is_old(storage, path, now):
                storage.delete(path)
                dropped += 1
    return dropped


def _is_old(storage: Storage, path: str, now: datetime) -> bool:
    return storage.get_modified_time(path) < now - ORPHANED


def _too_many(count: int) -> str:
    return ngettext(
        "You asked for %(count)s copy within a day. Fetch that one, or ask again tomorrow.",
        "You asked for %(count)s copies within a day. Fetch the last one, or ask again tomorrow.",
        count,
    ) % {"count": count}
