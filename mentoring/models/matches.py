"""Pairs that were offered to each other, and what became of them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mentoring.querysets import MatchQuerySet
from mentoring.states import HOLDING, MatchState, Reply


class Match(models.Model):
    """A mentee and a mentor: first an offer that each answers for themself, then a mentorship.

    `points` by criterion, as they were offered. `run` is empty for a coordinator's own pick. A
    mentee holds one at most; how many a mentor holds, the actions see to under a lock. Reasons for
    declining are read by coordinators only.
    """

    call = models.ForeignKey("mentoring.Call", models.PROTECT, related_name="matches")
    run = models.ForeignKey(
        "mentoring.MatchRun", models.PROTECT, null=True, blank=True, related_name="matches"
    )
    mentee = models.ForeignKey(
        "mentoring.Application", models.PROTECT, related_name="matches_as_mentee"
    )
    mentor = models.ForeignKey(
        "mentoring.Application", models.PROTECT, related_name="matches_as_mentor"
    )
    previous = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="rematches"
    )
    state = models.CharField(
        _("state"), max_length=13, choices=MatchState.choices, default=MatchState.OFFERED
    )
    points = models.JSONField(default=dict)
    offered_at = models.DateTimeField(_("offered"))
    answer_by = models.DateTimeField(_("answer by"))
    mentee_reply = models.CharField(
        _("mentee’s answer"), max_length=8, choices=Reply.choices, default="", blank=True
    )
    mentee_replied_at = models.DateTimeField(_("mentee’s answer came"), null=True, blank=True)
    mentor_reply = models.CharField(
        _("mentor’s answer"), max_length=8, choices=Reply.choices, default="", blank=True
    )
    mentor_replied_at = models.DateTimeField(_("mentor’s answer came"), null=True, blank=True)
    decline_reason = models.TextField(_("reason for declining"), max_length=1000, blank=True)
    began_at = models.DateTimeField(_("under way since"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    # No session for long: when the two were asked, and when the coordinators were told.
    nudged_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("mentorship")
        verbose_name_plural = _("mentorships")
        ordering = ["-offered_at", "-pk"]
        default_permissions = []
        constraints = [
            models.UniqueConstraint(
                fields=["mentee"],
                condition=Q(state__in=HOLDING),
                name="mentee_holds_one_match",
            ),
            models.CheckConstraint(
                condition=~Q(state=MatchState.ACTIVE)
                | Q(mentee_reply=Reply.ACCEPTED, mentor_reply=Reply.ACCEPTED),
                name="active_when_both_accepted",
            ),
        ]
        indexes = [
            models.Index(
                fields=["answer_by"],
                condition=Q(state__in=["offered", "half_accepted"]),
                name="match_offers_due",
            )
        ]

    def __str__(self):
        return f"{self.call_id}: {self.mentee_id}/{self.mentor_id}"

    @property
    def score(self) -> int:
        return sum(self.points.values())


class MatchChange(models.Model):
    """What happened to a match, when and by whom: rows are only ever added. `by` is empty for what
    a deadline did, and once somebody was erased."""

    match = models.ForeignKey(Match, models.CASCADE, related_name="changes")
    state = models.CharField(_("state"), max_length=13, choices=MatchState.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(_("date"), default=timezone.now)
    reason = models.TextField(_("reason"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("change of a mentorship")
        verbose_name_plural = _("changes of mentorships")
        ordering = ["at", "pk"]
        default_permissions = []

    def __str__(self):
        return f"{self.match_id} {self.state}"
