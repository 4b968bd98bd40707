"""What coordinators do at their desk: the acts that others can look up, and messages."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models.records import Enrolment, LearningItem
from courses.querysets import DeskActQuerySet
from courses.states import Act


class CourseMessage(models.Model):
    """Words of a coordinator to people in their courses. The token comes from the form, so a
    double click sends it once."""

    token = models.UUIDField(unique=True, default=uuid4, editable=False)
    subject = models.CharField(_("subject"), max_length=150)
    text = models.TextField(_("message"), max_length=5000)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("sent"), default=timezone.now)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-at", "-pk"]
        default_permissions = []

    def __str__(self):
        return f"{self.pk}"


class MessageRecipient(models.Model):
    """To whom a message went, through the enrolment that made them a recipient."""

    message = models.ForeignKey(CourseMessage, models.CASCADE, related_name="recipients")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="messages")

    class Meta:
        verbose_name = _("recipient of a message")
        verbose_name_plural = _("recipients of messages")
        default_permissions = []
        constraints = [
            models.UniqueConstraint(fields=["message", "enrolment"], name="message_once_a_person")
        ]

    def __str__(self):
        return f"{self.message_id}/{self.enrolment_id}"


class DeskAct(models.Model):
    """One thing that somebody did at the coordinator's desk in one course. Only ever added.

    `count` is the number of people it touched; `detail` holds nothing about anybody.
    """

    kind = models.CharField(_("what"), max_length=10, choices=Act.choices)
    course = models.ForeignKey(LearningItem, models.PROTECT, related_name="acts")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, null=True, related_name="acts")
    item = models.ForeignKey(LearningItem, models.PROTECT, null=True, related_name="+")
    message = models.ForeignKey(CourseMessage, models.CASCADE, null=True, related_name="acts")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.TextField(_("reason"), blank=True)
    count = models.PositiveIntegerField(_("people"), default=1)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField(_("date"), default=timezone.now)

    objects = DeskActQuerySet.as_manager()

    class Meta:
        verbose_name = _("act at the desk")
        verbose_name_plural = _("acts at the desk")
        ordering = ["-at", "-pk"]
        default_permissions = []
        indexes = [models.Index(fields=["course", "-at"], name="acts_of_a_course")]

    def __str__(self):
        return f"{self.kind} {self.course_id}"
