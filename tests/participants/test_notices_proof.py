"""Nobody's certificate and nobody's notice is lost or told twice, however often workers die.

A small run each time; `make proof` kills 50 workers while 500 people complete a course.
"""

import os
import random
import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from celery import Celery
from django.conf import settings as site
from django.db import connection, connections
from django.utils import timezone

import academy.celery  # noqa: F401  (knows the broker in a folder)
from courses import actions as courses
from courses.models import CourseManifest, Enrolment, EnrolmentSummary, LearningItem
from credentials.models import Credential
from participants import actions, jobs
from participants.models import Notice, User
from tests.factories import courses as make
from tests.support import smtp
from tests.support.workers import nursery

PEOPLE = int(os.environ.get("PROOF_PEOPLE", "60"))
KILLS = int(os.environ.get("PROOF_KILLS", "8"))
LONGEST_LIFE = 20

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def chance():
    """The moments of death; a run that fails can be had again by its seed."""
    seed = os.environ.get("PROOF_SEED") or uuid4().hex[:8]
    sys.stderr.write(f"PROOF_SEED={seed}\n")
    return random.Random(seed)  # noqa: S311


@pytest.fixture
def server(settings):
    with smtp.running() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        yield running


@pytest.fixture
def workers(server, tmp_path, monkeypatch):
    """Workers of a broker in a folder: what one of them had taken when it died is lost."""
    broker = Celery(broker="folder://", set_as_current=False)
    broker.conf.broker_transport_options = {"folder": str(tmp_path / "queue")}
    monkeypatch.setattr(
        jobs, "send", lambda name, args, kwargs: broker.send_task(name, args, kwargs)
    )
    database = str(connection.settings_dict["NAME"])
    with nursery(database=database, folder=tmp_path / "queue", mail_port=server.port) as started:
        yield started


def crowd(course) -> list[int]:
    """People who have one lesson left; the ids of their enrolments."""
    run, manifest = make.run_of(course), CourseManifest.objects.get()
    version = LearningItem.objects.get(pk=run.course_id).version
    users = User.objects.bulk_create(
        User(email=f"p{n}@example.org", name=f"Person {n}") for n in range(PEOPLE)
    )
    enrolments = Enrolment.objects.bulk_create(
        Enrolment(user=user, run=run, manifest=manifest, enrolled_at=timezone.now())
        for user in users
    )
    EnrolmentSummary.objects.bulk_create(
        EnrolmentSummary(enrolment=e, required_total=1, minutes_left=5, version=version)
        for e in enrolments
    )
    return [enrolment.pk for enrolment in enrolments]


def complete_all(enrolments: list[int], item: int) -> None:
    try:
        for pk in enrolments:
            courses.complete_item(pk, item)
    finally:
        connections.close_all()


def await_progress(server, steps: int) -> None:
    """Returns when workers issued and mailed so much more, or everything, or stand still."""
    before, since = progress(server), time.monotonic()
    while progress(server) < min(before + steps, 2 * PEOPLE):
        if time.monotonic() > since + LONGEST_LIFE:
            return
        time.sleep(0.005)


def progress(server) -> int:
    return len(server.delivered) + Credential.objects.count()


def test_every_certificate_and_every_notice_arrives_though_workers_die(server, workers, chance):
    course = make.course(lessons=(1,))
    enrolments, item = crowd(course), make.entries_of(course)[0].item_id
    # Between taking a mail and saying so: the moment that no sender can see through.
    server.pause = 0.03
    people = threading.Thread(target=complete_all, args=(enrolments, item))
    people.start()
    for _kill in range(KILLS):
        worker = workers.start()
        jobs.send("participants.sweep", (), {})  # as beat does, each minute
        await_progress(server, chance.randint(0, 4 * PEOPLE // KILLS))
        time.sleep(chance.uniform(0, server.pause))
        workers.kill(worker)
    people.join()
    assert server.delivered, "the workers did nothing"
    held = Notice.objects.waiting().exclude(claimed_at=None).count()
    without = Enrolment.objects.without_certificate().count()
    on_the_way = len(server.ids())

    server.pause = 0
    courses.issue_missing()
    while actions.send_notices(now=timezone.now() + site.NOTICE_CLAIM + timedelta(minutes=1)):
        pass

    issued = Credential.objects.values_list("subject_id", flat=True)
    assert sorted(issued) == enrolments
    told = Notice.objects.on_site().values_list("user__enrolments", flat=True)
    assert sorted(told) == enrolments
    assert not Notice.objects.waiting().exists()
    deliveries = Counter(server.ids())
    assert {mail.to for mail in server.delivered} == {f"p{n}@example.org" for n in range(PEOPLE)}
    assert len(deliveries) == PEOPLE, "each person's mail has one Message-ID"
    twice = [count for count in deliveries.values() if count > 1]
    left = PEOPLE - len(set(server.ids()[:on_the_way]))
    sys.stderr.write(
        f"{KILLS} workers killed while {PEOPLE} people completed: {without} certificates and {left}"
        f" mails left to the sweep, {held} of them in dead hands; {len(twice)} mails came twice.\n"
    )
    assert set(twice) <= {2}
    assert len(twice) <= KILLS, "a death costs one mail at most that comes twice"
