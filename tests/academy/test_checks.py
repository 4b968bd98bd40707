"""Our own linter finds what it is for, and lets good templates pass."""

import pytest

from tools import checks


@pytest.fixture
def base(tmp_path):
    for folder in ("templates/account/email", "requirements", checks.ASSETS / "css", "courses"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(
    ("template", "what"),
    [
        ("<p>\n<style>p{}</style>", "a style element"),
        ('<p>\n<i class="{{ a }}" style="color: red">', "a style attribute"),
        ("<p>\n<a href='x' onclick='go()'>", "an event attribute"),
        ("<p>\n<script>go()</script>", "a script inside the page"),
        ('<p>\n<a href="javascript:go()">', "an address that is script"),
    ],
)
def test_inline_code_is_found_where_it_stands(base, template, what):
    (base / "templates/page.html").write_text(template)
    assert checks.faults(base) == [f"templates/page.html:2: {what}"]


def test_words_about_style_comments_data_and_mails_pass(base):
    (base / "templates/page.html").write_text(
        '{# <p style="x"> #}{% if a < b %}style = "x"{% endif %}<script src="a.js"></script>'
        '{% comment %}<b onclick="x">{% endcomment %}<p data-style="x">'
        '<script type="application/json">{}</script>'
    )
    (base / "templates/account/email/code.html").write_text('<p style="color: red">')
    assert checks.faults(base) == []


def test_heavy_styles_locks_with_hosts_and_empty_rooms_are_found(base):
    (base / checks.ASSETS / "css/big.css").write_text("x" * 41 * 1024)
    (base / "requirements/run.txt").write_text("--index-url https://example.org\na==1\n")
    (base / "courses/apps.py").write_text("x = 1")
    (base / "courses/rules.py").write_text("\n")
    assert checks.faults(base) == [
        "academy/static/academy: 41984 bytes of css, and the budget is 40960",
        "requirements/run.txt:1: names where packages come from",
        "courses/rules.py: is empty",
    ]
