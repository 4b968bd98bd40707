"""Personal data in words: what the register's rows read like on *My data*, in the export's page and
in the public register. Labels instead of field names, choices by their label, days in full."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from home.templatetags.look import long_date
from participants import personal_data
from participants.personal_data import Entry, Section

# Fields of libraries that have no words of their own, or none that people would understand.
COMMON = {
    "action": _("What was done"),
    "app": _("Service"),
    "at": _("Date"),
    "comment": _("Comment"),
    "comment_notifications": _("Told about comments"),
    "created": _("Created"),
    "created_at": _("Date"),
    "course": _("Course"),
    "credential": _("Certificate"),
    "data": _("Content"),
    "detail": _("Details"),
    "dismissibles": _("Hints that were closed"),
    "done_at": _("Done"),
    "email_address": _("E-mail address"),
    "expires_at": _("Expires"),
    "extra_data": _("What the other service told us"),
    "file": _("File"),
    "finished_at": _("Finished"),
    "is_editing": _("Editing"),
    "item": _("Lesson"),
    "key": _("Number"),
    "kind": _("Kind"),
    "label": _("Title"),
    "language": _("Language"),
    "last_seen_at": _("Last seen"),
    "last_used_at": _("Last used"),
    "last_updated_at": _("Last changed"),
    "object_str": _("Title"),
    "organisation": _("Organisation"),
    "page": _("Page"),
    "revoked_at": _("Ended"),
    "saved_at": _("Saved"),
    "text": _("Text"),
    "timestamp": _("Date"),
    "title": _("Title"),
    "type": _("Kind"),
    "updated_at": _("Last changed"),
    "verified": _("Confirmed"),
}


@dataclass(frozen=True)
class Shelf:
    """One entry of the register, with some of a person's rows: each a list of (label, words)."""

    entry: Entry
    rows: list[list[tuple[str, str]]]
    has_more: bool = False


@dataclass(frozen=True)
class Room:
    """A heading with its entries."""

    section: Section
    shelves: list[Shelf]


def rooms(shelves: Iterable[Shelf]) -> list[Room]:
    order = list(Section)
    ordered = sorted(shelves, key=lambda shelf: order.index(shelf.entry.heading))
    return [
        Room(section, list(group))
        for section, group in groupby(ordered, key=lambda shelf: shelf.entry.heading)
    ]


def register() -> list[Room]:
    """The register itself, about nobody in particular."""
    return rooms(Shelf(entry, []) for entry in personal_data.entries())


def some_of_everything(user: Any, each: int) -> list[Room]:
    """The newest rows of every entry that has any."""
    shelves = (shelf(entry, user, each) for entry in personal_data.entries())
    return rooms(found for found in shelves if found.rows)


def shelf(entry: Entry, user: Any, each: int) -> Shelf:
    rows = entry.newest(user, 0, each + 1)
    return Shelf(entry, in_words(entry, rows[:each]), has_more=len(rows) > each)


def in_words(entry: Entry, rows: list[dict]) -> list[list[tuple[str, str]]]:
    """What is empty is left out: it says nothing."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    words = {name: _reader(entry, name, [row.get(name) for row in rows]) for name in names}
    labels = {name: label(entry, name) for name in names}
    return [
        [(labels[name], text) for name in row if (text := words[name](row[name]))] for row in rows
    ]


def label(entry: Entry, name: str) -> str:
    return capfirst(str(label_words(entry, name)))


def label_words(entry: Entry, name: str) -> Promise | str:
    """By hand, else the field's own words, else those we have for fields of that name."""
    if name in entry.labels:
        return entry.labels[name]
    first = name.split("__")[0]
    field = _field(entry.model_class, first)
    own = getattr(field, "_verbose_name", None)
    return own if isinstance(own, Promise) else COMMON.get(first, first.replace("_", " "))


def labels(entry: Entry) -> list[str]:
    return list(dict.fromkeys(label(entry, name) for name in entry.fields))


def _field(model: type[models.Model], path: str) -> models.Field | None:
    """The field that a look-up ends with; none for a word of an entry's own export."""
    for name in path.split("__"):
        try:
            found = model._meta.pk if name == "pk" else model._meta.get_field(name)
        except FieldDoesNotExist:
            return None
        model = found.related_model or model
    return found


def _reader(entry: Entry, name: str, values: list) -> Any:
    if name in entry.reads:
        known = entry.reads[name](value for value in values if value not in (None, ""))
        return lambda value: str(known.get(value, value)) if value not in (None, "") else ""
    field = _field(entry.model_class, name)
    choices = dict(field.flatchoices) if field is not None and field.choices else {}
    if isinstance(field, models.ForeignKey) and field.related_model is ContentType:
        return lambda value: str(ContentType.objects.get_for_id(value)) if value else ""
    return lambda value: text(choices.get(value, value)) if _is_key(value) else text(value)


def _is_key(value: Any) -> bool:
    return isinstance(value, str | int | bool)


def text(value: Any) -> str:
    """Any value as people read it."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _t("yes") if value else _t("no")
    if isinstance(value, datetime):
        here = timezone.localtime(value) if timezone.is_aware(value) else value
        return f"{long_date(here)}, {here:%H:%M}"
    if isinstance(value, date):
        return long_date(value)
    if isinstance(value, dict):
        parts = ((key, text(part)) for key, part in value.items())
        return "; ".join(f"{key}: {part}" for key, part in parts if part)
    if isinstance(value, list | tuple | set):
        return ", ".join(part for part in map(text, value) if part)
    return str(value)


def as_json(data: Any) -> str:
    from django.core.serializers.json import DjangoJSONEncoder

    return json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
