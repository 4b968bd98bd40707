"""Who puts dates into people's schedules, and where these lead.

Every app above registers its sources in `ready()`. A date keeps what its address is made of, never
the address: that depends on the reader's language and on where a page stands now.
"""

from collections.abc import Callable, Mapping
from typing import Any

Path = Callable[[Mapping[str, Any]], str | None]
_sources: dict[str, Path] = {}


def register(name: str, path: Path) -> None:
    """`path(target)` is called with the reader's language active, and is None where there is no
    page (any more)."""
    _sources[name] = path


def path(name: str, target: Mapping[str, Any]) -> str | None:
    """The address of a date; None for a source that is not installed any more."""
    return _sources[name](target) if name in _sources else None


def check(name: str) -> None:
    if name not in _sources:
        raise LookupError(f"{name} is not registered as a source of dates.")
