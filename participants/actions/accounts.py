"""Accounts from their first day to the day nobody is named any more."""

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import transaction

from participants import personal_data
from participants.actions.present import present
from participants.models import User
from participants.states import Role, translator_group


@transaction.atomic
def add_person(
    email: str,
    name: str,
    *,
    password: str | None = None,
    roles: Iterable[Role] = (),
    translates: Iterable[str] = (),
    language: str = "en",
    full_access: bool = False,
) -> User:
    """An account whose address needs no confirmation: for staff and for demonstrations.

    `translates` are the languages whose pages the person may edit and publish as a translator.
    Adding the same address again brings name, roles and language up to date, keeps the password,
    and leaves everything else alone.
    """
    user = User.objects.select_for_update().filter(email=email.lower()).first()
    if user is None:
        user = User.objects.create_user(email, password)
    user.name, user.language, user.is_superuser = name, language, full_access
    user.save()
    names = [str(Role(role).value) for role in roles]
    names += [translator_group(code) for code in translates]
    user.groups.set(Group.objects.filter(name__in=names))
    change_email(user, user.email, verified=True)
    return user


@transaction.atomic
def change_email(user: User, email: str, *, verified: bool) -> None:
    """The address becomes the account's only one. One that is not verified has to be confirmed by
    a code before the next sign-in."""
    present(user.pk)
    email = email.strip().lower()
    if user.email != email:
        user.email = email
        user.save(update_fields=["email"])
    EmailAddress.objects.filter(user=user).exclude(email=email).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=email, defaults={"primary": True, "verified": verified}
    )


def forget_unproven_password(user: User) -> None:
    """Whoever confirms an address that was never used before, by a sign-in code, need not be the
    one who chose its password: somebody may have signed up with an address of others and waited."""
    if user.last_login is None and user.has_usable_password():
        user.set_unusable_password()
        user.save(update_fields=["password"])


def export_person(user: User) -> dict:
    """Everything the platform holds about a person, by model, as plain values for JSON."""
    found = {}
    for entry in personal_data.entries():
        rows = entry.exported(user)
        if rows:
            found[entry.model] = {
                "purpose": str(entry.purpose),
                "legal_basis": str(entry.legal_basis.label),
                "retention": str(entry.retention),
                "recipients": str(entry.recipients),
                "rows": rows,
            }
    return found
