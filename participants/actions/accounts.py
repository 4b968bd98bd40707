"""Accounts from their first day to the day nobody is named any more."""

from collections.abc import Iterable
from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from wagtail.models import ModelLogEntry

from participants import personal_data
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


@transaction.atomic
def erase_person(user_id: int, *, now: datetime | None = None) -> User:
    """The account stays as a row that names nobody, so that counts and evidence keep standing.

    Everything else goes as each app has registered it. Erasing twice changes nothing.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    if user.erased_at:
        return user
    _forget_traces(user)
    for entry in personal_data.entries():
        entry.erased(user)
    user.email = f"erased-{user.pk}@erased.invalid"
    user.name = ""
    user.language, user.time_zone = "en", "Europe/Brussels"
    user.is_active = user.is_superuser = False
    user.last_login = None
    user.erased_at = now or timezone.now()
    user.set_unusable_password()
    user.save()
    user.groups.clear()
    user.user_permissions.clear()
    _end_sessions(user)
    return user


def _forget_traces(user: User) -> None:
    """Wagtail's log names what was changed: the label of an entry about a person's row is often
    their name. Only the words go; that something was done, and by whom, stays."""
    logged = set(ModelLogEntry.objects.order_by().values_list("content_type", flat=True).distinct())
    for entry in personal_data.entries():
        model = entry.model_class
        kind = ContentType.objects.get_for_model(model)
        if kind.pk in logged and (model is User or not entry.is_kept):
            rows = [str(pk) for pk in entry.rows(user).values_list("pk", flat=True)]
            about = ModelLogEntry.objects.filter(content_type=kind, object_id__in=rows)
            about.update(label="", data={})


def _end_sessions(user: User) -> None:
    """The changed password already makes them worthless; the rows go as well."""
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()
