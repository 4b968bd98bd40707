"""Every question asked of credentials."""

from django.db import models

from credentials import permissions
from credentials.states import State


class CredentialQuerySet(models.QuerySet):
    def valid(self):
        return self.filter(state=State.VALID)

    def of(self, user):
        """Somebody's own; nobody's for a visitor."""
        return self.filter(holder=user) if user.is_authenticated else self.none()

    def for_subject(self, subject: str, ids):
        """What was issued for these rows of another app, oldest first."""
        return self.filter(subject=subject, subject_id__in=ids).order_by("issued_at", "pk")

    def visible_to(self, user):
        """Those whose document this person may fetch: their own, and those that they look after."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(models.Q(holder=user) | permissions.looks_after(user))
