"""Matching runs: what was asked, what came out and why, and what people decided about pairs."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mentoring.querysets import MatchRunQuerySet, PairRuleQuerySet
from mentoring.states import PairDecision, RunState


class PairRule(models.Model):
    """A coordinator locked or forbade a pair, and why; lifted ones stay on record."""

    call = models.ForeignKey("mentoring.Call", models.PROTECT, related_name="pair_rules")
    mentee = models.ForeignKey("mentoring.Application", models.CASCADE, related_name="+")
    mentor = models.ForeignKey("mentoring.Application", models.CASCADE, related_name="+")
    decision = models.CharField(_("decision"), max_length=9, choices=PairDecision.choices)
    reason = models.TextField(_("reason"), max_length=1000, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(_("since"), default=timezone.now)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    lifted_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = PairRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision about a pair")
        verbose_name_plural = _("decisions about pairs")
        ordering = ["-made_at", "-pk"]
        default_permissions = []
        constraints = [
            models.UniqueConstraint(
                fields=["mentee", "mentor"],
                condition=Q(lifted_at__isnull=True),
                name="one_decision_a_pair",
            )
        ]

    def __str__(self):
        return f"{self.mentee_id}/{self.mentor_id} {self.decision}"


class MatchRun(models.Model):
    """One solution for a call. What went in is kept as `digest`: a run is published only while the
    same would go in again.

    `asked` is the criteria of that moment: `{"weights", "language_level", "days_together",
    "floor", "period"}`. `totals` is `{"mentees", "places", "pairs", "score", "worst", "unstable",
    "bound"}`: `bound` is what no choice of pairs can exceed, and equals `score` (a certificate that
    the result is the best). With few people it has `other_floor` too: `{"floor", "pairs", "score"}`
    with the worst-off pair kept out. `fault` is a code, and `fault_pair` the ids of the two
    applications that it is about.
    """

    call = models.ForeignKey("mentoring.Call", models.PROTECT, related_name="runs")
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(
        _("state"), max_length=10, choices=RunState.choices, default=RunState.DRAFT
    )
    asked = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    totals = models.JSONField(default=dict)
    stage = models.CharField(_("stage"), max_length=20, blank=True)
    fault = models.CharField(max_length=40, blank=True)
    fault_pair = models.JSONField(default=list)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked for"), default=timezone.now)
    started_at = models.DateTimeField(_("begun"), null=True, blank=True)
    solved_at = models.DateTimeField(_("solved"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    objects = MatchRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("matching")
        verbose_name_plural = _("matchings")
        ordering = ["-number"]
        default_permissions = []
        constraints = [
            models.UniqueConstraint(fields=["call", "number"], name="run_number_once"),
            models.UniqueConstraint(
                fields=["call"],
                condition=Q(state=RunState.DRAFT),
                name="one_run_at_a_time",
            ),
        ]

    def __str__(self):
        return f"{self.call_id}/{self.number}"


class Proposal(models.Model):
    """A pair that a run proposes. `points` by criterion; `next_best` is `{"worth", "demand",
    "needed"}`, as `matching.explaining.NextBest`, or empty."""

    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="proposals")
    mentee = models.ForeignKey("mentoring.Application", models.CASCADE, related_name="+")
    mentor = models.ForeignKey("mentoring.Application", models.CASCADE, related_name="+")
    points = models.JSONField(default=dict)
    score = models.PositiveIntegerField(_("points"))
    locked = models.BooleanField(default=False)
    next_best = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("proposed pair")
        verbose_name_plural = _("proposed pairs")
        ordering = ["-score", "pk"]
        default_permissions = []
        constraints = [models.UniqueConstraint(fields=["run", "mentee"], name="mentee_once_in_run")]

    def __str__(self):
        return f"{self.run_id}: {self.mentee_id}/{self.mentor_id}"


class Unplaced(models.Model):
    """Somebody whom a run left without a pair (or a mentor with places left), and why: `facts` is
    `{"possible", "best", "blocked": {rule: count}, "near": [{"worth", "rule", "remedy", "has",
    "needs"}]}`. Coordinators alone read `confidential`: `{"blocked": {rule: count}, "near": [ids]}`
    with the ids of the other applications of `near`, in its order."""

    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="unplaced")
    application = models.ForeignKey("mentoring.Application", models.CASCADE, related_name="+")
    facts = models.JSONField(default=dict)
    confidential = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("without a pair")
        verbose_name_plural = _("without a pair")
        ordering = ["pk"]
        default_permissions = []
        constraints = [
            models.UniqueConstraint(fields=["run", "application"], name="unplaced_once_in_run")
        ]

    def __str__(self):
        return f"{self.run_id}: {self.application_id}"
