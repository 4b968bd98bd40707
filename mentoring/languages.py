"""Working languages that people can name: those of the European Union, its neighbours, and those
that many newcomers speak. Named in the language of the interface."""

from functools import lru_cache

from babel import Locale
from django.utils.translation import get_language

OFFICIAL = ("bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it")
OFFICIAL += ("lt", "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv")
OTHER = ("ar", "bs", "ca", "eu", "fa", "gl", "is", "ka", "lb", "mk", "no", "ru", "sq", "sr")
OTHER += ("ti", "tr", "uk", "ur")
CODES = frozenset((*OFFICIAL, *OTHER))


def language_name(code: str) -> str:
    return _names(get_language() or "en").get(code, code)


def language_choices() -> list[tuple[str, str]]:
    """In the alphabetical order of the present language."""
    return sorted(((code, language_name(code)) for code in CODES), key=lambda pair: pair[1].lower())


@lru_cache(maxsize=8)
def _names(interface: str) -> dict[str, str]:
    names = Locale.parse(interface.replace("-", "_")).languages
    return {code: names[code] for code in CODES if code in names}
