"""Catalogues of translated texts, made in Python: no gettext programs are needed."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages import pofile
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from django.utils.translation.template import templatize

ALWAYS = datetime(2026, 1, 1, tzinfo=UTC)
BASE = Path(__file__).resolve().parents[1]
LOCALE = BASE / "locale"
LANGUAGES = ("fr", "de", "el")
APPS = tuple(sorted(path.parent.name for path in BASE.glob("*/apps.py")))
KEYWORDS = {
    **dict.fromkeys(("_", "_t", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%[sd]")


def catalogue(language: str, locale: Path = LOCALE) -> Path:
    return locale / language / "LC_MESSAGES" / "django.po"


def compile_catalogues(locale: Path = LOCALE) -> list[Path]:
    """Writes each catalogue that is older than its source, aside and renamed: a running server
    never reads half of one."""
    written = []
    for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        draft = target.with_suffix(".mo.new")
        with source.open("rb") as readable, draft.open("wb") as writable:
            write_mo(writable, pofile.read_po(readable))
        draft.replace(target)
        written.append(target)
    return written


def sources(base: Path = BASE) -> Iterator[Path]:
    for app in APPS:
        for path in sorted((base / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path
    yield from sorted((base / "templates").rglob("*.html"))
    yield from sorted((base / "templates").rglob("*.txt"))


def extracted(base: Path = BASE) -> Catalog:
    """Every text that the code and the templates ask to be translated."""
    catalog = Catalog(charset="utf-8")
    for path in sources(base):
        for message, comments, context in _messages(path):
            name = str(path.relative_to(base))
            catalog.add(message, locations=[(name, 0)], auto_comments=comments, context=context)
    return catalog


def _messages(path: Path) -> Iterator[tuple]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from _python_messages(text)
        return
    # Each call that `templatize` writes stands on one line; what is around it is no Python.
    for line in templatize(text, origin=str(path)).splitlines():
        yield from _python_messages(line.strip())


def _python_messages(text: str) -> Iterator[tuple]:
    source = BytesIO(text.encode())
    for _line, message, comments, context in extract(
        "python", source, keywords=KEYWORDS, comment_tags=("Translators",)
    ):
        yield message, comments, context


def merge(language: str, template: Catalog, locale: Path = LOCALE) -> Path:
    """Brings new texts into a catalogue and takes out those that nobody asks for any more.
    A translation is never guessed from a similar text."""
    path = catalogue(language, locale)
    catalog = _read(path, language)
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    # Dates and names would differ with every run: the history of the file tells them.
    catalog.creation_date = catalog.revision_date = ALWAYS
    catalog.header_comment, catalog.fuzzy = f"# Urban Academy in {language}.", False
    catalog.last_translator = catalog.language_team = "Urban Academy"
    catalog.msgid_bugs_address = "Urban Academy"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as writable:
        pofile.write_po(writable, catalog, sort_output=True, include_lineno=False, width=100)
    return path


def _read(path: Path, language: str) -> Catalog:
    if not path.exists():
        return Catalog(locale=language, project="Urban Academy", charset="utf-8")
    with path.open("rb") as readable:
        return pofile.read_po(readable, locale=language)


def faults(language: str, template: Catalog, locale: Path = LOCALE) -> list[str]:
    """What keeps a language from being complete, one line a text."""
    catalog = _read(catalogue(language, locale), language)
    found = []
    for message in template:
        if not message.id:
            continue
        translated = catalog.get(message.id, message.context)
        text = message.id if isinstance(message.id, str) else message.id[0]
        if translated is None or translated.fuzzy or not _complete(translated):
            found.append(f"{language}: not translated: {text!r} ({message.locations[0][0]})")
        elif not _same_placeholders(translated):
            found.append(f"{language}: placeholders differ: {text!r}")
    return found


def _complete(message: Message) -> bool:
    return bool(message.string) and (isinstance(message.string, str) or all(message.string))


def _same_placeholders(message: Message) -> bool:
    """A plural may leave out the number, as in "one lesson"; it never adds a placeholder."""
    if isinstance(message.id, str):
        return sorted(PLACEHOLDER.findall(message.id)) == sorted(
            PLACEHOLDER.findall(str(message.string))
        )
    allowed = {name for form in message.id for name in PLACEHOLDER.findall(form)}
    return all(set(PLACEHOLDER.findall(form)) <= allowed for form in message.string)
