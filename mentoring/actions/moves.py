"""The one way in which a state changes."""

from collections.abc import Mapping
from typing import Any

from participants.refusals import Refused


def move(row: Any, to: str, moves: Mapping[str, set[str]]) -> None:
    """Sets the state; the caller locked the row and saves it. Refuses what the table forbids."""
    if to not in moves[row.state]:
        raise Refused(f"{row.state}-to-{to}")
    row.state = to
