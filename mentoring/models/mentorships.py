"""What the two of a mentorship share. Nobody else reads their words: no screen of the desk, no
notice and no log shows them."""

import uuid

from django.core.files.storage import storages
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mentoring.models.matches import Match
from mentoring.querysets import CheckpointQuerySet, SessionQuerySet
from mentoring.states import (
    OPEN_SESSIONS,
    CheckpointKind,
    CheckpointState,
    SessionState,
    Side,
    Standing,
)


def private_storage():
    return storages["private"]


def file_path(row, filename):
    """Nothing of the name that its owner gave it."""
    return f"mentoring/{uuid.uuid4()}"


class Agreement(models.Model):
    """What the two want to reach, and how they work together, in words that both may change. Each
    confirms them; new words take the other's confirmation back. `version` rises with the words."""

    match = models.OneToOneField(Match, models.CASCADE, related_name="agreement")
    goals = models.TextField(_("goals"), max_length=2000, blank=True)
    terms = models.TextField(_("how you work together"), max_length=2000, blank=True)
    version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)
    mentee_agreed_at = models.DateTimeField(_("confirmed by the mentee"), null=True, blank=True)
    mentor_agreed_at = models.DateTimeField(_("confirmed by the mentor"), null=True, blank=True)

    class Meta:
        verbose_name = _("agreement of a mentorship")
        verbose_name_plural = _("agreements of mentorships")
        default_permissions = []

    def __str__(self):
        return f"{self.match_id}"


class Session(models.Model):
    """A meeting of the two. `times` are ISO moments in UTC that `proposed_by` offers: for a first
    date, or for another one of what is planned, which stands until the other has picked."""

    match = models.ForeignKey(Match, models.CASCADE, related_name="sessions")
    state = models.CharField(
        _("state"), max_length=9, choices=SessionState.choices, default=SessionState.PROPOSED
    )
    proposed_by = models.CharField(max_length=6, choices=Side.choices, blank=True)
    times = models.JSONField(_("proposed times"), default=list, blank=True)
    begins_at = models.DateTimeField(_("begins"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(5), MaxValueValidator(480)]
    )
    time_zone = models.CharField(_("time zone"), max_length=64)
    next_step = models.TextField(_("next step"), max_length=1000, blank=True)
    recorded_at = models.DateTimeField(_("recorded"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("mentoring session")
        verbose_name_plural = _("mentoring sessions")
        ordering = ["begins_at", "pk"]
        default_permissions = []
        constraints = [
            models.UniqueConstraint(
                fields=["match"],
                condition=Q(state=SessionState.PROPOSED),
                name="one_proposal_a_match",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[SessionState.PROPOSED, SessionState.CANCELLED])
                | Q(begins_at__isnull=False),
                name="session_has_a_time",
            ),
        ]

    def __str__(self):
        return f"{self.match_id}/{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_SESSIONS


class Note(models.Model):
    """Words of one of the two, for both."""

    match = models.ForeignKey(Match, models.CASCADE, related_name="notes")
    author = models.ForeignKey("mentoring.Application", models.CASCADE, related_name="+")
    words = models.TextField(_("note"), max_length=5000)
    written_at = models.DateTimeField(_("written"), default=timezone.now)

    class Meta:
        verbose_name = _("mentoring note")
        verbose_name_plural = _("mentoring notes")
        ordering = ["-written_at", "-pk"]
        default_permissions = []

    def __str__(self):
        return f"{self.match_id}/{self.pk}"


class SharedFile(models.Model):
    """A file of one of the two, for both, in the private storage."""

    match = models.ForeignKey(Match, models.CASCADE, related_name="files")
    author = models.ForeignKey("mentoring.Application", models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=150)
    file = models.FileField(_("file"), storage=private_storage, upload_to=file_path)
    size = models.PositiveIntegerField(_("bytes"))
    digest = models.CharField(max_length=64)
    added_at = models.DateTimeField(_("added"), default=timezone.now)

    class Meta:
        verbose_name = _("mentoring file")
        verbose_name_plural = _("mentoring files")
        ordering = ["-added_at", "-pk"]
        default_permissions = []

    def __str__(self):
        return f"{self.match_id}/{self.pk}"


class Checkpoint(models.Model):
    """Three times in a mentorship each says how it goes. What they say is sealed until both have.
    `reminded` is how far the reminders are, as `rules.Reminder`."""

    match = models.ForeignKey(Match, models.CASCADE, related_name="checkpoints")
    kind = models.CharField(_("checkpoint"), max_length=6, choices=CheckpointKind.choices)
    state = models.CharField(
        _("state"), max_length=9, choices=CheckpointState.choices, default=CheckpointState.DUE
    )
    due_on = models.DateField(_("due on"))
    reminded = models.PositiveSmallIntegerField(default=0)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    objects = CheckpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering = ["due_on", "pk"]
        default_permissions = []
        constraints = [
            models.UniqueConstraint(fields=["match", "kind"], name="checkpoint_once_a_match")
        ]
        indexes = [
            models.Index(
                fields=["due_on"], condition=Q(state=CheckpointState.DUE), name="checkpoints_due"
            )
        ]

    def __str__(self):
        return f"{self.match_id} {self.kind}"


class CheckpointAnswer(models.Model):
    """What one of the two says at a checkpoint. The pair alone reads it, once both are in."""

    checkpoint = models.ForeignKey(Checkpoint, models.CASCADE, related_name="answers")
    author = models.ForeignKey("mentoring.Application", models.CASCADE, related_name="+")
    standing = models.CharField(_("how it goes"), max_length=6, choices=Standing.choices)
    words = models.TextField(_("in your words"), max_length=3000, blank=True)
    handed_in_at = models.DateTimeField(_("handed in"), default=timezone.now)

    class Meta:
        verbose_name = _("answer at a checkpoint")
        verbose_name_plural = _("answers at checkpoints")
        ordering = ["handed_in_at", "pk"]
        default_permissions = []
        constraints = [
            models.UniqueConstraint(fields=["checkpoint", "author"], name="answers_once")
        ]

    def __str__(self):
        return f"{self.checkpoint_id}/{self.author_id}"
