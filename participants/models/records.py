import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants.querysets import FeedbackQuerySet
from participants.states import SUPERUSER, RoleMove, languages, role_label


class RoleChange(models.Model):
    """Somebody got or lost a role, whichever way it was done. Written by `participants.audit`,
    changed by nobody."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        verbose_name=_("person"),
        related_name="role_changes",
    )
    role = models.CharField(_("role"), max_length=150)
    move = models.CharField(_("change"), max_length=7, choices=RoleMove)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        verbose_name=_("by"),
        related_name="+",
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("change of role")
        verbose_name_plural = _("changes of role")
        ordering = ["-at", "-pk"]
        default_permissions = ["view"]

    def __str__(self):
        return f"{self.role_label} {self.get_move_display()}"

    @property
    def role_label(self):
        return _("Full access") if self.role == SUPERUSER else role_label(self.role)


class Feedback(models.Model):
    """What somebody told us about a page. The token comes from the form, so a double click or a
    reload tells it once."""

    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    page = models.CharField(_("page"), max_length=500, blank=True)
    message = models.TextField(_("message"), max_length=4000)
    reply_to = models.EmailField(_("e-mail address for an answer"), blank=True)
    language = models.CharField(_("language"), max_length=10, choices=languages, default="en")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("person"),
        related_name="feedback",
    )
    created_at = models.DateTimeField(_("received"), default=timezone.now, editable=False)
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    mailed_at = models.DateTimeField(_("mailed"), null=True, blank=True, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return self.message[:60]


class SweepRun(models.Model):
    """One row: when the last sweep ended. Probes and figures read from it whether a worker is
    alive."""

    ended_at = models.DateTimeField(_("ended"))

    class Meta:
        verbose_name = _("last sweep")
        verbose_name_plural = _("last sweep")
        default_permissions = []

    def __str__(self):
        return f"{self.ended_at}"
