"""One beat is at work, however many run; another takes over when it dies."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection

from academy import alive, beat
from tests.support import databases, places

PROGRAM = """
import os, django; django.setup()
from academy import beat
from academy.celery import app
beat.Scheduler.apply_entry = lambda self, entry, producer=None: os.write(1, b"sent\\n")
beat.Scheduler.producer = None
app.Beat(scheduler_cls=beat.Scheduler, loglevel="CRITICAL", quiet=True).run()
"""


@pytest.fixture
def start(transactional_db, tmp_path):
    """Starts a beat that says what it would send; ends all of them."""
    if databases.ON_POSTGRES:
        environment = places.production(tmp_path)
    else:
        environment = {"ACADEMY_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": SQLITE}
        environment |= {key: os.environ[key] for key in places.KEPT if key in os.environ}
    started = []

    def start_one() -> subprocess.Popen:
        """Returns when it has looked at the lock."""
        here = tmp_path / str(len(started))
        here.mkdir()
        command = [sys.executable, "-c", PROGRAM]
        own = environment | {"ACADEMY_ALIVE": str(here)}
        program = subprocess.Popen(
            command, env=own, cwd=places.BASE, stdout=subprocess.PIPE, text=True
        )
        started.append(program)
        os.set_blocking(program.stdout.fileno(), False)
        places.wait_for(lambda: (here / "academy-beat.alive").exists())
        return program

    yield start_one
    for program in started:
        program.kill()
        program.wait()


SQLITE = "academy.settings.demo"


def sends(program, within: float = 10) -> float | None:
    """After how many seconds it sent something."""
    begun = time.monotonic()
    while time.monotonic() < begun + within:
        if "sent" in (program.stdout.readline() or ""):
            return time.monotonic() - begun
        time.sleep(0.02)
    return None


def test_the_second_stands_by_and_takes_over_when_the_first_is_killed(start):
    first = start()
    assert sends(first) is not None
    second = start()
    assert sends(second, within=beat.LOOK_AGAIN + 1) is None

    first.send_signal(signal.SIGKILL)

    assert sends(second, within=2 * beat.LOOK_AGAIN + 3) is not None
    second.terminate()
    assert second.wait(10) == 0
    assert sends(start()) is not None


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_lock_that_the_server_lost_is_noticed_before_the_next_message():
    first, second = beat.AdvisoryLock(), beat.AdvisoryLock()
    assert (first.held(), second.held(), first.held()) == (True, False, True)
    with connection.cursor() as cursor:  # as a restart of the server does
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            f" AND objid = {beat.KEY} AND granted"
        )
    assert (second.held(), first.held(), first.held()) == (True, False, False)
    second.release()
    assert first.held()
    first.release()


def test_a_beat_that_lost_its_lock_sends_nothing_and_begins_at_once_when_it_is_back(monkeypatch):
    from academy.celery import app

    scheduler = beat.Scheduler(app)
    sent, answers = [], iter([False, True, True, True, False, True, True])
    monkeypatch.setattr(scheduler, "lock", type("Lock", (), {"held": lambda self: next(answers)})())
    monkeypatch.setattr(scheduler, "apply_entry", lambda entry, producer: sent.append(entry.name))
    monkeypatch.setattr(beat.Scheduler, "producer", None)

    def tick():
        before = len(sent)
        return scheduler.tick(), sent[before:]

    due = sorted(app.conf.beat_schedule)
    waits = beat.LOOK_AGAIN
    assert len(due) == 1, "this test counts one message a take-over"
    assert tick() == (waits, [])
    assert tick() == (0, due)
    assert [tick() for _ in range(2)] == [(waits, []), (waits, [])]
    assert tick() == (waits, [])
    assert tick() == (0, due)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ACADEMY_ALIVE", str(tmp_path))
    return tmp_path


def test_a_program_that_goes_round_is_alive_and_one_that_hangs_is_not(folder, capsys):
    assert alive.main(["worker"]) == 1
    assert "has not begun" in capsys.readouterr().err
    alive.touch("worker")
    assert (alive.main(["worker"]), alive.main(["beat"])) == (0, 1)
    long_ago = time.time() - alive.TOO_OLD - 5
    os.utime(alive.file("worker"), (long_ago, long_ago))
    assert alive.main(["worker"]) == 1
    assert "has done nothing for 305 seconds" in capsys.readouterr().err


def test_the_question_loads_nothing_of_the_site(folder):
    alive.touch("worker")
    known = "import runpy, sys; sys.argv = ['alive', 'worker']\ntry:\n    runpy.run_path("
    known += f"{str(alive.__file__)!r}, run_name='__main__')\nexcept SystemExit as end:\n"
    known += "    print(end.code, 'celery' in sys.modules, 'django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", known], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "False", "False"]


def test_a_full_disk_keeps_no_program_from_its_work(monkeypatch, tmp_path):
    monkeypatch.setenv("ACADEMY_ALIVE", str(tmp_path / "gone"))
    alive.touch("beat")
    assert alive.main([]) == alive.main(["another"]) == 2
