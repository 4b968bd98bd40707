"""Every question asked of dates and calendar addresses."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from schedule.feeds import key_of


class EntryQuerySet(models.QuerySet):
    def of(self, user):
        """Somebody's own; nobody's for a visitor."""
        return self.filter(person=user) if user.is_authenticated else self.none()

    def standing(self):
        """Without what was called off."""
        return self.filter(cancelled_at=None)

    def upcoming(self, now: datetime):
        """What is not over, the next one first."""
        return self.standing().filter(ends_at__gt=now).order_by("begins_at", "pk")

    def past(self, now: datetime):
        """What is over, the last one first."""
        return self.standing().filter(ends_at__lte=now).order_by("-begins_at", "-pk")

    def forgettable(self, now: datetime):
        """Over for long, or called off for so long that every calendar has heard of it."""
        ended = now - timedelta(days=settings.SCHEDULE_KEEP_DAYS)
        heard = now - timedelta(days=settings.SCHEDULE_KEEP_CANCELLED_DAYS)
        return self.filter(Q(ends_at__lt=ended) | Q(cancelled_at__lt=heard))


class FeedQuerySet(models.QuerySet):
    def with_token(self, token: str):
        """The feed of this address, of somebody whose account is open."""
        key = key_of(token)
        if key is None:
            return self.none()
        known = self.filter(key=key, person__is_active=True, person__erased_at=None)
        return known.select_related("person")
