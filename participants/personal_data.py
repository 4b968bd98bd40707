"""The register of personal data: what is kept about people, why, for how long, and who sees it.

Every app registers its models in `ready()`. The register answers two requests of a person, "give
me my data" and "erase me", and it is the list a data-protection officer reads. A test fails for
any model that refers to a person and is not in it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class LegalBasis(models.TextChoices):
    """Regulation (EU) 2018/1725, article 5, and GDPR, article 6, in the words of a register."""

    PUBLIC_TASK = "public-task", _("Task in the public interest")
    CONSENT = "consent", _("Consent")
    LEGAL_OBLIGATION = "legal-obligation", _("Legal obligation")
    CONTRACT = "contract", _("Service asked for by the person")
    LEGITIMATE_INTEREST = "legitimate-interest", _("Legitimate interest")


class OnErasure(StrEnum):
    DELETE = "delete"
    KEEP_ANONYMOUS = "keep"


Export = Callable[[Any], list[dict]]
Erase = Callable[[Any], None]


@dataclass(frozen=True)
class Entry:
    model: str
    fields: tuple[str, ...]
    purpose: Words
    legal_basis: LegalBasis
    retention: Words
    recipients: Words
    person: str = "user"
    erase: OnErasure | Erase = OnErasure.DELETE
    export: Export | None = None
    other_people: tuple[str, ...] = field(default=())

    @property
    def model_class(self) -> type[models.Model]:
        return apps.get_model(self.model)

    def rows(self, user: Any) -> models.QuerySet:
        return self.model_class._default_manager.filter(**{self.person: user})

    def exported(self, user: Any) -> list[dict]:
        if self.export:
            return self.export(user)
        return list(self.rows(user).order_by("pk").values(*self.fields))

    def erased(self, user: Any) -> None:
        if callable(self.erase):
            self.erase(user)
        elif self.erase == OnErasure.DELETE:
            self.rows(user).delete()


_register: dict[str, Entry] = {}


def register(
    model: str,
    *,
    fields: Iterable[str],
    purpose: Words,
    legal_basis: LegalBasis,
    retention: Words,
    recipients: Words,
    person: str = "user",
    erase: OnErasure | Erase = OnErasure.DELETE,
    export: Export | None = None,
    other_people: Iterable[str] = (),
) -> None:
    """Registers a model by its label ("courses.Enrolment").

    `fields` are the ones that hold personal data, in the order of the export. `person` is the
    look-up from a row to its person ("user", "enrolment__user"). `erase` deletes the rows, keeps
    them because they point to the anonymous person and say nothing else, or is a function.
    `other_people` names further fields that refer to a person who is not the subject of the row,
    such as the colleague who answered.
    """
    _register[model.lower()] = Entry(
        model=model,
        fields=tuple(fields),
        purpose=purpose,
        legal_basis=legal_basis,
        retention=retention,
        recipients=recipients,
        person=person,
        erase=erase,
        export=export,
        other_people=tuple(other_people),
    )


def entries() -> list[Entry]:
    return list(_register.values())


def entry_for(model: type[models.Model]) -> Entry | None:
    return _register.get(model._meta.label_lower)
