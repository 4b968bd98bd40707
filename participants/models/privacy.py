"""What people ask about their data, and what is done with data by itself."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants.models.profiles import private_storage
from participants.querysets import DataExportQuerySet, DataRequestQuerySet
from participants.states import RequestChannel, RequestKind, RequestOutcome, languages


class DataRequest(models.Model):
    """Somebody uses a right of theirs: to see, correct or erase their data, or to object.

    What people do by themselves on *My data* is written down too, and answered at once. `who` is
    for people without an account, who wrote a letter. After erasure the row names nobody: it proves
    that the request was answered in time.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("person"),
        related_name="data_requests",
    )
    who = models.CharField(_("name and way to reach the person"), max_length=300, blank=True)
    kind = models.CharField(_("what is asked for"), max_length=12, choices=RequestKind)
    channel = models.CharField(
        _("how it came"), max_length=8, choices=RequestChannel, default=RequestChannel.SELF
    )
    details = models.TextField(_("in the person's words"), max_length=4000, blank=True)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    due_at = models.DateTimeField(_("answer by"))
    extended_at = models.DateTimeField(_("deadline moved"), null=True, blank=True)
    extension_reason = models.TextField(_("why it takes longer"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=9, choices=RequestOutcome, blank=True)
    answer = models.TextField(_("what was answered"), max_length=4000, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        verbose_name=_("recorded by"),
        related_name="+",
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        verbose_name=_("answered by"),
        related_name="+",
    )

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request about personal data")
        verbose_name_plural = _("requests about personal data")
        ordering = ["-received_at", "-pk"]
        default_permissions = ["view", "add", "change"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, outcome="")
                | (Q(answered_at__isnull=False) & ~Q(outcome="")),
                name="answered_has_an_outcome",
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.received_at:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None

    def is_overdue(self) -> bool:
        return self.is_open and self.due_at < timezone.now()


class DataExport(models.Model):
    """A copy of everything about one person, made by the worker into one file.

    The name of the file follows from the row, so whoever makes it again after an accident
    overwrites it, and whoever erases the person finds it, finished or not.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        verbose_name=_("person"),
        related_name="data_exports",
    )
    request = models.ForeignKey(
        DataRequest, models.SET_NULL, null=True, editable=False, related_name="exports"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        verbose_name=_("made for the person by"),
        related_name="+",
    )
    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    requested_at = models.DateTimeField(_("asked for"), default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(_("last failed try"), null=True)
    made_at = models.DateTimeField(_("made"), null=True)
    expires_at = models.DateTimeField(_("kept until"), null=True)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    sha256 = models.CharField(_("check sum (SHA-256)"), max_length=64, blank=True)

    objects = DataExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("copy of personal data")
        verbose_name_plural = _("copies of personal data")
        ordering = ["-requested_at", "-pk"]
        default_permissions = []
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(made_at__isnull=True),
                name="one_unfinished_export",
            ),
            models.CheckConstraint(
                condition=Q(made_at__isnull=True, expires_at__isnull=True)
                | Q(made_at__isnull=False, expires_at__isnull=False),
                name="made_export_expires",
            ),
        ]

    def __str__(self):
        return str(self.token)

    @property
    def file_name(self) -> str:
        return f"exports/{self.token}.zip"

    def drop_file(self) -> None:
        private_storage().delete(self.file_name)


class Farewell(models.Model):
    """The last address and language of somebody who was erased, until the mail that says so is
    sent: minutes, and three days at most. Nothing leads from here to what else there was."""

    address = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=10, choices=languages)
    created_at = models.DateTimeField(_("date"), default=timezone.now)
    claimed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("farewell")
        verbose_name_plural = _("farewells")
        default_permissions = []

    def __str__(self):
        return str(self.pk)


class InactivityWarning(models.Model):
    """Somebody was told that their account will be erased. It counts for the absence that began
    `since`: signing in begins another one."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="inactivity_warnings"
    )
    since = models.DateTimeField(_("absent since"))
    number = models.PositiveSmallIntegerField(_("warning"))
    at = models.DateTimeField(_("date"), default=timezone.now)

    class Meta:
        verbose_name = _("warning before erasure")
        verbose_name_plural = _("warnings before erasure")
        default_permissions = []
        constraints = [
            models.UniqueConstraint(
                fields=["user", "since", "number"], name="warning_once_an_absence"
            )
        ]

    def __str__(self):
        return f"{self.user_id}/{self.number}"


class RetentionRun(models.Model):
    """A day's round of the retention rules: how many rows each of them dealt with, and nothing
    about whose. `counts` is `{rule: number}`; a run that was interrupted is taken up again."""

    day = models.DateField(_("day"), unique=True)
    started_at = models.DateTimeField(_("started"))
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    counts = models.JSONField(_("dealt with"), default=dict)
    failed = models.JSONField(_("rules that failed"), default=list)

    class Meta:
        verbose_name = _("retention run")
        verbose_name_plural = _("retention runs")
        ordering = ["-day"]
        default_permissions = ["view"]

    def __str__(self):
        return str(self.day)
