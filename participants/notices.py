"""The kinds of notice: what each says, in whose hands it can be turned off, and where it leads.

Every app registers its kinds in `ready()`. A notice is kept as kind and facts, and put into words
when it is shown or sent, so it reads in the language of the person who reads it.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from participants.states import NoticeTopic

logger = logging.getLogger(__name__)

Text = str | Promise
Facts = Mapping[str, Any]
LONGEST_SUBJECT = 200


@dataclass(frozen=True)
class Kind:
    name: str
    topic: NoticeTopic
    subject: Text
    text: Text
    action: Text
    url: Callable[[Facts], str]
    mail: bool


@dataclass(frozen=True)
class Words:
    """A notice as it is read. `url` is a path; the two in HTML mark what another language says."""

    subject: str
    text: str
    action: str
    url: str
    subject_html: SafeString
    text_html: SafeString


_kinds: dict[str, Kind] = {}


def register(
    name: str,
    *,
    topic: NoticeTopic,
    subject: Text,
    text: Text,
    action: Text,
    url: Callable[[Facts], str],
    mail: bool = True,
) -> None:
    """Registers a kind ("courses.certificate"). `subject` and `text` are translated lazily and
    name facts as `%(course)s`; `url` gives the path of the one link, and is called with the
    reader's language active. Without `mail` it is told on the site alone."""
    _kinds[name] = Kind(name, NoticeTopic(topic), subject, text, action, url, mail)


def kind(name: str) -> Kind:
    """A name that nobody registered is a mistake of the program: KeyError."""
    return _kinds[name]


def knows(name: str) -> bool:
    return name in _kinds


def topics() -> list[NoticeTopic]:
    """Those that some mail is about and a person can turn off, in their order."""
    known = {one.topic for one in _kinds.values() if one.mail}
    return [topic for topic in NoticeTopic if topic in known and topic != NoticeTopic.ACCOUNT]


def words(name: str, facts: Facts, language: str) -> Words:
    """The notice in a language. Facts that are known in several are taken in this one, else in
    the source's, else in any."""
    known = kind(name)
    taken = {key: _in_language(value, language) for key, value in facts.items()}
    plain = {key: value for key, (value, _language) in taken.items()}
    marked = {key: _marked(value, other, language) for key, (value, other) in taken.items()}
    with translation.override(language):
        subject, text = str(known.subject), str(known.text)
        return Words(
            subject=_line(subject % plain),
            text=text % plain,
            action=str(known.action),
            url=known.url(plain),
            subject_html=_html(subject, marked),
            text_html=_html(text, marked),
        )


def readable(notice: Any, language: str) -> Words | None:
    """The words of a row. None, and a line in the log, where they cannot be made: one row must not
    keep the others from being read."""
    try:
        return words(notice.kind, notice.facts, language)
    except Exception as error:
        logger.error("Notice %s cannot be put into words: %s", notice.pk, type(error).__name__)
        return None


def in_every_language(words: Callable[[], str]) -> dict[str, str]:
    """A fact that reads differently in each language, such as a day."""
    found = {}
    for code in dict(settings.LANGUAGES):
        with translation.override(code):
            found[code] = words()
    return found


def _in_language(value: Any, language: str) -> tuple[Any, str]:
    if not isinstance(value, Mapping):
        return value, language
    for code in (language, settings.LANGUAGE_CODE, *value):
        if value.get(code):
            return value[code], code
    return "", language


def _marked(value: Any, value_language: str, language: str) -> SafeString:
    if value_language == language:
        return escape(value)
    return format_html('<span lang="{}">{}</span>', value_language, value)


def _html(text: str, facts: Mapping[str, SafeString]) -> SafeString:
    """Both halves are escaped before they meet."""
    return mark_safe(escape(text) % facts)  # noqa: S308


def _line(subject: str) -> str:
    """A subject is one line, and no longer than mail programs show."""
    return " ".join(subject.splitlines()).strip()[:LONGEST_SUBJECT]
