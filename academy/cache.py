"""Redis as a cache that pages can do without.

While it is away, sessions come from the database and counts of tries stay in each process's own
memory. What a process could not write meanwhile it takes out before it reads anything again, and
within `PAUSE` of Redis being back, for the sake of those who noticed nothing: a session that ended
in an outage does not come back with Redis."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from participants import outages
from participants.outages import Outage

# More keys than this are not remembered one by one: then all of ours are taken out.
MOST = 50_000


class Owed:
    """The keys whose value in Redis may be old. Shared by all threads of a process."""

    def __init__(self) -> None:
        self.outage = Outage("Redis (cache)")
        self._lock = threading.Lock()
        self._keys: set[str] | None = set()  # None: all of them
        self._companion: threading.Thread | None = None

    def asks(self, changes: Iterable[str]) -> bool:
        """Whether Redis may be asked now; if not, what would have changed is remembered."""
        with self._lock:
            if self.outage.may_ask():
                return True
            self._add(changes)
            return False

    def failed(self, error: RedisError | OSError, changes: Iterable[str]) -> bool:
        with self._lock:
            self._add(changes)
            return self.outage.failed(error)

    def accompany(self, settle: Callable[[], None]) -> None:
        """One thread beside those of requests, and no second one when outages follow closely."""
        with self._lock:
            if self._companion is None or not self._companion.is_alive():
                self._companion = threading.Thread(target=settle, daemon=True)
                self._companion.start()

    def settle(self, client: RedisCacheClient, pattern: str) -> None:
        """Takes what is owed out of Redis, and ends the outage. Raises while Redis is away."""
        while self.outage.lasts:
            with self._lock:
                keys = None if self._keys is None else set(self._keys)
            line = client.get_client(write=True)
            if keys is None:
                for key in line.scan_iter(match=pattern, count=1000):
                    line.unlink(key)
            elif keys:
                line.unlink(*keys)
            else:
                line.ping()
            with self._lock:
                if self._keys == keys:
                    self._keys = set()
                    self.outage.ended()

    def _add(self, keys: Iterable[str]) -> None:
        if self._keys is not None:
            self._keys.update(keys)
            if len(self._keys) > MOST:
                self._keys = None


_owed: dict[str, Owed] = {}


def _nothing(*args: object) -> Iterable[str]:
    return ()


def _one(key: str, *args: object) -> Iterable[str]:
    return (key,)


def _each(keys: Iterable[str], *args: object) -> Iterable[str]:
    return tuple(keys)


def _patient(name: str, changes: Callable[..., Iterable[str]]) -> Callable[..., Any]:
    ask = getattr(RedisCacheClient, name)

    def method(self: "Client", *args: Any) -> Any:
        instead = getattr(self.instead, name)
        if not self.owed.asks(changes(*args)):
            return instead(*args)
        try:
            if self.owed.outage.lasts:
                self.owed.settle(self, self.pattern)
            return ask(self, *args)
        except (RedisError, OSError) as error:
            if self.owed.failed(error, changes(*args)):
                self.instead.clear()
                self.owed.accompany(self._settle_unasked)
            return instead(*args)

    return method


class Client(RedisCacheClient):
    """`instead` answers while Redis is away; `pattern` covers all keys of this site."""

    def __init__(self, servers: list[str], *, instead: BaseCache, pattern: str, **options: Any):
        # Once more, for a connection that Redis closed; a server that is away is not waited for.
        super().__init__(servers, retry=Retry(NoBackoff(), 1), **options)
        self.instead, self.pattern = instead, pattern
        self.owed = _owed.setdefault(servers[0], Owed())

    def _settle_unasked(self) -> None:
        """Nobody may ask this process for long, while others read what it owes."""
        while self.owed.outage.lasts:
            time.sleep(outages.PAUSE)
            if self.owed.asks(()):
                try:
                    self.owed.settle(self, self.pattern)
                except (RedisError, OSError) as error:
                    self.owed.failed(error, ())

    get = _patient("get", _nothing)
    get_many = _patient("get_many", _nothing)
    has_key = _patient("has_key", _nothing)
    add = _patient("add", _one)
    set = _patient("set", _one)
    touch = _patient("touch", _one)
    delete = _patient("delete", _one)
    incr = _patient("incr", _one)
    set_many = _patient("set_many", _each)
    delete_many = _patient("delete_many", _each)


class SharedCache(RedisCache):
    """While Redis is away each process has a memory of its own, which begins empty: limits hold,
    if only per process."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = Client
        self._options = {
            **self._options,
            "instead": self._instead(),
            "pattern": f"{self.key_prefix}:*",
        }

    def _instead(self) -> BaseCache:
        return LocMemCache(type(self).__name__, {"OPTIONS": {"MAX_ENTRIES": 20_000}})

    def probe(self) -> None:
        """Raises while Redis is away, or takes nothing more."""
        key = self.make_and_validate_key("probe")
        self._cache.get_client(write=True).set(key, "", ex=10)


class SessionCache(SharedCache):
    """While Redis is away everything is a miss: sessions that each process remembers for itself
    would outlive a log-out at another one."""

    def _instead(self) -> BaseCache:
        return DummyCache("", {})
