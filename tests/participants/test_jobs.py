import logging

import pytest
from django.db import transaction

from participants import Refused, jobs, outages, sweeps
from participants.models import Feedback

NAME = "participants.mail_feedback"


@pytest.fixture
def sent(monkeypatch):
    calls = []
    monkeypatch.setattr(jobs, "send", lambda name, args, kwargs: calls.append((name, args, kwargs)))
    return calls


def test_a_task_is_asked_for_after_the_commit(sent, db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        with transaction.atomic():
            jobs.later(NAME, 7, again=True)
        assert sent == []

    assert sent == [(NAME, (7,), {"again": True})]


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_promise_is_never_sent(sent):
    with transaction.atomic():
        jobs.later(NAME, 7)
        transaction.set_rollback(True)

    assert sent == []


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_is_logged_without_personal_data(monkeypatch, caplog):
    def down(*args):
        raise ConnectionError("ada@example.org could not be reached")

    monkeypatch.setattr(jobs, "send", down)
    with caplog.at_level(logging.ERROR):
        jobs.later(NAME, "ada@example.org")

    assert [record.getMessage() for record in caplog.records] == [
        "The broker is away: ConnectionError",
        f"Task {NAME} was not sent: ConnectionError",
    ]


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_is_asked_by_one_promise_and_the_next_do_not_wait(monkeypatch):
    asked = []

    def down(*args):
        asked.append(args)
        raise ConnectionError

    monkeypatch.setattr(jobs, "send", down)
    for _ in range(3):
        jobs.later(NAME, 7)
    assert len(asked) == 1

    monkeypatch.setattr(outages, "PAUSE", 0)
    monkeypatch.setattr(jobs, "send", lambda *args: asked.append(args))
    for _ in range(3):
        jobs.later(NAME, 7)
    assert len(asked) == 4


@pytest.mark.django_db(transaction=True)
def test_a_promise_that_cannot_be_written_down_says_nothing_about_the_broker(monkeypatch):
    monkeypatch.setattr(jobs, "send", lambda *args: {}["not JSON"])
    jobs.later(NAME, object())
    assert not jobs.broker.lasts


@pytest.mark.django_db
def test_a_sweep_that_fails_does_not_keep_others_from_running(monkeypatch, caplog):
    monkeypatch.setattr(sweeps, "_sweeps", {})
    sweeps.register("a", lambda: 1 / 0)
    sweeps.register("b", lambda: 3)
    sweeps.register("c", lambda: None)

    assert sweeps.run() == {"b": 3, "c": 0}
    assert [r.getMessage() for r in caplog.records] == ["Sweep a failed: ZeroDivisionError"]


def test_beat_sweeps_every_minute(settings, jobs, db):
    entry = settings.CELERY_BEAT_SCHEDULE["sweep"]
    from celery import current_app

    assert entry["schedule"] == 60
    current_app.tasks[entry["task"]]()
    assert Feedback.objects.count() == 0


def test_a_refusal_says_what_to_do_next():
    assert str(Refused("full", "Choose another date.")) == "Choose another date."
    assert Refused("full").reason == "full"
    assert str(Refused("full")) == (
        "This cannot be done now. Reload the page, look at what changed, and try again."
    )
