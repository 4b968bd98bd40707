from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from participants.actions.organisations import find_or_create_organisation, join_organisation
from participants.actions.present import present
from participants.models import Consent, Profile, User
from participants.rules import is_changed
from participants.states import WORDINGS, Purpose

ANSWERS = {Purpose.ALUMNI_CONTACT: "alumni_contact", Purpose.PUBLIC_PROFILE: "public"}


@transaction.atomic
def save_profile(
    user_id: int,
    *,
    country: str,
    organisation: str,
    answers: dict[str, Any],
    account: dict[str, str] | None = None,
    now: datetime | None = None,
) -> Profile:
    """Writes what a person says about themselves, and each answer to a question of consent that is
    news; `account` holds name, language or time zone where they are said as well. Saving the same
    twice, even at once, leaves one profile and no second answer.

    Whoever calls this has shown the privacy notice and had it ticked.
    """
    user = present(user_id)
    profile = Profile.objects.filter(pk=user_id).first()
    is_new = profile is None
    profile = profile or Profile(user=user)
    profile.country = country
    profile.organisation = find_or_create_organisation(organisation, country)
    old_photo = (profile.photo.name or "") if profile.photo else ""
    for field, value in answers.items():
        setattr(profile, field, value)
    profile.save(force_insert=is_new)
    _drop_photo(profile, old_photo)
    join_organisation(profile)
    record_consent(user, Purpose.PRIVACY_NOTICE, True, now=now)
    if account:
        User.objects.filter(pk=user_id).update(**account)
    for purpose, field in ANSWERS.items():
        record_consent(user, purpose, getattr(profile, field), now=now)
    return profile


def record_consent(
    user: User, purpose: Purpose, given: bool, *, now: datetime | None = None
) -> Consent | None:
    """Adds a row when the answer, or the wording that was agreed to, is another than before."""
    last = Consent.objects.filter(user=user, purpose=purpose).order_by("at", "pk").last()
    wording = WORDINGS[purpose]
    same_words = last is not None and last.wording == wording
    if not is_changed(last.given if last else None, given) and (same_words or not given):
        return None
    return Consent.objects.create(
        user=user,
        purpose=purpose,
        wording=wording,
        language=get_language() or "en",
        given=given,
        at=now or timezone.now(),
    )


def _drop_photo(profile: Profile, old: str) -> None:
    """A replaced photo is gone for good, once the change is sure."""
    if old and old != profile.photo.name:
        storage = profile.photo.storage
        transaction.on_commit(lambda: storage.delete(old))
