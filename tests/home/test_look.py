"""The tags that draw and write on every page."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils import translation

from home.templatetags import look


def render(text: str, **context) -> str:
    return Template("{% load look %}" + text).render(Context(context))


def test_drawings_are_hidden_from_screen_readers():
    for drawn in (look.icon("check"), look.cover("x", "health"), look.progress_ring(40)):
        assert 'aria-hidden="true"' in drawn
        assert "style=" not in drawn


def test_a_cover_cannot_be_broken_by_its_seed():
    assert "<script" not in render("{% cover seed topic %}", seed="<script>", topic='"><script>')


@pytest.mark.parametrize(
    ("percent", "drawn"), [(-5, "0 100"), (0, "0 100"), (36, "36 100"), (140, "100 100")]
)
def test_the_ring_stays_between_nothing_and_all(percent, drawn):
    assert f'stroke-dasharray="{drawn}"' in look.progress_ring(percent)


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, ""), (0, ""), (9, "9 min"), (60, "1 h"), (118, "1 h 58 min")],
)
def test_minutes_are_written_as_people_say_them(value, words):
    with translation.override("en"):
        assert look.minutes(value) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "3 November 2026"),
        ("de", "3. November 2026"),
        ("fr", "3 novembre 2026"),
        ("el", "3 Νοεμβρίου 2026"),
    ],
)
def test_the_month_of_a_date_is_spelled_out(language, words):
    with translation.override(language):
        assert look.long_date(date(2026, 11, 3)) == words


def test_a_moment_is_dated_by_the_clock_of_the_academy():
    with translation.override("en"):
        assert look.long_date(datetime(2026, 11, 3, 23, 30, tzinfo=UTC)) == "4 November 2026"


def test_no_date_is_no_words():
    assert look.long_date(None) == ""


@pytest.mark.parametrize(
    ("code", "around", "attribute"),
    [("fr", "en", ' lang="fr"'), ("en", "en", ""), ("", "en", ""), (None, "en", "")],
)
def test_other_languages_are_marked_and_only_those(code, around, attribute):
    assert look.lang_attr(code, around) == attribute
