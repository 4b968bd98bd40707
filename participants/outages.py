"""A service that is away is not asked by everybody: one try now and then, and all others go on
without it. Per process: each web or worker process finds out for itself."""

import logging
import threading
import time

logger = logging.getLogger(__name__)

PAUSE = 5.0  # seconds between two tries


class Outage:
    """Whether a service is away. `name` is for the log, and holds no secret."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = threading.Lock()
        self._last_try: float | None = None  # on the monotonic clock; None while all is well

    @property
    def lasts(self) -> bool:
        return self._last_try is not None

    def may_ask(self) -> bool:
        """Yes while all is well. In an outage yes for one caller each `PAUSE`."""
        with self._lock:
            if self._last_try is None:
                return True
            if time.monotonic() < self._last_try + PAUSE:
                return False
            self._last_try = time.monotonic()
            return True

    def failed(self, error: BaseException) -> bool:
        """Yes when the outage begins with this. The error's own words stay out of the log."""
        with self._lock:
            begins = self._last_try is None
            self._last_try = time.monotonic()
        if begins:
            logger.error("%s is away: %s", self.name, type(error).__name__)
        return begins

    def ended(self) -> None:
        with self._lock:
            lasted, self._last_try = self._last_try is not None, None
        if lasted:
            logger.warning("%s is back", self.name)
