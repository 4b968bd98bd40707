"""Records of what is offered: programmes, and their calls with dates, weights and states."""

import secrets
from datetime import datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mentoring import rules
from mentoring.matching.profiles import HEAVIEST, Criteria, Criterion
from mentoring.querysets import CallQuerySet, ProgrammeQuerySet
from mentoring.states import CallState, LanguageLevel, Pairs

WEIGHTS = {
    Criterion.TOPICS: 40,
    Criterion.LANGUAGE: 15,
    Criterion.URBANISATION: 15,
    Criterion.SIZE: 10,
    Criterion.GOVERNMENT: 5,
    Criterion.EXPERIENCE: 10,
    Criterion.AVAILABILITY: 5,
}


def usual_weights() -> dict[str, int]:
    return {criterion.value: weight for criterion, weight in WEIGHTS.items()}


def new_order_key() -> str:
    return secrets.token_hex(32)


class Programme(models.Model):
    """A mentoring programme in all its calls. `key` is its pages' `translation_key`."""

    key = models.UUIDField(_("key"), unique=True, editable=False)
    name = models.CharField(_("name"), max_length=255)
    pairs = models.CharField(
        _("it pairs"), max_length=11, choices=Pairs.choices, default=Pairs.PEOPLE
    )
    second_person = models.BooleanField(
        _("a second person publishes"),
        default=True,
        help_text=_("Whoever asked for a matching cannot publish it themselves."),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("mentoring programme")
        verbose_name_plural = _("mentoring programmes")
        ordering = ["name", "pk"]
        default_permissions = []

    def __str__(self):
        return self.name


class Call(models.Model):
    """One round of a programme. `key` is its pages' `translation_key`; `name` the title in the
    source language. Times are moments; the period of the mentorships is in days."""

    programme = models.ForeignKey(
        Programme, models.PROTECT, verbose_name=_("programme"), related_name="calls"
    )
    key = models.UUIDField(_("key"), unique=True, editable=False)
    name = models.CharField(_("name"), max_length=255)
    state = models.CharField(
        _("state"), max_length=10, choices=CallState.choices, default=CallState.DRAFT
    )
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    period_from = models.DateField(_("mentorships begin"), null=True, blank=True)
    period_until = models.DateField(_("mentorships end"), null=True, blank=True)
    days_to_answer = models.PositiveSmallIntegerField(
        _("days to answer an offer"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
    )
    sessions = models.PositiveSmallIntegerField(
        _("sessions"), default=6, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    session_minutes = models.PositiveSmallIntegerField(
        _("minutes a session"),
        default=45,
        validators=[MinValueValidator(10), MaxValueValidator(480)],
    )
    most_mentees = models.PositiveSmallIntegerField(
        _("mentees a mentor, at most"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
    )
    countries = models.JSONField(_("countries"), default=list, blank=True)
    language_level = models.PositiveSmallIntegerField(
        _("language level in common"), choices=LanguageLevel.choices, default=LanguageLevel.B2
    )
    days_together = models.PositiveSmallIntegerField(
        _("days both are there"),
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
    )
    weights = models.JSONField(_("weights"), default=usual_weights)
    floor = models.PositiveSmallIntegerField(
        _("least points of a pair"),
        default=0,
        validators=[MaxValueValidator(len(Criterion) * HEAVIEST)],
    )
    # People are put in an order by it before they are matched; nobody is told it.
    order_key = models.CharField(max_length=64, default=new_order_key, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("mentoring call")
        verbose_name_plural = _("mentoring calls")
        ordering = ["-opens_at", "-pk"]
        default_permissions = ["view", "change"]
        permissions = [
            ("coordinate_all_mentoring", _("Can coordinate every mentoring programme")),
            ("view_mentoring_figures", _("Can read the figures of every mentoring programme")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True)
                | Q(closes_at__isnull=True)
                | Q(closes_at__gt=F("opens_at")),
                name="call_closes_after_opening",
                violation_error_message=_("A call closes after it opens."),
            ),
            models.CheckConstraint(
                condition=Q(period_from__isnull=True)
                | Q(period_until__isnull=True)
                | Q(period_until__gt=F("period_from")),
                name="call_period_has_days",
                violation_error_message=_("Mentorships end after they begin."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=[CallState.DRAFT, CallState.CANCELLED])
                | Q(
                    opens_at__isnull=False,
                    closes_at__isnull=False,
                    period_from__isnull=False,
                    period_until__isnull=False,
                ),
                name="call_on_offer_has_dates",
            ),
        ]

    def __str__(self):
        return self.name

    def is_open(self, now: datetime) -> bool:
        return rules.is_open(self.state, self.opens_at, self.closes_at, now)

    def criteria(self) -> Criteria:
        """What matching asks; only of a call with dates."""
        return Criteria(
            period=(self.period_from, self.period_until),
            weights={Criterion(name): points for name, points in self.weights.items()},
            language_level=self.language_level,
            days_together=self.days_together,
            floor=self.floor,
        )
