"""Every question asked of credentials."""

from django.db import models

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
        """Those whose document this person may fetch: their own, and all for who looks after
        them."""
        if user.has_perm("credentials.view_credential"):
            return self
        return self.of(user)
