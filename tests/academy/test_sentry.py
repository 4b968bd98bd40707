"""What a report of an error holds: the kind, and where in the code."""

import json

import pytest
import sentry_sdk
from sentry_sdk.transport import Transport

from academy import sentry
from home import tree
from tests.factories import participants as make


class Held(Transport):
    def __init__(self, options=None):
        super().__init__(options)
        self.events = []

    def capture_envelope(self, envelope):
        self.events += [item.payload.json for item in envelope.items if item.type == "event"]


@pytest.fixture
def sent():
    held = Held()
    sentry.start("https://key@sentry.example.org/1", "test", transport=held)
    yield held.events
    sentry_sdk.init()


def test_an_error_is_reported_without_who_and_what(sent, client, db, monkeypatch):
    ada = make.person(email="ada-secret@example.org", name="Ada Secret")

    def broken():
        password = "hush-variable"
        raise ValueError(f"hush-words of ada-secret@example.org {password}")

    client.force_login(ada, backend=make.BACKEND)
    client.cookies["other"] = "hush-cookie"
    client.raise_request_exception = False
    monkeypatch.setattr(tree, "token", broken)
    answer = client.get("/en/?q=hush-query", headers={"User-Agent": "hush-agent"})
    assert answer.status_code == 500

    assert not sentry_sdk.get_client().should_send_default_pii()
    (event,) = sent
    error = event["exception"]["values"][-1]
    assert error["type"] == "ValueError"
    assert error["stacktrace"]["frames"][-1]["function"] == "broken"
    assert event["tags"] == {"request_id": answer["X-Request-ID"]}
    text = json.dumps(event)
    for secret in ("hush", "ada-secret", "Ada Secret", "127.0.0.1", '"user"', "cookie"):
        assert secret not in text, secret


def test_a_log_line_is_reported_without_what_it_quotes(sent, db):
    import logging

    logging.getLogger("academy.test").error("Export of %s failed", "ada-secret@example.org")
    (event,) = sent
    assert event["message"] == "Export of %s failed"
    assert "ada-secret" not in json.dumps(event)
