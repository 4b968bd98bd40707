"""The database goes away while people learn: nobody meets a bare error, nothing that was
said to be saved is lost, and the site is back by itself."""

import subprocess
import sys
import time

import pytest
from django.db import connection

from tests.support import places

pytestmark = pytest.mark.postgres

BACK_WITHIN = 15
LONGEST_ANSWER = 12


@pytest.fixture
def facts(cluster):
    """Asks the database of the site."""
    return lambda question: cluster.ask(str(connection.settings_dict["NAME"]), question)


def manage(site, *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(
        command, env=site.environment, cwd=places.BASE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def assert_all_is_there(site, crowd, facts) -> None:
    assert not crowd.wrong()
    said = {(p.email, attempt, lesson) for p in crowd.people for attempt, lesson in p.saved}
    done = facts(
        "SELECT u.email, e.attempt, p.url_path FROM courses_progressevent v"
        " JOIN courses_enrolment e ON e.id = v.enrolment_id"
        " JOIN participants_user u ON u.id = e.user_id"
        " JOIN courses_learningitem i ON i.id = v.item_id"
        " JOIN wagtailcore_page p ON p.translation_key = i.key WHERE v.verb = 'done'"
    )
    kept = [(email, attempt, "/en" + path.removeprefix("/home")) for email, attempt, path in done]
    assert said - set(kept) == set(), "said to be saved, and lost"
    assert len(kept) == len(set(kept)), "saved twice"
    completed = facts(
        "SELECT enrolment_id FROM courses_progressevent WHERE verb = 'completed' ORDER BY 1"
    )
    assert completed == facts(
        "SELECT id FROM courses_enrolment WHERE state = 'completed' ORDER BY 1"
    )
    assert " 0 differed." in manage(site, "rebuild_progress", "--dry-run")


@pytest.mark.parametrize("outage", ["crash", "restart"])
def test_people_learn_on_after_the_database_was_away(site, cluster, crowd, facts, outage):
    workers, before = site.workers(), crowd.answers()
    with crowd.learning():
        places.wait_for(crowd.everybody_saves())
        if outage == "crash":
            cluster.restart("immediate")
        else:
            cluster.stop("fast")
            time.sleep(1.5)
            cluster.start()
        again = time.monotonic()
        places.wait_for(crowd.everybody_saves(), within=BACK_WITHIN)
        back = time.monotonic() - again
    answers = crowd.answers() - before
    sys.stderr.write(f"{outage}: {dict(answers)}, all learn again after {back:.1f} s\n")
    assert answers[503], "nobody noticed that it was away"
    assert crowd.slowest() < LONGEST_ANSWER
    assert site.workers() == workers
    assert_all_is_there(site, crowd, facts)
