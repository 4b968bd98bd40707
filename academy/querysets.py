"""Every question asked of programmes."""

from django.apps import apps
from django.db import models

from courses.permissions import coordinates_everywhere


class ProgrammeQuerySet(models.QuerySet):
    def current(self):
        return self.filter(archived_at__isnull=True)

    def of(self, user):
        """Those that this person coordinates now."""
        mine = apps.get_model("academy", "Coordination").objects.running().filter(person=user)
        return self.current().filter(pk__in=mine.values("programme"))

    def visible_to(self, user):
        """All for administrators, their own for coordinators."""
        if not user.has_perm("academy.view_programme"):
            return self.none()
        return self if coordinates_everywhere(user) else self.of(user)


class CoordinationQuerySet(models.QuerySet):
    def running(self):
        return self.filter(ended_at__isnull=True)
