"""Decisions about what a document shows of a name."""

import re
import unicodedata

from participants.rules import BLANK_LETTERS, JOINERS

# Stands for whatever cannot be drawn.
MISSING = "□"
LONG_WORD = re.compile(r"\S{30,}")
ZERO_WIDTH_JOINER = "\u200d"
SILENT_MARK = unicodedata.combining("\u094d")
# Letters that stand behind another one as marks do: two vowels, and those of Korean syllables.
CLINGING = re.compile("[\u0e33\u0eb3\u1160-\u11ff\U0001f3fb-\U0001f3ff]")
FLAG_LETTER = re.compile("[\U0001f1e6-\U0001f1ff]")


def seen(name: str) -> str:
    """The name without what is never drawn, and a box where nothing is left: no document can be
    made in no name, and nobody goes without theirs."""
    kept = "".join(_kept(char) for char in name)
    text = " ".join(kept.split())
    return text if any(map(_is_drawn, text)) else MISSING


def _kept(char: str) -> str:
    if char.isprintable() or char in JOINERS:
        return char
    return " " if char.isspace() else ""


def _is_drawn(char: str) -> bool:
    return unicodedata.category(char)[0] not in "MZC" and char not in (*BLANK_LETTERS, "\u2800")


def breakable(name: str) -> str:
    """A word that is longer than a line may be broken where it must, never within what readers
    take for one character."""
    return LONG_WORD.sub(lambda found: "\u200b".join(clusters(found[0])), name)


def clusters(text: str) -> list[str]:
    """What readers take for one character each: a letter with its marks, and letters that are
    joined into one sign. A good share of Unicode's rules, without its tables."""
    found: list[str] = []
    for char in text:
        if found and _clings(char, found[-1]):
            found[-1] += char
        else:
            found.append(char)
    return found


def _clings(char: str, before: str) -> bool:
    last = before[-1]
    if unicodedata.category(char)[0] == "M" or char in JOINERS or CLINGING.match(char):
        return True
    if FLAG_LETTER.match(char) and FLAG_LETTER.fullmatch(before):
        return True
    return last == ZERO_WIDTH_JOINER or unicodedata.combining(last) == SILENT_MARK
