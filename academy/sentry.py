"""Reports of errors to Sentry, when SENTRY_DSN names one: kinds of errors and places in the code.
What people sent, who they are, and what variables held stays here."""

from typing import Any

import sentry_sdk
from django_guid import get_guid
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration

KEPT = ("event_id", "timestamp", "platform", "level", "logger", "environment", "release", "sdk")
OF_FRAME = ("filename", "function", "module", "lineno", "in_app")


def start(dsn: str, environment: str, **more: Any) -> None:
    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        traces_sample_rate=0.0,
        auto_session_tracking=False,
        auto_enabling_integrations=False,
        server_name="",
        integrations=[DjangoIntegration(transaction_style="function_name"), CeleryIntegration()],
        before_send=stripped,
        before_breadcrumb=lambda crumb, hint: None,
        **more,
    )


def stripped(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    """A new event of what may go; nothing that a later version adds slips through."""
    kept = {name: event[name] for name in KEPT if name in event}
    errors = (event.get("exception") or {}).get("values") or []
    if errors:
        kept["exception"] = {"values": [_error(one) for one in errors]}
    else:
        kept["message"] = (event.get("logentry") or {}).get("message") or event.get("logger", "")
    if transaction := event.get("transaction"):
        kept["transaction"] = transaction
    if request_id := get_guid():
        kept["tags"] = {"request_id": request_id}
    return kept


def _error(error: dict[str, Any]) -> dict[str, Any]:
    """Its own words are left out: they quote what people wrote."""
    frames = (error.get("stacktrace") or {}).get("frames") or []
    slim = [{name: frame[name] for name in OF_FRAME if name in frame} for frame in frames]
    return {
        "type": error.get("type"),
        "module": error.get("module"),
        "stacktrace": {"frames": slim},
    }
