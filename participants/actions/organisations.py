from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants.models import Membership, Organisation, Profile
from participants.refusals import Refused


def find_or_create_organisation(name: str, country: str) -> Organisation:
    """The organisation of that name in that country, as near as case, accents and punctuation go.

    Two people who type a new name at once get the same one. A merged name leads to what it became.
    """
    named = Organisation.objects.named(name, country).select_related("merged_into")
    organisation = named.first()
    if organisation is None:
        try:
            with transaction.atomic():
                organisation = Organisation.objects.create(name=name.strip(), country=country)
        except IntegrityError:  # somebody else was a moment faster
            organisation = named.get()
    return organisation.merged_into or organisation


@transaction.atomic
def merge_organisation(source_id: int, into_id: int) -> Organisation:
    """Moves everything that points to the first organisation to the second.

    The first stays as a signpost, so its name is still found. Merging again changes nothing. Where
    somebody is a member of both, the confirmed membership wins.
    """
    both = {o.pk: o for o in _locked(source_id, into_id)}
    source, target = both[source_id], both[into_id]
    if source.merged_into_id == target.pk:
        return target
    if target.merged_into_id or source == target:
        raise Refused(
            "merged-already",
            _("Choose an organisation that is in use and is not this one."),
        )
    if source.merged_into_id:
        raise Refused("source-merged", _("This organisation was merged already. Reload the list."))
    _move_memberships(source, target)
    for relation in Organisation._meta.related_objects:
        if relation.related_model is not Membership:
            rows = relation.related_model._base_manager.filter(**{relation.field.name: source})
            rows.update(**{relation.field.name: target})
    source.merged_into = target
    source.save(update_fields=["merged_into"])
    return target


def _locked(*ids: int) -> list[Organisation]:
    """In the order of their ids, so that two merges at once cannot wait for each other."""
    return list(Organisation.objects.select_for_update().filter(pk__in=ids).order_by("pk"))


def _move_memberships(source: Organisation, target: Organisation) -> None:
    there = {m.user_id: m for m in target.memberships.select_for_update()}
    for membership in source.memberships.select_for_update():
        kept = there.get(membership.user_id)
        if kept is None:
            membership.organisation = target
            membership.save(update_fields=["organisation"])
            continue
        if membership.confirmed_at and not kept.confirmed_at:
            kept.confirmed_at = membership.confirmed_at
            kept.save(update_fields=["confirmed_at"])
        membership.delete()


@transaction.atomic
def confirm_membership(membership_id: int, *, now: datetime | None = None) -> Membership:
    """A coordinator says that the person does work there. Twice keeps the first date."""
    membership = Membership.objects.select_for_update().get(pk=membership_id)
    if membership.confirmed_at is None:
        membership.confirmed_at = now or timezone.now()
        membership.save(update_fields=["confirmed_at"])
    return membership


def join_organisation(profile: Profile) -> None:
    """The membership follows the profile: the one of an earlier employer ends."""
    Membership.objects.filter(user=profile.user).exclude(organisation=profile.organisation).delete()
    Membership.objects.get_or_create(user=profile.user, organisation=profile.organisation)
