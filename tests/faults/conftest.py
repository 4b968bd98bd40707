"""A site of its own on a PostgreSQL of its own, and people who learn there."""

import socket

import pytest
from django.db import connection, connections

from courses import actions
from tests.factories import courses as make_course
from tests.factories import participants as make
from tests.support import clusters, places
from tests.support import site as sites
from tests.support.learners import Course, Crowd, Learner

PEOPLE = 6


@pytest.fixture(scope="module")
def course(django_db_setup, django_db_blocker) -> Course:
    """A course, and people who began it, in the test's own database until the cluster took them."""
    with django_db_blocker.unblock():
        page = make_course.course("Faults", lessons=(2, 2))
        run = make_course.run_of(page)
        for number in range(PEOPLE):
            person = make.person(f"p{number}@example.org", profile=True)
            actions.enrol(person.pk, run.pk)
        lessons = [lesson.url for lesson in make_course.lessons_of(page)]
        yield Course(str(page.translation_key), lessons)
        django_db_setup.restore()


@pytest.fixture(scope="module")
def cluster(course):
    if reason := clusters.missing():
        pytest.skip(reason)
    connections.close_all()
    name = str(connection.settings_dict["NAME"])
    with clusters.running() as running:
        running.copy(places.database_url(name), name)
        yield running


@pytest.fixture(scope="module")
def site(cluster, tmp_path_factory):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {
        "DJANGO_SETTINGS_MODULE": "tests.support.site_settings",
        "DATABASE_URL": cluster.url(str(connection.settings_dict["NAME"])),
    }
    with sites.running(tmp_path_factory.mktemp("site"), port, **own) as running:
        yield running
        places.forget(running.environment["REDIS_URL"])


@pytest.fixture(scope="module")
def crowd(site, course) -> Crowd:
    people = [Learner(site.port, f"p{n}@example.org", course) for n in range(PEOPLE)]
    for person in people:
        person.sign_in(make.PASSWORD)
    return Crowd(people)
