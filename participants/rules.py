"""Decisions about people and organisations that need no database."""

import unicodedata

LONGEST_NAME = 200

# What browsers and systems call themselves. The first that is found wins: most browsers also name
# the ones they want to be taken for.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Vivaldi": "Vivaldi",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "CrOS": "ChromeOS",
    "Macintosh": "macOS",
    "Linux": "Linux",
}


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


def described(user_agent: str) -> tuple[str, str]:
    """The browser and the system that a request comes from, by the names people know. Nothing more
    is kept: a version would only help to tell people apart. What is unknown stays empty."""
    return _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)


def _first(names: dict[str, str], text: str) -> str:
    return next((name for mark, name in names.items() if mark in text), "")


def is_changed(before: bool | None, after: bool) -> bool:
    """Whether an answer to a question of consent is news. Never having said yes is no news."""
    return bool(before) != after
