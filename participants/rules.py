"""Decisions about people and organisations that need no database."""

import unicodedata

LONGEST_NAME = 200


def normalised_name(name: str) -> str:
    """The name without case, accents and punctuation: two ways to write it come out equal.

    Letters of every alphabet stay, so a Greek or a Bulgarian town is not lost.
    """
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(
        " " if not (char.isalnum() or unicodedata.combining(char)) else char
        for char in decomposed
        if not unicodedata.combining(char)
    )
    return " ".join(letters.split())[:LONGEST_NAME]


def is_changed(before: bool | None, after: bool) -> bool:
    """Whether an answer to a question of consent is news. Never having said yes is no news."""
    return bool(before) != after
