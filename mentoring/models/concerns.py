"""What somebody worries about. The safeguarding officer alone reads it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mentoring.querysets import ConcernQuerySet
from mentoring.states import CLOSED_CONCERNS, ConcernState
from participants.sealing import SealedTextField


class Concern(models.Model):
    """A concern, raised by anybody with an account, also after a mentorship has ended. It suspends
    nothing by itself, and nobody whom it is about is told or shown anything.

    The words are sealed in the database. `match` is one of the reporter's own mentorships, or
    empty. `reporter` is empty once they were erased: the words stay while the concern is open.
    """

    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        verbose_name=_("raised by"),
        related_name="+",
    )
    match = models.ForeignKey(
        "mentoring.Match",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("mentorship"),
        related_name="concerns",
    )
    words = SealedTextField(_("concern"), max_length=5000, blank=True, purpose="concern")
    state = models.CharField(
        _("state"), max_length=9, choices=ConcernState.choices, default=ConcernState.OPENED
    )
    opened_at = models.DateTimeField(_("raised"), default=timezone.now)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        verbose_name=_("handled by"),
        related_name="+",
    )
    remarks = SealedTextField(_("remarks"), max_length=5000, blank=True, purpose="concern")
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = ConcernQuerySet.as_manager()

    class Meta:
        verbose_name = _("concern")
        verbose_name_plural = _("concerns")
        ordering = ["-opened_at", "-pk"]
        default_permissions = ["view"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=CLOSED_CONCERNS, closed_at__isnull=False)
                | (~Q(state__in=CLOSED_CONCERNS) & Q(closed_at__isnull=True)),
                name="closed_concern_has_a_date",
            )
        ]

    def __str__(self):
        return f"{self.pk}"

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED_CONCERNS


class ConcernChange(models.Model):
    """Who moved a concern on, and when: rows are only ever added."""

    concern = models.ForeignKey(Concern, models.CASCADE, related_name="changes")
    state = models.CharField(_("state"), max_length=9, choices=ConcernState.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(_("date"), default=timezone.now)

    class Meta:
        verbose_name = _("step with a concern")
        verbose_name_plural = _("steps with concerns")
        ordering = ["at", "pk"]
        default_permissions = []

    def __str__(self):
        return f"{self.concern_id} {self.state}"
