"""Redis goes, falls silent and comes back under a site that runs as processes: pages work
meanwhile, work waits, and nobody has to restart anything."""

import json
import time
from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from courses import actions
from courses.models import Enrolment
from credentials.models import Credential
from participants import outages
from tests.factories import courses as make_course
from tests.factories import participants as make
from tests.support import places, relay
from tests.support.browsing import Visitor
from tests.support.smtp import running as mail_server

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

LOGIN, LOGOUT, PROFILE = "/en/account/login/", "/en/account/logout/", "/en/account/profile/"
CELERY = ["celery", "-A", "academy"]
WORKER = [*CELERY, "worker", "--concurrency", "1", "--without-gossip", "--without-mingle"]


@pytest.fixture
def line():
    there = urlsplit(places.REDIS)
    with relay.to(there.hostname, there.port or 6379) as between:
        yield between


@pytest.fixture
def start(tmp_path, line):
    """Starts a program of the site, which reaches Redis over the line."""
    address = urlsplit(places.REDIS)
    secret = f":{address.password}@" if address.password else ""
    with mail_server() as mails:
        environment = places.production(
            tmp_path / "site",
            DJANGO_SETTINGS_MODULE="tests.support.site_settings",
            REDIS_URL=f"redis://{secret}127.0.0.1:{line.port}/9",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=str(mails.port),
            WEB_HOST="127.0.0.1",
            WEB_WORKERS="1",
        )
        with places.programs(environment, tmp_path / "log") as start_one:
            yield start_one
        places.forget(places.REDIS.rpartition("/")[0] + "/9")


def signed_in(port: int, email: str) -> Visitor:
    visitor = Visitor()
    answer = visitor.send(port, LOGIN, login=email, password=make.PASSWORD)
    assert answer.status == 302, answer.text
    return visitor


def timed(ask, *args, **more):
    started = time.monotonic()
    answer = ask(*args, **more)
    return answer, time.monotonic() - started


def checks(port: int) -> dict:
    answer = Visitor().get(port, "/health/ready")
    assert answer.status == 200, answer.text
    return json.loads(answer.text)["checks"]


@pytest.mark.parametrize("gone", ["cut", "hold"])
def test_without_redis_people_learn_sign_in_and_out_and_afterwards_the_work_is_done(
    start, line, gone
):
    port = places.free_port()
    programs = [start("academy.serve", WEB_PORT=str(port)), start(*WORKER), start(*CELERY, "beat")]
    course = make_course.course(lessons=(2,))
    first, last = make_course.lessons_of(course)
    people = {name: make.person(f"{name}@example.org", profile=True) for name in ("ada", "ben")}
    for person in people.values():
        actions.enrol(person.pk, make_course.run_of(course).pk)
    places.wait_for(lambda: places.answers(port))
    ada, ben = signed_in(port, "ada@example.org"), signed_in(port, "ben@example.org")
    stolen = Visitor(dict(ben.cookies))
    assert stolen.get(port, PROFILE).status == 200
    assert ada.send(port, done(first), form=first.url).status == 302
    places.wait_for(lambda: set(checks(port).values()) == {"ok"})

    getattr(line, gone)()
    slowest = 0.0
    for ask in (
        lambda: ada.get(port, last.url),
        lambda: ada.get(port, PROFILE),
        lambda: Visitor().get(port, course.url),
    ):
        answer, seconds = timed(ask)
        assert answer.status == 200, answer.text
        slowest = max(slowest, seconds)
    answer, seconds = timed(ada.send, port, done(last), form=last.url)
    assert answer.status == 302, answer.text
    assert max(slowest, seconds) < 8
    assert Enrolment.objects.get(user=people["ada"]).is_completed
    assert not Credential.objects.exists()
    places.wait_for(lambda: {checks(port)[name] for name in ("broker", "cache")} == {"failed"})
    # The sign-in works, and its limit too.
    again = signed_in(port, "ada@example.org")
    said = [
        Visitor().send(port, LOGIN, login="ben@example.org", password=f"no{n}") for n in range(8)
    ]
    assert "tried too often" in said[-1].text
    assert ben.send(port, LOGOUT).status == 302

    line.mend()
    for page in (last.url, PROFILE):
        assert ada.get(port, page).status == again.get(port, page).status == 200
    places.wait_for(lambda: set(checks(port).values()) == {"ok"})
    time.sleep(outages.PAUSE)
    assert stolen.get(port, PROFILE).status == 302, "who went out meanwhile stays out"
    places.wait_for(Credential.objects.filter(holder=people["ada"]).exists, within=100)
    assert [program.poll() for program in programs] == [None] * 3


def done(lesson) -> str:
    return reverse("courses:done", args=[lesson.translation_key])
