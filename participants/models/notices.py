import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants.querysets import NoticeQuerySet
from participants.states import Channel, MailState, NoticeTopic, Pace


class Notice(models.Model):
    """One person is told of one event on one channel: once, the database sees to it.

    `kind` says how it reads (participants/notices.py), `facts` what stands in it; both are put into
    words when it is shown or sent, in the reader's language. `token` makes the Message-ID, which
    stays the same however often the mail has to be tried. A digest is a notice as well: its parts
    point to it.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", db_index=False
    )
    event = models.CharField(max_length=150)
    channel = models.CharField(_("channel"), max_length=7, choices=Channel)
    kind = models.CharField(_("kind"), max_length=60)
    topic = models.CharField(_("topic"), max_length=20, choices=NoticeTopic)
    facts = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("date"), default=timezone.now)
    # On the site
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    # By e-mail
    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=MailState, blank=True)
    pace = models.CharField(max_length=7, choices=Pace, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    trouble = models.CharField(_("last trouble"), max_length=100, blank=True)
    digest = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="parts", editable=False
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created_at", "-pk"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "event", "channel"], name="notice_once_an_event_and_channel"
            ),
            models.CheckConstraint(
                condition=Q(channel=Channel.PRODUCT, state="", due_at__isnull=True)
                | Q(channel=Channel.MAIL, due_at__isnull=False) & ~Q(state=""),
                name="notice_is_a_mail_or_not",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state=MailState.WAITING), name="notice_waiting"
            ),
            models.Index(
                fields=["user"],
                condition=Q(channel=Channel.PRODUCT, read_at__isnull=True),
                name="notice_unread",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.event}"


class NoticePreference(models.Model):
    """How soon a person wants the mails about a topic. Without a row, at once."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_preferences", db_index=False
    )
    topic = models.CharField(_("topic"), max_length=20, choices=NoticeTopic)
    pace = models.CharField(_("e-mails"), max_length=7, choices=Pace)

    class Meta:
        verbose_name = _("wish about e-mails")
        verbose_name_plural = _("wishes about e-mails")
        default_permissions = []
        constraints = [
            models.UniqueConstraint(fields=["user", "topic"], name="preference_once_a_topic"),
            models.CheckConstraint(
                condition=~Q(topic=NoticeTopic.ACCOUNT), name="account_is_not_turned_off"
            ),
        ]

    def __str__(self):
        return f"{self.topic} {self.pace}"


class MailTrouble(models.Model):
    """Mails to this address came back for good. Nothing more is sent there until the person asks
    for another try, or gives another address."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_troubles", db_index=False
    )
    address = models.EmailField(_("e-mail address"))
    status = models.CharField(_("answer of the mail server"), max_length=100, blank=True)
    at = models.DateTimeField(_("date"), default=timezone.now)

    class Meta:
        verbose_name = _("address that cannot be reached")
        verbose_name_plural = _("addresses that cannot be reached")
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["user", "address"], name="trouble_once_an_address")
        ]

    def __str__(self):
        return f"{self.user_id} {self.status}"
