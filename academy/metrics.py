"""Figures for Prometheus: what django-prometheus counts of requests, by names of views and never by
addresses, and what waits in the database at the moment of asking."""

import os
from collections.abc import Iterator

import prometheus_client
from django.conf import settings
from django.db import DatabaseError
from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from prometheus_client import CollectorRegistry, multiprocess
from prometheus_client.core import GaugeMetricFamily

from participants import sweeps
from participants.models import DataExport, DataRequest, Notice

NAMES = {
    "academy_notices_waiting": "Mails that are due and not sent",
    "academy_notices_oldest_seconds": "How long the oldest of them has been due",
    "academy_sweep_age_seconds": "Time since the last sweep ended",
    "academy_data_requests_overdue": "Requests about personal data past their month",
    "academy_exports_waiting": "Copies of data that are promised and not made",
}


def expose(request: HttpRequest) -> HttpResponse:
    """For whoever knows the token; for everybody else there is no such page."""
    given = request.headers.get("Authorization", "")
    if not constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    registry = prometheus_client.REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
    own = CollectorRegistry()
    own.register(Waiting())
    text = prometheus_client.generate_latest(registry) + prometheus_client.generate_latest(own)
    return HttpResponse(text, content_type=prometheus_client.CONTENT_TYPE_LATEST)


class Waiting:
    """Read anew each time; without a database, only what processes counted is told."""

    def describe(self) -> list:
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            found = waiting()
        except DatabaseError:
            return
        for name, value in found.items():
            yield GaugeMetricFamily(name, NAMES[name], value=value)


def waiting() -> dict[str, float]:
    now = timezone.now()
    mails = Notice.objects.due(now)
    oldest = mails.aggregate(at=Min("due_at"))["at"] or now
    last = sweeps.last_run()
    found = {
        "academy_notices_waiting": mails.count(),
        "academy_notices_oldest_seconds": (now - oldest).total_seconds(),
        "academy_data_requests_overdue": DataRequest.objects.open().filter(due_at__lt=now).count(),
        "academy_exports_waiting": DataExport.objects.unmade().count(),
    }
    if last is not None:
        found["academy_sweep_age_seconds"] = (now - last).total_seconds()
    return found
