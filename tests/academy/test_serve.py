"""The server of a site in production, as processes: refused, started, restarted, ended."""

import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from django.db import connections

from tests.support import site as sites

PAGE = "/en/account/login/"


@pytest.fixture
def port():
    """A free one, so that several test processes may start a site."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(**variables):
    return subprocess.run(
        [sys.executable, "-m", "academy.serve"],
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_it_does_not_start_before_it_has_what_it_needs():
    done = start()
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("The site does not start before these environment variables")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"WEB_WORKERS": "none"}, 'WEB_WORKERS is "none"'),
        ({"WEB_PORT": "99999"}, 'WEB_PORT is "99999"'),
        ({"WEB_THREADS": "0"}, "WEB_THREADS is"),
    ],
)
def test_numbers_that_are_none_are_refused(given, words):
    done = start(**given)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith(words)


@pytest.mark.postgres
def test_no_request_is_lost_while_every_worker_is_replaced(transactional_db, tmp_path, port):
    connections.close_all()
    more = {"WEB_READY_SECONDS": "8", "METRICS_TOKEN": "0123456789-abcdefghijklmnopqrstuvwxyz"}
    more["PROMETHEUS_MULTIPROC_DIR"] = str(tmp_path / "figures")
    with sites.running(tmp_path, port, **more) as site:
        kept, new = (sites.Load(site, PAGE, keep=keep, people=3) for keep in (True, False))
        first = site.workers()
        with kept, new:
            time.sleep(2)
            site.process.send_signal(signal.SIGHUP)
            until = time.monotonic() + 90
            while site.workers() & first and time.monotonic() < until:
                time.sleep(0.5)
            time.sleep(2)
        assert not site.workers() & first
        answers = kept.answers + new.answers
        assert set(answers) == {200}, (answers, site.log.read_text()[-2000:])
        assert min(kept.answers[200], new.answers[200]) > 20
        told = [json.loads(line) for line in site.log.read_text().splitlines() if line[:1] == "{"]
        assert {line["status"] for line in told if line["logger"] == "academy.request"} == {200}
        bearer = {"Authorization": f"Bearer {more['METRICS_TOKEN']}"}
        assert 'view="account_login"' in site.get("/metrics", **bearer)[1]


@pytest.mark.postgres
def test_a_request_under_way_is_answered_before_the_server_ends(transactional_db, tmp_path, port):
    connections.close_all()
    with sites.running(tmp_path, port) as site, sites.Load(site, PAGE) as load:
        time.sleep(2)
        site.process.send_signal(signal.SIGTERM)
        site.process.wait(40)
        time.sleep(0.5)
    assert site.process.returncode == 0
    assert load.answers[200] > 5
    assert set(load.answers) <= {200, "ConnectionRefusedError"}, load.answers
