"""Several web servers, workers and beats over one PostgreSQL, one Redis and one place for files:
whoever asks another one the next time notices nothing."""

import os
import signal

import pytest

from academy import beat
from home.models import StandardPage
from participants import retention
from participants.models import DataExport, Profile, RetentionRun
from tests.factories import courses as make_course
from tests.factories import participants as make
from tests.support import places
from tests.support.browsing import Visitor
from tests.support.smtp import running as mail_server

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

CELERY = ["celery", "-A", "academy"]
WORKER = [*CELERY, "worker", "--pool", "solo", "--without-gossip", "--without-mingle"]
LOGIN, LOGOUT = "/en/account/login/", "/en/account/logout/"
PROFILE, COPY = "/en/account/profile/", "/en/account/data/copy/"


@pytest.fixture
def start(tmp_path):
    with mail_server() as mails:
        environment = places.production(
            tmp_path / "site",
            DJANGO_SETTINGS_MODULE="tests.support.site_settings",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=str(mails.port),
        )
        with places.programs(environment, tmp_path / "log") as start_one:
            yield start_one
        places.forget(environment["REDIS_URL"])


@pytest.fixture
def web(start):
    """The ports of two web servers that answer."""
    ports = [places.free_port() for _ in range(2)]
    for port in ports:
        start("academy.serve", WEB_HOST="127.0.0.1", WEB_PORT=str(port), WEB_WORKERS="1")
    for port in ports:
        places.wait_for(lambda port=port: places.answers(port))
    return ports


def signed_in(port: int, email: str) -> Visitor:
    visitor = Visitor()
    answer = visitor.send(port, LOGIN, login=email, password=make.PASSWORD)
    assert answer.status == 302, answer.text
    return visitor


def test_two_web_servers_are_one_site(web):
    here, there = web
    about = make_course.published(
        make_course.site_home(),
        StandardPage(title="About us", slug="about", locale=make_course.locale("en")),
    )
    make.administrator("root@example.org"), make.person("ada@example.org", profile=True)

    # Who signed in at one is known at the other.
    ada, root = signed_in(here, "ada@example.org"), signed_in(here, "root@example.org")
    assert [ada.get(port, PROFILE).status for port in web] == [200, 200]

    # A picture that came in by one is handed out by the other.
    answers = {"name": "Ada", "country": "BE", "organisation": "Gent", "language": "en"}
    answers |= {"time_zone": "Europe/Brussels", "privacy": "on", "photo": make.picture()}
    assert ada.send(here, PROFILE, **answers).status == 302
    photo = f"/en/account/photo/{Profile.objects.get(user__email='ada@example.org').pk}/"
    seen = [ada.get(port, photo) for port in web]
    assert [answer.status for answer in seen] == [200, 200]
    assert seen[0].body == seen[1].body
    assert seen[0].body[:3] == b"\xff\xd8\xff"

    # What is published or taken back at one is so at the other, at the next request.
    assert [Visitor().get(port, "/en/about/").status for port in web] == [200, 200]
    assert root.send(here, f"/admin/pages/{about.pk}/unpublish/").status == 302
    assert [Visitor().get(port, "/en/about/").status for port in (there, here)] == [404, 404]
    about.refresh_from_db()
    about.title = "About us, again"
    about.save_revision().publish()
    for port in (there, here):
        assert "About us, again" in Visitor().get(port, "/en/about/").text

    # Whoever signs out at one is out at the other, whatever its memory or a cache still holds.
    again = Visitor(dict(ada.cookies))
    assert ada.send(there, LOGOUT).status == 302
    assert [again.get(port, PROFILE).status for port in web] == [302, 302]


def test_work_goes_on_when_the_beat_and_a_worker_die(start, web, tmp_path):
    here, there = web
    folders = [tmp_path / "beat1", tmp_path / "beat2"]
    for folder in folders:
        folder.mkdir()
    first = start(*CELERY, "beat", ACADEMY_ALIVE=str(folders[0]))
    workers = [start(*WORKER, "--hostname", f"w{number}@test") for number in range(2)]
    make.person("ada@example.org", profile=True)

    # The first round of the day was begun by the beat, whichever worker does it.
    places.wait_for(lambda: RetentionRun.objects.exclude(finished_at=None).exists())
    assert len(RetentionRun.objects.get().counts) == len(retention.rules())
    start(*CELERY, "beat", ACADEMY_ALIVE=str(folders[1]))

    # Asked for at one web server, made by a worker, fetched at the other.
    ada = signed_in(here, "ada@example.org")
    assert ada.send(here, COPY, form="/en/account/data/").status == 302
    places.wait_for(lambda: DataExport.objects.exclude(made_at=None).exists())
    copy = ada.get(there, f"{COPY}{DataExport.objects.get().token}/")
    assert (copy.status, copy.body[:2]) == (200, b"PK")

    # Both die without a word; the second beat takes over, and the other worker works.
    places.wait_for(lambda: (folders[1] / "academy-beat.alive").exists())
    RetentionRun.objects.all().delete()
    first.kill()
    os.killpg(workers[0].pid, signal.SIGKILL)
    places.wait_for(RetentionRun.objects.exists, within=2 * beat.LOOK_AGAIN + 8)
