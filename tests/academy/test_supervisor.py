"""Programs are started, watched and ended, and none is left behind."""

import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from academy.demo.preflight import Refusal
from academy.demo.supervisor import Child, Supervisor

SLEEP = "import time; time.sleep(60)"
# A program that has a helper of its own and does not tell it to stop.
WITH_HELPER = (
    "import subprocess, sys, time;"
    f"p = subprocess.Popen([sys.executable, '-c', '{SLEEP}']);"
    "print(p.pid, flush=True); time.sleep(60)"
)
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True);" + SLEEP


@pytest.fixture
def supervisor(tmp_path):
    made = Supervisor([], dict(os.environ), tmp_path)
    yield made
    made.stop(within=0)


@pytest.fixture
def child(tmp_path):
    return lambda code, title="program": Child(
        title, [sys.executable, "-c", code], tmp_path / "log" / f"{title}.log"
    )


def written(program: Child) -> str:
    for _ in range(200):
        if text := program.log.read_text():
            return text
        time.sleep(0.05)
    raise AssertionError("the program wrote nothing")


def runs(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as status:
            return status.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(pid: int) -> bool:
    """A signal takes a moment to arrive."""
    for _ in range(100):
        if not runs(pid):
            return True
        time.sleep(0.02)
    return False


def test_stopping_ends_helpers_of_helpers(supervisor, child):
    program = child(WITH_HELPER)
    supervisor.start([program])
    helper = int(written(program))
    assert runs(helper)

    supervisor.stop(within=5)

    assert (program.ended(), ends(helper)) == (True, True)


def test_a_program_that_does_not_listen_is_killed_when_the_time_is_over(supervisor, child):
    program = child(DEAF)
    supervisor.start([program])
    written(program)

    supervisor.stop(within=0.2)

    assert program.process.returncode == -signal.SIGKILL


def test_a_program_that_ends_by_itself_is_named_with_its_log(supervisor, child):
    good, bad = child(SLEEP, "good"), child("import sys; sys.exit(3)", "bad")
    supervisor.start([good, bad])
    assert supervisor.watch() == f"The bad ended with exit code 3. Its log is {bad.log}"


def test_a_killed_program_is_named_with_the_signal(supervisor, child):
    program = child(SLEEP)
    supervisor.start([program])
    program.process.kill()
    assert supervisor.watch() == f"The program ended by signal 9. Its log is {program.log}"


def test_asked_to_stop_it_says_nothing(supervisor, child):
    supervisor.start([child(SLEEP)])
    supervisor.stop_signals.append(signal.SIGINT)
    assert supervisor.watch() is None


def test_steps_run_side_by_side_and_the_first_failure_ends_them(supervisor, child):
    slow, bad = child(SLEEP, "slow"), child("import sys; sys.exit(1)", "bad")
    assert supervisor.run_steps([slow, bad]) is bad
    assert slow.ended()
    assert supervisor.run_steps([child("pass", "one"), child("pass", "two")]) is None


def test_a_server_that_never_answers_is_given_up(supervisor, child):
    supervisor.start([child(SLEEP, "web server")])
    with pytest.raises(Refusal, match=r"no answer within 0 seconds.*web server\.log"):
        supervisor.wait_for_answer("127.0.0.1", 9, within=0.1)


def test_the_first_answer_ends_the_waiting(supervisor, child):
    class Broken(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_error(500)

        def log_message(self, *args):
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Broken) as server:
        threading.Thread(target=server.handle_request).start()
        supervisor.start([child(SLEEP)])
        assert supervisor.wait_for_answer("127.0.0.1", server.server_port) is True


def test_a_long_log_is_turned_and_the_last_one_kept(supervisor, child, monkeypatch):
    monkeypatch.setattr("academy.demo.supervisor.LOG_LIMIT", 3)
    program = child("print('new')")
    program.log.parent.mkdir()
    program.log.write_text("a long story")
    assert supervisor.run_steps([program]) is None
    assert program.log.read_text() == "new\n"
    assert program.log.with_suffix(".log.1").read_text() == "a long story"
