"""What people did: the log of events, and the states that follow from it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models.records import Enrolment, LearningItem
from courses.states import PartKind, Verb

LESSON_VERBS = [
    Verb.DONE,
    Verb.OPENED,
    Verb.PART_DONE,
    Verb.CREDITED,
    Verb.REOPENED,
    Verb.EXCUSED,
    Verb.UNEXCUSED,
    Verb.ATTEMPTED,
    Verb.SUBMITTED,
    Verb.SET_ASIDE,
]


class ProgressEvent(models.Model):
    """One thing that happened, never changed. The uuid comes from whoever reports it, so the
    same report twice is one event."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="events")
    verb = models.CharField(max_length=10, choices=Verb.choices)
    item = models.ForeignKey(
        LearningItem, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    part = models.CharField(max_length=36, blank=True)
    language = models.CharField(max_length=10, blank=True)
    revision = models.BigIntegerField(null=True, blank=True)
    # Number of the outline that the enrolment followed; of a lesson to do again, the outline
    # that asked for it.
    outline = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    detail = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["enrolment", "at"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(verb__in=LESSON_VERBS) | Q(item__isnull=False),
                name="lesson_event_names_item",
            )
        ]

    def __str__(self):
        return f"{self.enrolment_id} {self.verb}"


class ItemProgress(models.Model):
    """How far one enrolment is with one lesson, with the language and edition last seen."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="progress")
    item = models.ForeignKey(LearningItem, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(_("first opened"), null=True, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    revision = models.BigIntegerField(_("edition"), null=True, blank=True)
    # Number of the outline that asked to do the lesson again; work under earlier ones is history.
    again_from = models.PositiveIntegerField(default=0)
    # A coordinator said that this person need not do it.
    excused_at = models.DateTimeField(_("excused"), null=True, blank=True)

    class Meta:
        verbose_name = _("lesson progress")
        verbose_name_plural = _("lesson progress")
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "item"], name="progress_once_an_item")
        ]

    def __str__(self):
        return f"{self.enrolment_id}/{self.item_id}"


class PartProgress(models.Model):
    """A part of a lesson that was done. Keyed by item and block: copies of a lesson share block
    ids, so the block id alone would mix them up."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="parts")
    item = models.ForeignKey(LearningItem, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=36)
    kind = models.CharField(max_length=12, choices=PartKind.choices)
    answer = models.JSONField(_("last answer"), default=list)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("part progress")
        verbose_name_plural = _("part progress")
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "item", "part"], name="progress_once_a_part"
            )
        ]

    def __str__(self):
        return f"{self.enrolment_id}/{self.item_id}/{self.part}"


class Reflection(models.Model):
    """A note that somebody keeps for themselves. Nobody else reads it, coordinators included."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="reflections")
    item = models.ForeignKey(LearningItem, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=36)
    text = models.TextField(_("note"), blank=True)
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reflection")
        verbose_name_plural = _("reflections")
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "item", "part"], name="one_reflection_a_part"
            )
        ]

    def __str__(self):
        return f"{self.enrolment_id}/{self.item_id}/{self.part}"


class EnrolmentSummary(models.Model):
    """What lists and dashboards read of an enrolment. Always equal to a rebuild from the log."""

    enrolment = models.OneToOneField(
        Enrolment, primary_key=True, on_delete=models.CASCADE, related_name="summary"
    )
    required_total = models.PositiveIntegerField(default=0)
    required_done = models.PositiveIntegerField(default=0)
    optional_done = models.PositiveIntegerField(default=0)
    percent = models.PositiveSmallIntegerField(default=0)
    minutes_left = models.PositiveIntegerField(default=0)
    last_item = models.ForeignKey(
        LearningItem, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    last_seen_at = models.DateTimeField(null=True, blank=True)
    # The course's version that this was last brought in line with.
    version = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("enrolment summary")
        verbose_name_plural = _("enrolment summaries")
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=100), name="percent_within_bounds"
            )
        ]

    def __str__(self):
        return f"{self.enrolment_id}: {self.percent} %"
