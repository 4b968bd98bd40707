"""A person who left something in every field that the register names, and a search through
everything for what they left. Both follow the models, so a new one is covered by itself."""

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cache as cache_once
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection, models
from django.utils import timezone

from participants.personal_data import Entry, entries
from participants.sealing import SealedTextField, opened
from tests.factories import courses as make
from tests.factories import participants as people

SHORTEST = 8
ADDRESS = "203.0.113.77"
# Pages are made through their own door.
MADE = {"courses.CoursePage": lambda: make.course("Page of a credit", lessons=())}
# Where the first choice, or nothing, would break a rule of the database.
VALUES: dict[str, dict[str, Any]] = {"participants.NoticePreference": {"topic": "courses"}}


class Traces:
    """Fills rows with words that occur nowhere else, and remembers where each was put."""

    def __init__(self, user: Any) -> None:
        self.user = user
        self.marks: dict[str, tuple[str, str]] = {}
        self.rows: dict[str, models.Model] = {}
        self._building: set[str] = set()

    def leave_everywhere(self) -> None:
        for entry in entries():
            if entry.person and entry.model_class is not type(self.user):
                self.row_of(entry.model_class, entry)
        self._mark(self.user, type(self.user), only={"name"})
        self.user.email = f"{self._word(type(self.user), 'email')}@example.org"
        self.user.save()

    def row_of(self, model: type[models.Model], entry: Entry | None = None) -> models.Model:
        label = model._meta.label
        if label not in self.rows:
            assert label not in self._building, f"{label} needs itself"
            self._building.add(label)
            self.rows[label] = self._made(model, entry or _entry_of(model))
        return self.rows[label]

    def _made(self, model: type[models.Model], entry: Entry | None) -> models.Model:
        if model._meta.label in MADE:
            return MADE[model._meta.label]()
        row = model()
        own = (entry.person.split("__")[0] if entry and entry.person else "") or None
        for field in model._meta.concrete_fields:
            if field.name in VALUES.get(model._meta.label, {}):
                setattr(row, field.name, VALUES[model._meta.label][field.name])
            elif field.is_relation:
                self._relate(row, field, own)
            elif not (field.primary_key or field.null or field.blank or field.has_default()):
                self._fill(row, field)
        if entry is not None:
            self._mark(row, model)
        (row,) = model._base_manager.bulk_create([row])  # without signals and rules of saving
        return row

    def _relate(self, row: models.Model, field: models.Field, own: str | None) -> None:
        target = field.related_model
        if target is type(self.user):
            if field.name == own:
                setattr(row, field.name, self.user)
        elif field.name == own or not field.null:
            existing = target._base_manager.order_by("pk").first()
            use = field.name != own and existing is not None and _entry_of(target) is None
            if target is ContentType:
                setattr(row, field.name, ContentType.objects.get_for_model(type(self.user)))
            elif use:
                setattr(row, field.name, existing)
            else:
                setattr(row, field.name, self.row_of(target))

    def _fill(self, row: models.Model, field: models.Field) -> None:
        if field.choices:
            setattr(row, field.name, field.flatchoices[0][0])
        elif isinstance(field, models.DateTimeField):
            setattr(row, field.name, timezone.now())
        elif isinstance(field, models.DateField):
            setattr(row, field.name, timezone.now().date())
        elif isinstance(field, models.BooleanField):
            setattr(row, field.name, False)
        elif isinstance(field, models.IntegerField | models.FloatField | models.DecimalField):
            setattr(row, field.name, 1)
        elif isinstance(field, models.UUIDField):
            setattr(row, field.name, uuid4())
        elif isinstance(field, models.DurationField):
            setattr(row, field.name, timezone.timedelta(days=1))

    def _mark(self, row: models.Model, model: type[models.Model], only: set | None = None) -> None:
        """A word of its own in every field that can hold one."""
        fixed = VALUES.get(model._meta.label, {})
        for field in model._meta.concrete_fields:
            if field.primary_key or field.is_relation or field.choices or field.name in fixed:
                continue
            if only is not None and field.name not in only:
                continue
            if isinstance(field, models.FileField):
                self._mark_file(row, model, field)
            elif isinstance(field, models.JSONField):
                word = self._word(model, field.name)
                setattr(row, field.name, [word] if field.default is list else {"said": word})
            elif isinstance(field, models.GenericIPAddressField):
                self.marks[ADDRESS] = (model._meta.label, field.name)
                setattr(row, field.name, ADDRESS)
            elif isinstance(field, models.EmailField):
                setattr(row, field.name, f"{self._word(model, field.name)}@example.org")
            elif isinstance(field, models.CharField | models.TextField):
                room = getattr(field, "max_length", None) or 1000
                if room >= SHORTEST and not _is_a_pointer(model, field):
                    setattr(row, field.name, self._word(model, field.name))
            elif isinstance(field, models.BinaryField):
                setattr(row, field.name, self._word(model, field.name).encode())

    def _mark_file(self, row: Any, model: type[models.Model], field: models.FileField) -> None:
        word = self._word(model, field.name)
        if isinstance(field, models.ImageField):
            content = people.picture((8, 8), comment=word.encode())
        else:
            content = ContentFile(f"What {word} says")
        name = field.storage.save(f"{word}.jpg", content)
        setattr(row, field.name, name)

    def _word(self, model: type[models.Model], field: str) -> str:
        word = f"zq{len(self.marks):04}q"
        self.marks[word] = (model._meta.label, field)
        return word

    def found(self) -> dict[tuple[str, str], set[str]]:
        """Which of the words are still somewhere: (model, field) → the places."""
        left: dict[tuple[str, str], set[str]] = {}
        for place, words in everything():
            for mark, source in self.marks.items():
                if mark in words:
                    left.setdefault(source, set()).add(place)
        return left


def _entry_of(model: type[models.Model]) -> Entry | None:
    from participants.personal_data import entry_for

    return entry_for(model)


def _is_a_pointer(model: type[models.Model], field: models.Field) -> bool:
    """The id of a row that a generic key points to."""
    pointers = {f.fk_field for f in model._meta.private_fields if isinstance(f, GenericForeignKey)}
    return field.name in pointers


# --- The search -----------------------------------------------------------------------------


def everything() -> Iterator[tuple[str, str]]:
    """Every text that is kept anywhere: (place, words in lower case)."""
    yield from rows()
    yield from sessions()
    yield from files()
    yield from cached()


def rows() -> Iterator[tuple[str, str]]:
    """All columns of all tables, whether a model names them or not."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            quoted = connection.ops.quote_name(table)
            cursor.execute(f"SELECT * FROM {quoted}")
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    yield f"{table}.{name}", _text(_opened(value))


def sessions() -> Iterator[tuple[str, str]]:
    """What the table holds is packed."""
    Session = apps.get_model("sessions.Session")
    for session in Session.objects.all():
        data = SessionStore(session.session_key).decode(session.session_data)
        yield "session", json.dumps(data, default=str).lower()


def files() -> Iterator[tuple[str, str]]:
    """Names and contents of all files, also inside archives."""
    folders = {Path(settings.MEDIA_ROOT), Path(storages["private"].location)}
    for path in (p for folder in folders for p in folder.rglob("*") if p.is_file()):
        place = f"file {path.name}".lower()
        content = path.read_bytes()
        yield place, f"{path} {_text(content)}".lower()
        if zipfile.is_zipfile(io.BytesIO(content)):
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    yield f"{place}/{name}", _text(archive.read(name))


def cached() -> Iterator[tuple[str, str]]:
    """The cache in memory of the tests on SQLite; beside PostgreSQL, Redis."""
    if hasattr(cache, "_cache") and isinstance(getattr(cache, "_cache", None), dict):
        for key, value in cache._cache.items():
            yield "cache", f"{key} {_text(value)}".lower()
    elif hasattr(cache, "_cache") and hasattr(cache._cache, "get_client"):
        client = cache._cache.get_client(None, write=False)
        for key in client.scan_iter(match=f"{cache.key_prefix}:*"):
            yield "cache", f"{_text(key)} {_text(client.get(key))}"


def _opened(value: Any) -> Any:
    """What is sealed is searched as words."""
    if not isinstance(value, str) or not value.startswith("gAAAA"):
        return value
    for purpose in sealed_purposes():
        with suppress(InvalidToken):
            return opened(value, purpose)
    return value


@cache_once
def sealed_purposes() -> set[str]:
    fields = (f for model in apps.get_models() for f in model._meta.concrete_fields)
    return {field.purpose for field in fields if isinstance(field, SealedTextField)}


def _text(value: Any) -> str:
    if isinstance(value, memoryview):
        value = bytes(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").lower()
    return str(value).lower()
