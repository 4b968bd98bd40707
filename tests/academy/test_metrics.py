"""Figures for Prometheus: for whoever knows the token; of views by their names."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from participants import sweeps
from participants.actions import request_export
from participants.models import DataRequest, Notice, SweepRun
from participants.states import Channel, MailState, NoticeTopic, Pace, RequestChannel, RequestKind
from tests.factories import participants as make

TOKEN = "0123456789-abcdefghijklmnopqrstuvwxyz"

pytestmark = pytest.mark.django_db


@pytest.fixture
def counted(settings):
    settings.METRICS_TOKEN = TOKEN
    stock = settings.MIDDLEWARE
    settings.MIDDLEWARE = [
        stock[0],
        "django_prometheus.middleware.PrometheusBeforeMiddleware",
        *stock[1:],
        "django_prometheus.middleware.PrometheusAfterMiddleware",
    ]
    return Client()


def ask(client, token=TOKEN, **headers):
    return client.get("/metrics", headers={"Authorization": f"Bearer {token}"} | headers)


def value(answer, name):
    found = re.search(rf"^{name} (\S+)$", answer.content.decode(), re.MULTILINE)
    return float(found[1]) if found else None


@pytest.mark.parametrize("given", ["Bearer guess", "Bearer ", "", f"Basic {TOKEN}", TOKEN])
def test_without_the_token_there_are_no_figures(counted, given):
    answer = counted.get("/metrics", headers={"Authorization": given})
    assert (answer.status_code, answer.content) == (401, b"")


def test_where_no_token_is_set_there_is_no_such_page(client, settings):
    settings.METRICS_TOKEN = ""
    assert ask(Client(), token="").status_code in {302, 404}


def test_views_are_counted_by_name_and_no_address_is_told(counted):
    person = make.person("ada@example.org")
    counted.get("/en/hush-page/?q=hush")
    counted.get(f"/en/account/login/?next=hush{person.pk}")
    assert counted.generic("HUSH", "/en/account/login/").status_code == 405
    answer = ask(counted, Host="10.0.0.7:8000")
    text = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert 'view="account_login"' in text
    assert "hush" not in text.lower()
    assert "ada@" not in text
    assert not re.search(r'"/[^"]*"', text)


def test_what_waits_is_read_from_the_database(counted, jobs):
    now = timezone.now()
    ada = make.person("ada@example.org")
    Notice.objects.create(
        user=ada,
        event="test/1",
        channel=Channel.MAIL,
        kind="participants.sign-in",
        topic=NoticeTopic.ACCOUNT,
        state=MailState.WAITING,
        pace=Pace.AT_ONCE,
        due_at=now - timedelta(minutes=10),
    )
    request_export(ada.pk)
    DataRequest.objects.create(
        user=ada,
        kind=RequestKind.ERASURE,
        channel=RequestChannel.LETTER,
        received_at=now - timedelta(days=40),
        due_at=now - timedelta(days=9),
    )
    answer = ask(counted)
    assert value(answer, "academy_notices_waiting") == 1
    assert 600 <= value(answer, "academy_notices_oldest_seconds") < 700
    assert value(answer, "academy_exports_waiting") == 1
    assert value(answer, "academy_data_requests_overdue") == 1
    assert value(answer, "academy_sweep_age_seconds") is None
    sweeps.run()
    SweepRun.objects.update(ended_at=now - timedelta(minutes=3))
    assert 180 <= value(ask(counted), "academy_sweep_age_seconds") < 200


def test_asking_costs_five_questions(counted, django_assert_num_queries):
    with django_assert_num_queries(5):
        ask(counted)


def test_several_processes_are_added_up(counted, monkeypatch, tmp_path):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    answer = ask(counted)
    assert answer.status_code == 200
    assert value(answer, "academy_exports_waiting") == 0
