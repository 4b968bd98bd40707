"""The Celery application; every app's `tasks.py` registers itself here."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

TRANSPORT_ALIASES["folder"] = "academy.transport:Transport"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "academy.settings.development")

app = Celery("academy")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
