"""What was done at the coordinator's desk."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mentoring.states import Act


class CallAct(models.Model):
    """One thing that somebody did for a call. Only ever added, and never with anybody's words:
    reasons and questions stand where they count, and are blanked there.

    `by` is empty for what a deadline did. `count` is the number of people it touched; `detail`
    holds codes and numbers, nothing about anybody.
    """

    call = models.ForeignKey("mentoring.Call", models.PROTECT, related_name="acts")
    kind = models.CharField(_("what"), max_length=10, choices=Act.choices)
    application = models.ForeignKey(
        "mentoring.Application", models.CASCADE, null=True, related_name="acts"
    )
    run = models.ForeignKey("mentoring.MatchRun", models.PROTECT, null=True, related_name="acts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    count = models.PositiveIntegerField(_("people"), default=1)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField(_("date"), default=timezone.now)

    class Meta:
        verbose_name = _("act at the mentoring desk")
        verbose_name_plural = _("acts at the mentoring desk")
        ordering = ["-at", "-pk"]
        default_permissions = []
        indexes = [models.Index(fields=["call", "-at"], name="acts_of_a_call")]

    def __str__(self):
        return f"{self.call_id} {self.kind}"
