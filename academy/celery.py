"""The Celery application; every app's `tasks.py` registers itself here."""

import os

from celery import Celery, bootsteps
from kombu.transport import TRANSPORT_ALIASES

from academy import alive

TRANSPORT_ALIASES["folder"] = "academy.transport:Transport"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "academy.settings.production")

app = Celery("academy")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class Alive(bootsteps.StartStopStep):
    """Says every ten seconds that the worker goes round."""

    requires = ("celery.worker.components:Timer",)

    def start(self, worker):
        alive.touch("worker")
        self.again = worker.timer.call_repeatedly(10, alive.touch, ("worker",))

    def stop(self, worker):
        self.again.cancel()


app.steps["worker"].add(Alive)
