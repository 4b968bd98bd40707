"""The lines of an outline, which thousands of readers share."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def lesson_lines(lessons: Iterable[Any], marked: object = None, here: object = None) -> SafeString:
    """Each lesson's line, drawn at most once for each state, language and kind of list."""
    language, marked, here = get_language(), bool(marked), bool(here)
    lines = []
    for lesson in lessons:
        key = (lesson.state, language, marked, here)
        if key not in lesson.drawn:
            lesson.drawn[key] = _line(lesson, language, marked, here)
        lines.append(lesson.drawn[key])
    return mark_safe("".join(lines))  # noqa: S308, templates made each of them


def _line(lesson: Any, language: str | None, marked: bool, here: bool) -> str:
    context = {"lesson": lesson, "language": language, "marked": marked, "here": here}
    return get_template("components/lesson_line.html").render(context)
