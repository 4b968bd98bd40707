"""People as the tests need them."""

import io
from uuid import uuid4

from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from participants.actions import add_person, find_or_create_organisation, save_profile
from participants.models import Membership, User
from participants.states import Role

PASSWORD = "a long pass phrase"
BACKEND = "participants.backends.PersonBackend"


def person(email: str = "", name: str = "Ada Tester", *, profile: bool = False, **fields) -> User:
    """Somebody whose address is confirmed."""
    user = add_person(email or f"{uuid4().hex}@example.org", name, password=PASSWORD, **fields)
    if profile:
        save_profile(user.pk, country="BE", organisation="Town of Testing", answers={})
    return user


def staff(role: Role = Role.PUBLISHER, email: str = "", **fields) -> User:
    return person(email, f"The {role.value}", roles=[role], **fields)


def administrator(email: str = "") -> User:
    return person(email, "The administrator", full_access=True)


def organisation(name: str = "Town of Testing", country: str = "BE"):
    return find_or_create_organisation(name, country)


def member(user: User, of, **fields) -> Membership:
    return Membership.objects.create(user=user, organisation=of, **fields)


def group(role: Role) -> Group:
    return Group.objects.get(name=role.value)


def with_second_factor(user: User) -> User:
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    return user


def picture(size=(600, 400), kind="JPEG", **options) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return SimpleUploadedFile(f"me.{kind.lower()}", out.getvalue(), f"image/{kind.lower()}")
