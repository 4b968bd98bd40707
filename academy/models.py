"""Programmes: which courses and mentoring belong together, and who looks after the people in
them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from academy.querysets import CoordinationQuerySet, ProgrammeQuerySet


class Programme(models.Model):
    """A set of courses and mentoring programmes with the people who coordinate them. A course may
    be in several programmes, or in none: then administrators alone look after it. An archived one
    gives nobody a right."""

    name = models.CharField(
        _("name"),
        max_length=150,
        unique=True,
        error_messages={"unique": _("There is already a programme of this name.")},
    )
    description = models.TextField(_("description"), max_length=2000, blank=True)
    courses = models.ManyToManyField(
        "courses.LearningItem", verbose_name=_("courses"), blank=True, related_name="programmes"
    )
    mentoring = models.ManyToManyField(
        "mentoring.Programme",
        verbose_name=_("mentoring programmes"),
        blank=True,
        related_name="coordinated_in",
    )
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["name"]
        default_permissions = ["view", "add", "change"]

    def __str__(self):
        return self.name


class Coordination(models.Model):
    """Somebody coordinates a programme, or did: who gave them the right, who took it away, when."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="coordinations")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        verbose_name=_("person"),
        related_name="coordinations",
    )
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    given_at = models.DateTimeField(_("since"), default=timezone.now)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(_("until"), null=True)

    objects = CoordinationQuerySet.as_manager()

    class Meta:
        verbose_name = _("coordination")
        verbose_name_plural = _("coordinations")
        ordering = ["-given_at", "-pk"]
        default_permissions = []
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "person"],
                condition=Q(ended_at__isnull=True),
                name="coordinates_once",
            )
        ]

    def __str__(self):
        return f"{self.programme_id}/{self.person_id}"
