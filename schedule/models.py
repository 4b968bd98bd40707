"""A person's dates, and the address under which their calendar follows them."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from schedule import rules, sources
from schedule.feeds import token_of
from schedule.querysets import EntryQuerySet, FeedQuerySet
from schedule.states import Kind


class Entry(models.Model):
    """One date of one person, as its source put it there ("courses.run") under a key of the
    source's own ("12/start"). The fields are those of `rules.Content`.

    `uid` and `sequence` are what calendars know it by: the one never changes, the other rises with
    every change. What was called off stays for some weeks, so that calendars hear of it.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="dates"
    )
    source = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    title = models.JSONField(_("title"), default=dict)
    description = models.JSONField(_("description"), default=dict)
    location = models.JSONField(_("place"), default=dict)
    begins_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"), db_index=True)
    all_day = models.BooleanField(_("whole days"), default=False)
    time_zone = models.CharField(_("time zone"), max_length=64)
    target = models.JSONField(default=dict)
    uid = models.UUIDField(unique=True, default=uuid4, editable=False)
    sequence = models.PositiveIntegerField(default=0)
    cancelled_at = models.DateTimeField(_("called off"), null=True, db_index=True)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("date")
        verbose_name_plural = _("dates")
        constraints = [
            models.UniqueConstraint(fields=["person", "source", "key"], name="date_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("begins_at")), name="date_ends_after_it_begins"
            ),
        ]

    def __str__(self):
        return f"{self.source} {self.key}"

    @property
    def is_deadline(self) -> bool:
        return self.kind == Kind.DEADLINE

    @property
    def language(self) -> str:
        """In which language its title reaches the reader."""
        return rules.language_in(self.title, get_language(), settings.LANGUAGE_CODE)

    def said(self, texts: dict) -> str:
        """A text in the reader's language, else in another one that it has."""
        return texts.get(rules.language_in(texts, get_language(), settings.LANGUAGE_CODE), "")

    def days(self) -> tuple:
        return rules.days_of(self.begins_at, self.ends_at, self.time_zone)

    def path(self) -> str | None:
        """Where its page is, in the reader's language."""
        return sources.path(self.source, self.target)


class Feed(models.Model):
    """The private address under which a calendar fetches a person's dates. `number` tells which
    of their addresses this is: renewing makes the next one, and the old one leads nowhere."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="calendar_feed",
    )
    key = models.UUIDField(unique=True, default=uuid4, editable=False)
    number = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    objects = FeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")

    def __str__(self):
        return f"{self.person_id}/{self.number}"

    @property
    def token(self) -> str:
        return token_of(self.key)
