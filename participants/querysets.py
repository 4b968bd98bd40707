from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from participants.rules import normalised_name

SUGGESTIONS = 10


class UserQuerySet(models.QuerySet):
    def update(self, **fields):
        """Also logs who gets or loses full access, which a bare update would hide."""
        if "is_superuser" not in fields:
            return super().update(**fields)
        from participants import audit

        return audit.update_logged(self, super().update, fields)

    update.alters_data = True


class OrganisationQuerySet(models.QuerySet):
    def current(self):
        """Without the signposts that merges left behind."""
        return self.filter(merged_into=None)

    def named(self, name: str, country: str):
        return self.filter(country=country, normalised_name=normalised_name(name))

    def suggested_for(self, text: str, country: str = ""):
        """At most ten whose name has a word that begins like the text, in a stable order."""
        wanted = normalised_name(text)
        if len(wanted) < 2:
            return self.none()
        found = self.current().filter(
            Q(normalised_name__startswith=wanted) | Q(normalised_name__contains=f" {wanted}")
        )
        if country:
            found = found.filter(country=country)
        return found.order_by("normalised_name", "pk")[:SUGGESTIONS]


class FeedbackQuerySet(models.QuerySet):
    def unmailed(self, *, older_than: timedelta = timedelta(0), now: datetime | None = None):
        """Whose mail was promised and not sent."""
        before = (now or timezone.now()) - older_than
        return self.filter(mailed_at=None, created_at__lte=before)


class DeviceQuerySet(models.QuerySet):
    def signed_in(self, now: datetime | None = None):
        return self.filter(session__expire_date__gt=now or timezone.now())

    def signed_out(self, now: datetime | None = None):
        return self.filter(
            Q(session=None) | Q(session__expire_date__lte=now or timezone.now()),
        )

    def forgotten(self, kept: timedelta, now: datetime | None = None):
        """Signed out, and not seen for as long as devices are kept."""
        now = now or timezone.now()
        return self.signed_out(now).filter(last_seen_at__lte=now - kept)

    def unmailed(self, *, older_than: timedelta = timedelta(0), now: datetime | None = None):
        """New to the person, who was promised a mail about it."""
        before = (now or timezone.now()) - older_than
        return self.filter(is_new=True, mailed_at=None, first_seen_at__lte=before)
