"""What lost messages left undone is done here, each minute.

A broker that lives inside the site loses the message of a worker that is killed. So every promise
of `jobs.later` needs a sweep: a function that finds, in the database, the rows whose promise is
due and still open, and does the work. It returns how many it did.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from django.utils import timezone

logger = logging.getLogger(__name__)

Sweep = Callable[[], int | None]
_sweeps: dict[str, Sweep] = {}


def register(name: str, sweep: Sweep) -> None:
    """Call it in an app's `ready()`. The same name again replaces the sweep."""
    _sweeps[name] = sweep


def one_by_one(what: str, keys: Iterable[int], act: Callable[[int], int]) -> int:
    """How much was done in all. One that fails is logged as `what` with its key, without the
    error's own words, and keeps no other from its turn."""
    done = 0
    for key in list(keys):
        try:
            done += act(key)
        except Exception as error:
            logger.error("%s %s failed: %s", what, key, type(error).__name__)
    return done


def run() -> dict[str, int]:
    """Runs every sweep; one that fails is logged and does not keep the others from running."""
    done = {}
    for name, sweep in sorted(_sweeps.items()):
        try:
            done[name] = sweep() or 0
        except Exception as error:
            logger.error("Sweep %s failed: %s", name, type(error).__name__)
    _note_end()
    return done


def last_run() -> datetime | None:
    """When the last one ended, in whichever worker."""
    from participants.models import SweepRun

    return SweepRun.objects.values_list("ended_at", flat=True).first()


def _note_end() -> None:
    from participants.models import SweepRun

    SweepRun.objects.update_or_create(pk=1, defaults={"ended_at": timezone.now()})
