"""Countries by ISO 3166 code, named in the language of the interface."""

from functools import lru_cache

from babel import Locale
from django.utils.translation import get_language
from django.utils.translation import gettext as _

EU = [
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES"),
    *("FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU"),
    *("LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
]
NEIGHBOURS = [
    *("AL", "BA", "CH", "GB", "GE", "IS", "LI", "MD"),
    *("ME", "MK", "NO", "RS", "TR", "UA", "XK"),
]
ELSEWHERE = "ZZ"
CODES = frozenset([*EU, *NEIGHBOURS, ELSEWHERE])

# NUTS and Eurostat write two codes in their own way.
ISO_OF_NUTS = {"EL": "GR", "UK": "GB"}


def iso(nuts_country: str) -> str:
    """The ISO code of a country as NUTS writes it: EL is GR."""
    return ISO_OF_NUTS.get(nuts_country, nuts_country)


def country_name(code: str) -> str:
    """The name in the present language; the code itself where there is none."""
    if code == ELSEWHERE:
        return _("Another country")
    return _territories(get_language() or "en").get(code, code)


def country_choices() -> list:
    """Choices in groups, each in the alphabetical order of the present language."""
    return [
        (_("European Union"), _named(EU)),
        (_("Other countries in Europe"), _named(NEIGHBOURS)),
        (_("Elsewhere"), [(ELSEWHERE, country_name(ELSEWHERE))]),
    ]


def _named(codes: list[str]) -> list[tuple[str, str]]:
    return sorted(((code, country_name(code)) for code in codes), key=lambda pair: pair[1])


@lru_cache(maxsize=8)
def _territories(language: str) -> dict[str, str]:
    territories = Locale.parse(language.replace("-", "_")).territories
    return {code: territories[code] for code in CODES if code in territories}
