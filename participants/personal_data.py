"""The register of personal data: what is kept about people, why, for how long, and who sees it.

Every app registers its models in `ready()`. The register answers two requests of a person, "give
me my data" and "erase me"; it is what *My data* shows, and the list that a data-protection officer
reads. Tests fail for a model that refers to a person and is not in it, for a field that its entry
does not name, and for a value that is still there after erasing without being named as staying.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class LegalBasis(models.TextChoices):
    """Regulation (EU) 2018/1725, article 5, and GDPR, article 6, in the words of a register."""

    PUBLIC_TASK = "public-task", _("Task in the public interest")
    CONSENT = "consent", _("Consent")
    LEGAL_OBLIGATION = "legal-obligation", _("Legal obligation")
    CONTRACT = "contract", _("Service asked for by the person")
    LEGITIMATE_INTEREST = "legitimate-interest", _("Legitimate interest")


class Section(models.TextChoices):
    """The headings under which people read their data, in this order."""

    ACCOUNT = "account", _("Account and sign-in")
    PROFILE = "profile", _("Profile and consent")
    LEARNING = "learning", _("Courses and progress")
    MENTORING = "mentoring", _("Mentoring")
    CERTIFICATES = "certificates", _("Certificates")
    MESSAGES = "messages", _("Messages and requests")
    EDITING = "editing", _("Work at the editor’s desk")


class OnErasure(StrEnum):
    DELETE = "delete"
    KEEP_ANONYMOUS = "keep"


Export = Callable[[Any], list[dict]]
# A name, and what makes or reads the content once it is wanted: one that fails costs no other.
File = tuple[str, Callable[[], bytes]]
Files = Callable[[Any], Iterable[File]]
Erase = Callable[[Any], None]
# What a column's raw values read like: asked once for a whole page of rows.
Reading = Callable[[Iterable[Any]], Mapping[Any, Words]]

SECTIONS = {
    "account": Section.ACCOUNT,
    "mfa": Section.ACCOUNT,
    "socialaccount": Section.ACCOUNT,
    "participants": Section.PROFILE,
    "courses": Section.LEARNING,
    "mentoring": Section.MENTORING,
    "schedule": Section.LEARNING,
    "credentials": Section.CERTIFICATES,
}


@dataclass(frozen=True)
class Entry:
    model: str
    fields: tuple[str, ...]
    purpose: Words
    legal_basis: LegalBasis
    retention: Words
    recipients: Words
    person: str = "user"
    or_person: tuple[str, ...] = field(default=())
    erase: OnErasure | Erase = OnErasure.DELETE
    export: Export | None = None
    other_people: tuple[str, ...] = field(default=())
    not_personal: tuple[str, ...] = field(default=())
    secret: tuple[str, ...] = field(default=())
    stays: tuple[str, ...] = field(default=())
    section: Section | None = None
    named: Words = ""
    labels: Mapping[str, Words] = field(default_factory=dict)
    reads: Mapping[str, Reading] = field(default_factory=dict)
    correct_at: str = ""
    files: Files | None = None

    @property
    def model_class(self) -> type[models.Model]:
        return apps.get_model(self.model)

    @property
    def title(self) -> str:
        return capfirst(str(self.named or self.model_class._meta.verbose_name_plural))

    @property
    def heading(self) -> Section:
        return self.section or SECTIONS.get(self.model.split(".")[0], Section.EDITING)

    @property
    def is_kept(self) -> bool:
        return self.erase == OnErasure.KEEP_ANONYMOUS

    def left_after_erasure(self) -> tuple[str, ...]:
        """The fields whose content stays, in a row that no longer leads to anybody."""
        return self.fields if self.is_kept else self.stays

    def rows(self, user: Any) -> models.QuerySet:
        """The person's rows. An entry without `person` is about people who have no account."""
        rows = self.model_class._default_manager
        if not self.person:
            return rows.none()
        return rows.filter(
            Q.create([(way, user.pk) for way in (self.person, *self.or_person)], Q.OR)
        )

    def exported(self, user: Any) -> list[dict]:
        if self.export:
            return self.export(user)
        return list(self.rows(user).order_by("pk").values(*self.fields))

    def newest(self, user: Any, start: int, stop: int) -> list[dict]:
        """A part of the same, the last rows first."""
        if self.export:
            return self.export(user)[::-1][start:stop]
        return list(self.rows(user).order_by("-pk").values(*self.fields)[start:stop])

    def count(self, user: Any) -> int:
        return len(self.export(user)) if self.export else self.rows(user).count()

    def files_of(self, user: Any) -> Iterator[File]:
        """The person's own files, for the copy that they are given: (name, what makes it)."""
        yield from self.files(user) if self.files else ()

    def erased(self, user: Any) -> None:
        if callable(self.erase):
            self.erase(user)
        elif self.erase == OnErasure.DELETE:
            self._delete(user)

    def _delete(self, user: Any) -> None:
        """The files that rows name go with them, once that is sure."""
        files = [
            f for f in self.model_class._meta.concrete_fields if isinstance(f, models.FileField)
        ]
        for name_of in files:
            for name in (
                self.rows(user).exclude(**{name_of.name: ""}).values_list(name_of.name, flat=True)
            ):
                delete_file(name_of.storage, name)
        self.rows(user).delete()


def delete_file(storage: Any, name: str) -> None:
    """After the commit; a file that is gone already is as good."""
    if name:
        transaction.on_commit(lambda: storage.delete(name))


_register: dict[str, Entry] = {}
_about_nobody: set[str] = set()


def register(
    model: str,
    *,
    fields: Iterable[str],
    purpose: Words,
    legal_basis: LegalBasis,
    retention: Words,
    recipients: Words,
    person: str = "user",
    or_person: Iterable[str] = (),
    erase: OnErasure | Erase = OnErasure.DELETE,
    export: Export | None = None,
    other_people: Iterable[str] = (),
    not_personal: Iterable[str] = (),
    secret: Iterable[str] = (),
    stays: Iterable[str] = (),
    section: Section | None = None,
    named: Words = "",
    labels: Mapping[str, Words] | None = None,
    reads: Mapping[str, Reading] | None = None,
    correct_at: str = "",
    files: Files | None = None,
) -> None:
    """Registers a model by its label ("courses.Enrolment"). Every field of the model has its place.

    `fields` are the ones that hold personal data, in the order of the export. `person` is the
    look-up from a row to its person ("user", "enrolment__user"); empty for people without account.
    A row that is about two people names the way to the second in `or_person`.
    `erase` deletes the rows with their files, keeps them because they point to the anonymous
    person and say nothing else, or is a function; of what that leaves, `stays` names the fields.
    `other_people` names further fields that refer to a person who is not the subject of the row,
    such as the colleague who answered. `secret` are kept and never handed out (a password);
    `not_personal` say nothing about the person.

    For people to read: `section` and `named` (else by app, and the model's plural), `labels` for
    fields whose own name does not tell, `reads` to put ids into words, `correct_at` the name of
    the page where the person can change it, `files` what belongs into their copy beside the rows.
    """
    _register[model.lower()] = Entry(
        model=model,
        fields=tuple(fields),
        purpose=purpose,
        legal_basis=legal_basis,
        retention=retention,
        recipients=recipients,
        person=person,
        or_person=tuple(or_person),
        erase=erase,
        export=export,
        other_people=tuple(other_people),
        not_personal=tuple(not_personal),
        secret=tuple(secret),
        stays=tuple(stays),
        section=section,
        named=named,
        labels=dict(labels or {}),
        reads=dict(reads or {}),
        correct_at=correct_at,
        files=files,
    )


def about_nobody(*models: str) -> None:
    """Models that look as if they were about people, and are not. Say why where you call it."""
    _about_nobody.update(label.lower() for label in models)


def entries() -> list[Entry]:
    return list(_register.values())


def entry_for(model: type[models.Model]) -> Entry | None:
    return _register.get(model._meta.label_lower)


def find(label: str) -> Entry | None:
    return _register.get(label.lower())


def is_about_nobody(model: type[models.Model]) -> bool:
    return model._meta.label_lower in _about_nobody
