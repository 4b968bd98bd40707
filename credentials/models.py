"""Credentials: what the platform vouches for, and what became of it."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from credentials import rules
from credentials.querysets import CredentialQuerySet
from credentials.states import Kind, State
from participants.states import languages


class Credential(models.Model):
    """A certificate as it was issued: a snapshot that no later change of a name, a course or its
    outline touches. Its row and its address stay for good; only its state changes.

    `subject` and `subject_id` name the row of another app that it was issued for
    ("courses.Enrolment"). `facts` holds what the document says, in `language`:
    `{"outcomes": [str], "minutes": int, "participation": str, "assessment": str,
    "quality": str, "outline": int}`.
    """

    code = models.UUIDField(_("number"), unique=True, default=uuid4, editable=False)
    kind = models.CharField(
        _("kind"), max_length=20, choices=Kind.choices, default=Kind.CERTIFICATE
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.VALID)
    subject = models.CharField(max_length=60)
    subject_id = models.PositiveBigIntegerField()
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="credentials"
    )
    name = models.CharField(_("name"), max_length=150, blank=True)
    title = models.CharField(_("title"), max_length=255)
    language = models.CharField(_("language"), max_length=10, choices=languages)
    issuer = models.CharField(_("issuer"), max_length=150)
    facts = models.JSONField(_("facts"), default=dict)
    achieved_at = models.DateTimeField(_("achieved"))
    issued_at = models.DateTimeField(_("issued"), default=timezone.now)
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )

    objects = CredentialQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "subject_id"],
                condition=Q(replaces__isnull=True),
                name="issued_once",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.WITHDRAWN) | Q(name="", holder__isnull=True),
                name="withdrawn_names_nobody",
            ),
        ]

    def __str__(self):
        return str(self.code)

    @property
    def address(self) -> str:
        """Its permanent address, in nobody's language: it leads to the reader's."""
        path = reverse("credential", args=[self.code])
        return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + path

    @property
    def verb(self) -> str:
        """What its holder did: the words between the name and the title."""
        if self.kind == Kind.STATEMENT:
            return pgettext("statement", "took part in the mentoring")
        return pgettext("certificate", "completed the course")

    @property
    def shown_name(self) -> str:
        """The name as it can be read: never empty."""
        return rules.seen(self.name)

    @property
    def is_valid(self) -> bool:
        return self.state == State.VALID


class CredentialChange(models.Model):
    """Who did what to a credential after it was issued, and why."""

    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="changes")
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("date"), default=timezone.now)

    class Meta:
        verbose_name = _("change of a certificate")
        verbose_name_plural = _("changes of certificates")
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.credential_id} {self.state}"
