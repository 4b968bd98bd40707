"""Redis may go and come back: pages do without it, limits hold, and nothing old comes back."""

import shutil
import subprocess
import threading
import time
import uuid
from urllib.parse import urlsplit

import pytest
from redis import Redis
from redis.exceptions import ConnectionError, RedisError

from academy import cache as ours
from academy.cache import SessionCache, SharedCache
from academy.settings import environment
from participants import outages
from tests.support import places, relay

pytestmark = pytest.mark.postgres  # where Redis is there too


@pytest.fixture
def line():
    there = urlsplit(places.REDIS)
    with relay.to(there.hostname, there.port or 6379) as between:
        yield between


@pytest.fixture
def make(line, monkeypatch):
    """Caches of one process, over a line that can be cut."""
    monkeypatch.setattr(ours, "_owed", {})
    monkeypatch.setattr(outages, "PAUSE", 60)
    address = urlsplit(places.REDIS)
    prefix = f"test-{uuid.uuid4().hex}"
    secret = f":{address.password}@" if address.password else ""
    url = f"redis://{secret}127.0.0.1:{line.port}/9"
    settings = environment.redis_caches(url, prefix)

    def one(kind=SharedCache):
        cache = kind(url, dict(settings["default"]))
        cache._cache.instead.clear()
        return cache

    yield one
    for owed in ours._owed.values():
        owed.outage.ended()  # nor does a thread of it go on
    with Redis.from_url(places.REDIS.rpartition("/")[0] + "/9") as server:
        for key in server.scan_iter(match=f"{prefix}:*"):
            server.delete(key)


def test_while_redis_is_there_it_is_a_cache_like_any_other(make):
    here, there = make(), make()
    here.set("a", "1", 60)
    assert (there.get("a"), here.get("b"), "a" in there) == ("1", None, True)
    assert (here.add("a", "2"), there.add("n", 1, 60), here.incr("n")) == (False, True, 2)
    here.set_many({"c": 3, "d": 4})
    assert there.get_many(["c", "d", "e"]) == {"c": 3, "d": 4}
    there.delete_many(["c", "d"])
    assert (here.get("c"), here.delete("a"), there.get("a")) == (None, True, None)


@pytest.mark.parametrize("gone", ["cut", "hold"])
def test_without_redis_limits_are_counted_in_the_processs_own_memory(make, line, gone):
    cache = make()
    cache.set("tries", 5, 60)
    getattr(line, gone)()
    assert cache.get("tries") is None, "what the memory held is not known"
    assert (cache.add("tries", 1, 60), cache.incr("tries"), cache.get("tries")) == (True, 2, 2)
    assert make_another_thread_see(cache, "tries") == 2
    with pytest.raises(ValueError, match="not found"):
        cache.incr("nothing")


def make_another_thread_see(cache, key):
    """Django gives each thread a cache object of its own."""
    seen = []
    other = type(cache)(cache._servers[0], {"KEY_PREFIX": cache.key_prefix})
    thread = threading.Thread(target=lambda: seen.append(other.get(key)))
    thread.start()
    thread.join()
    return seen[0]


@pytest.mark.parametrize("gone", ["cut", "hold"])
def test_without_redis_a_session_is_a_miss_however_often_it_is_kept(make, line, gone):
    sessions = make(SessionCache)
    getattr(line, gone)()
    sessions.set("s", {"user": 7}, 60)
    assert (sessions.get("s"), "s" in sessions, sessions.delete("s")) == (None, False, False)


@pytest.mark.parametrize("change", ["set", "delete", "delete_many", "touch", "incr", "set_many"])
def test_what_changed_meanwhile_does_not_come_back_with_redis(make, line, change, monkeypatch):
    here, there = make(SessionCache), make(SessionCache)
    here.set("kept", "as it was", 60), here.set("s", 1, 60)
    line.cut()
    asked = {"set": ("s", 2), "set_many": ({"s": 2},), "delete_many": (["s"],)}.get(change, ("s",))
    try:
        getattr(here, change)(*asked)
    except ValueError:
        assert change == "incr"
    monkeypatch.setattr(outages, "PAUSE", 0)
    line.mend()
    assert (here.get("s"), there.get("s")) == (None, None)
    assert there.get("kept") == "as it was"
    here.set("s", 3, 60)
    assert there.get("s") == 3, "after the outage it is a cache again"


def test_what_one_process_owes_is_settled_though_nobody_asks_it(make, line, monkeypatch):
    monkeypatch.setattr(outages, "PAUSE", 0.1)
    here = make(SessionCache)
    monkeypatch.setattr(ours, "_owed", {})
    there = make(SessionCache)  # of another process, which notices nothing
    here.set("s", {"user": 7}, 60)
    line.cut()
    here.delete("s")
    line.mend()
    places.wait_for(lambda: there.get("s") is None, within=10)


def test_after_an_outage_with_very_many_changes_all_of_ours_is_forgotten(make, line, monkeypatch):
    monkeypatch.setattr(ours, "MOST", 10)
    cache, stranger = make(), make()
    stranger.key_prefix = f"{stranger.key_prefix}-other"
    stranger.set("theirs", 1, 60), cache.set("untouched", 1, 60)
    line.cut()
    for number in range(20):
        cache.delete(f"k{number}")
    monkeypatch.setattr(outages, "PAUSE", 0)
    line.mend()
    assert cache.get("untouched") is None
    assert stranger.get("theirs") == 1
    stranger.delete("theirs")


def test_a_silent_redis_is_asked_by_one_now_and_then_and_others_do_not_wait(make, line, caplog):
    cache = make()
    cache.get("warm")
    line.hold()
    started = time.monotonic()
    cache.get("first")
    first, started = time.monotonic() - started, time.monotonic()
    for _ in range(100):
        cache.get("next")
    assert first < 4
    assert time.monotonic() - started < 0.5
    assert [record.getMessage() for record in caplog.records] == [
        "Redis (cache) is away: TimeoutError"
    ]


def test_an_outage_tells_its_end_too(make, line, caplog, monkeypatch):
    caplog.set_level("WARNING")
    cache = make()
    line.cut()
    cache.get("a"), cache.get("a")
    monkeypatch.setattr(outages, "PAUSE", 0)
    line.mend()
    cache.get("a"), cache.get("a")
    told = [record.getMessage() for record in caplog.records]
    assert [words.split(":")[0] for words in told] == [
        "Redis (cache) is away",
        "Redis (cache) is back",
    ]


@pytest.fixture
def full(tmp_path):
    """The address of a Redis without room."""
    if not (program := shutil.which("redis-server")):
        pytest.skip("redis-server is not installed")
    port = places.free_port()
    settings = {"port": port, "save": "", "maxmemory": 1, "maxmemory-policy": "noeviction"}
    given = [words for name, value in settings.items() for words in (f"--{name}", str(value))]
    server = subprocess.Popen([program, *given], cwd=tmp_path, stdout=subprocess.DEVNULL)
    with Redis(port=port) as line:
        places.wait_for(lambda: reaches(line))
    yield f"redis://127.0.0.1:{port}/0"
    server.kill()
    server.wait()


def reaches(line):
    try:
        return line.ping()
    except ConnectionError:
        return False


def test_a_redis_that_takes_nothing_more_is_not_well(full, monkeypatch):
    monkeypatch.setattr(ours, "_owed", {})
    monkeypatch.setattr(outages, "PAUSE", 60)
    cache = SharedCache(full, dict(environment.redis_caches(full, "test")["default"]))
    cache.set("a", 1, 60)
    assert cache.get("a") == 1, "the process's own memory answers"
    with pytest.raises(RedisError):
        cache.probe()
    cache._cache.owed.outage.ended()
