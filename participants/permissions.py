"""May this person? Questions about a person's standing, asked by every app above."""

from typing import Any

from django.conf import settings

from participants.models import Membership, Profile


def has_profile(user: Any) -> bool:
    """Whether the person filled the short profile, which enrolling and applying need."""
    return user.is_authenticated and Profile.objects.filter(pk=user.pk).exists()


def can_reach_desk(user: Any) -> bool:
    """Whether the person may open the editor's desk at all."""
    return user.is_authenticated and user.has_perm("wagtailadmin.access_admin")


def needs_second_factor(user: Any) -> bool:
    """Staff with nothing but a password, where the platform asks for more."""
    if not settings.STAFF_REQUIRES_SECOND_FACTOR or not can_reach_desk(user):
        return False
    from allauth.mfa.utils import is_mfa_enabled

    return not is_mfa_enabled(user)


def may_act_for(user: Any, organisation_id: int) -> bool:
    """Working in a colleague's name takes a membership that a coordinator confirmed."""
    return Membership.objects.filter(
        user_id=user.pk, organisation_id=organisation_id, confirmed_at__isnull=False
    ).exists()


def can_see_photo(user: Any, profile: Profile) -> bool:
    """Their own, an opened profile's for anyone signed in, and staff who look after profiles."""
    return user.is_authenticated and (
        profile.public or profile.pk == user.pk or user.has_perm("participants.view_profile")
    )


def can_change_person(user: Any, person: Any) -> bool:
    """Only somebody with full access changes an account that has it: who can set its address can
    take it over."""
    return user.is_superuser or not person.is_superuser


def can_answer_requests(user: Any) -> bool:
    """Data-protection officers and administrators."""
    return can_reach_desk(user) and user.has_perm("participants.change_datarequest")
