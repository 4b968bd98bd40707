"""The personal data of certificates."""

from collections.abc import Iterator
from functools import partial

from django.utils.translation import gettext_lazy as _

from participants.personal_data import File, LegalBasis, register


def register_all() -> None:
    register(
        "credentials.CredentialChange",
        person="credential__holder",
        fields=["credential__code", "state", "reason", "at"],
        stays=["credential__code", "state", "at"],
        other_people=["by"],
        purpose=_("To know why a certificate was replaced or revoked"),
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=_("As long as the platform; after erasure without a name"),
        recipients=_("The person; coordinators"),
        erase=lambda user: None,  # withdrawing does it, since it finds the rows by their credential
    )
    register(
        "credentials.Credential",
        person="holder",
        fields=["code", "kind", "state", "name", "title", "achieved_at", "issued_at", "facts"],
        not_personal=["subject", "subject_id", "language", "issuer", "replaces"],
        stays=["code", "kind", "state", "title", "achieved_at", "issued_at", "facts"],
        purpose=_("To prove to others what somebody completed"),
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=_("As long as the platform; after erasure without a name"),
        recipients=_("The person; coordinators; whoever has the certificate's address"),
        erase=_withdraw,
        files=_documents,
    )


def _documents(user) -> Iterator[File]:
    from credentials import render
    from credentials.models import Credential

    for credential in Credential.objects.of(user).valid().order_by("pk"):
        yield f"{credential.kind}-{credential.code}.pdf", partial(render.pdf, credential)


def _withdraw(user) -> None:
    from credentials.actions import withdraw_all

    withdraw_all(user)
