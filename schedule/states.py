from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    EVENT = "event", _("event")
    DEADLINE = "deadline", _("deadline")
