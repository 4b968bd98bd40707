"""What probes are told: names and how they are, quickly, and nothing else."""

import time
from datetime import timedelta

import pytest
from django.db import connection, migrations
from django.db.migrations.loader import MigrationLoader
from django.test import override_settings
from django.utils import timezone

from academy import health
from participants import sweeps
from participants.models import SweepRun

NAMES = {"database", "migrations", "broker", "cache", "storage", "sweep"}


@pytest.fixture(autouse=True)
def _fresh():
    health._latest.forget()
    health._migrated.good = False


@pytest.fixture
def swept(transactional_db):
    sweeps.run()


def broken(monkeypatch, name, needed=None):
    def fail():
        raise RuntimeError("db.internal.example: password hush is wrong")

    needed = health.CHECKS[name].needed if needed is None else needed
    monkeypatch.setitem(health.CHECKS, name, health.Check(fail, needed=needed))


def test_a_process_that_answers_is_live_without_asking_anybody(client):
    """No database: this test has none."""
    answer = client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_all_is_well_after_a_sweep(client, swept):
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok"), answer.json()
    assert answer.json()["checks"] == dict.fromkeys(NAMES, "ok")


@pytest.mark.parametrize("name", ["database", "migrations"])
def test_without_what_everybody_needs_no_visitor_is_sent_here(client, swept, monkeypatch, name):
    broken(monkeypatch, name)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "failed")
    assert answer.json()["checks"][name] == "failed"
    assert "hush" not in answer.content.decode()


@pytest.mark.parametrize("name", ["broker", "cache", "storage", "sweep"])
def test_what_pages_can_do_without_is_told_and_takes_no_process_away(
    client, swept, monkeypatch, name
):
    broken(monkeypatch, name)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["checks"] == {**dict.fromkeys(NAMES, "ok"), name: "failed"}


def test_a_check_that_hangs_is_waited_for_no_longer_than_said(client, swept, monkeypatch):
    monkeypatch.setattr(health, "SECONDS", 0.5)
    monkeypatch.setitem(health.CHECKS, "storage", health.Check(lambda: time.sleep(2)))
    started = time.monotonic()
    assert client.get("/health/ready").json()["checks"]["storage"] == "failed"
    assert time.monotonic() - started < 1.5


def test_a_worker_that_has_not_swept_for_six_minutes_is_missed(client, swept):
    SweepRun.objects.update(ended_at=timezone.now() - timedelta(minutes=6))
    assert client.get("/health/ready").json()["checks"]["sweep"] == "failed"
    SweepRun.objects.all().delete()
    health._latest.forget()
    assert client.get("/health/ready").json()["checks"]["sweep"] == "failed"
    assert sweeps.last_run() is None


def test_a_migration_that_is_not_applied_fails(client, swept, monkeypatch):
    class New(migrations.Migration):
        pass

    stock = MigrationLoader.build_graph

    def with_one_more(self):
        stock(self)
        self.graph.add_node(("home", "9999_new"), New("9999_new", "home"))

    monkeypatch.setattr(MigrationLoader, "build_graph", with_one_more)
    assert client.get("/health/ready").status_code == 503


def test_a_folder_that_cannot_be_written_is_told(client, swept, settings, tmp_path):
    file = tmp_path / "no-folder"
    file.touch()
    place = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": file},
    }
    with override_settings(STORAGES=settings.STORAGES | {"private": place}):
        assert client.get("/health/ready").json()["checks"]["storage"] == "failed"


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_probes_ask_by_number_without_https_and_get_no_cookie(client, swept, settings, path):
    settings.ALLOWED_HOSTS = ["academy.example.org"]
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get(path, headers={"Host": "10.0.0.7:8000"})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    assert "Vary" not in answer


def test_asked_again_at_once_the_same_is_said(client, swept, monkeypatch):
    client.get("/health/ready")
    broken(monkeypatch, "database")
    assert client.get("/health/ready").status_code == 200


def test_checks_leave_no_connection_behind(client, swept):
    if connection.vendor != "postgresql":
        pytest.skip("counts connections of PostgreSQL")
    before = lines_open()
    for _time in range(3):
        health._latest.forget()
        client.get("/health/ready")
    until = time.monotonic() + 5
    while lines_open() > before and time.monotonic() < until:
        time.sleep(0.1)  # the server takes a moment to see that a line is closed
    assert lines_open() <= before


def lines_open():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return cursor.fetchone()[0]
