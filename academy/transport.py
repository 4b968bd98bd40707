"""A message broker that needs no server: one file a message, in one folder.

A message is written under another name and renamed into place, and claimed by another rename, so
nobody reads half a message and no two workers take the same one. There are no locks to go stale.
A worker killed with messages in hand loses them: the sweeps of the apps do what was lost.
"""

import logging
import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import virtual
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)

# A claim lasts for milliseconds; one older than this belongs to a process that is gone.
ABANDONED_AFTER_SECONDS = 60


class Channel(virtual.Channel):
    """`waiting` holds messages, `claimed` those being read, `broken` those that nobody can read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        root = Path(self.connection.client.transport_options["folder"])
        self.waiting, self.claimed, self.broken = (
            root / name for name in ("waiting", "claimed", "broken")
        )
        for folder in (self.waiting, self.claimed, self.broken):
            folder.mkdir(parents=True, exist_ok=True)
        self._put_back_abandoned()

    def _put(self, queue: str, message: dict, **kwargs: Any) -> None:
        name = f"{time.time_ns():020}-{uuid.uuid4().hex}.{queue}"
        draft = self.waiting / f".{name}"
        try:
            draft.write_text(dumps(message), encoding="utf-8")
            draft.rename(self.waiting / name)
        except OSError:
            draft.unlink(missing_ok=True)
            raise

    def _get(self, queue: str, timeout: float | None = None) -> dict:
        for name in self._names(queue):
            message = self._claim(name)
            if message is not None:
                return message
        raise Empty

    def _claim(self, name: str) -> dict | None:
        """The message, or nothing when another worker was quicker or no one can read it."""
        claim = self.claimed / name
        try:
            (self.waiting / name).rename(claim)
        except FileNotFoundError:
            return None
        try:
            message = loads(claim.read_text(encoding="utf-8"))
            message["body"], message["headers"]["task"], message["properties"]["delivery_tag"]
        except (ValueError, LookupError, TypeError) as error:
            logger.error("Message %s cannot be read and was set aside: %s", name, error)
            claim.rename(self.broken / name)
            return None
        claim.unlink()
        return message

    def _names(self, queue: str) -> list[str]:
        """Waiting messages, oldest first."""
        with os.scandir(self.waiting) as entries:
            names = [entry.name.partition(".") for entry in entries]
        # A draft begins with a dot: nothing stands before it.
        return sorted("".join(parts) for parts in names if parts[0] and parts[2] == queue)

    def _put_back_abandoned(self) -> None:
        limit = time.time() - ABANDONED_AFTER_SECONDS
        for claim in self.claimed.iterdir():
            try:
                if claim.stat().st_ctime < limit:
                    claim.rename(self.waiting / claim.name)
            except FileNotFoundError:
                continue

    def _size(self, queue: str) -> int:
        return len(self._names(queue))

    def _purge(self, queue: str) -> int:
        names = self._names(queue)
        for name in names:
            (self.waiting / name).unlink(missing_ok=True)
        return len(names)


class Transport(virtual.Transport):
    Channel = Channel
    driver_type = driver_name = "folder"
    default_port = 0
    polling_interval = 0.05
    # Every connection of a process knows the same queues.
    global_state = virtual.BrokerState()

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        self.state = self.global_state

    def driver_version(self) -> str:
        return "1"
