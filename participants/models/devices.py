from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from participants.querysets import DeviceQuerySet


class Device(models.Model):
    """A browser in which somebody signed in. It is signed in while it has its session: whatever
    ends the session, from signing out to running out, leaves it without one.

    No address on the network is kept, and of what the browser says about itself two names only.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="devices")
    session = models.OneToOneField(
        Session, models.SET_NULL, null=True, editable=False, related_name="device"
    )
    # A keyed hash of the browser's own cookie and the person, so that it says nothing about other
    # people who use the browser. Empty: it has to be announced again.
    browser_key = models.CharField(max_length=64, blank=True, editable=False)
    browser = models.CharField(max_length=40, blank=True)
    system = models.CharField(max_length=40, blank=True)
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("device")
        verbose_name_plural = gettext_lazy("devices")
        ordering = ["-last_seen_at", "-pk"]
        default_permissions = []
        indexes = [models.Index(fields=["user", "browser_key"], name="device_of_person")]

    def __str__(self):
        names = {"browser": self.browser, "system": self.system}
        if self.browser and self.system:
            return _("%(browser)s on %(system)s") % names
        return self.browser or self.system or _("Unknown browser")
