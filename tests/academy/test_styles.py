"""The promises of the style sheets, scripts and templates: small, tokens only, nothing inline."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from home import rules

STATIC = settings.BASE_DIR / "academy/static/academy"
SHEETS = sorted(STATIC.glob("css/**/*.css"))
SCRIPTS = sorted(STATIC.glob("js/*.js"))
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
COMPONENTS = sorted((settings.BASE_DIR / "templates/components").glob("*.html"))

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Queries cannot read custom properties, so their widths stay as they are.
QUERY = re.compile(r"@(?:media|container|supports)[^{]*")
RAW = re.compile(
    r"#[0-9a-f]{3,8}\b(?=[^{]*[;}])|\b(?:rgb|hsl|oklch)\(|(?<![\w-])\d*\.?\d+(?:px|rem|pt)\b"
)


def name(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))


def size(paths: list[Path]) -> int:
    return sum(path.stat().st_size for path in paths)


def test_all_style_sheets_together_stay_below_40_kilobytes():
    assert SHEETS
    assert size(SHEETS) <= 40 * 1024


def test_all_scripts_together_stay_below_20_kilobytes():
    assert SCRIPTS
    assert size(SCRIPTS) <= 20 * 1024


@pytest.mark.parametrize("sheet", SHEETS, ids=name)
def test_colours_and_sizes_stand_only_among_the_tokens(sheet):
    if sheet.name == "tokens.css":
        return
    rules = QUERY.sub("", COMMENT.sub("", sheet.read_text()))

    assert RAW.findall(rules) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=name)
def test_every_rule_stands_in_a_layer(sheet):
    rules = COMMENT.sub("", sheet.read_text())
    depth, outside = 0, ""
    for character in rules:
        depth -= character == "}"
        outside += character if depth == 0 else ""
        depth += character == "{"

    heads = [head.strip() for head in re.split(r"[{};]", outside) if head.strip()]
    assert [head for head in heads if not head.startswith("@layer")] == []


@pytest.mark.parametrize("sheet", SHEETS, ids=name)
def test_every_token_that_is_used_exists(sheet):
    tokens = set(re.findall(r"(--[\w-]+)\s*:", "".join(s.read_text() for s in SHEETS)))

    assert set(re.findall(r"var\((--[\w-]+)", sheet.read_text())) - tokens == set()


def _colours() -> dict[str, tuple[str, str]]:
    """Each colour among the tokens, for light and for dark."""
    pairs = re.findall(
        r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)",
        (STATIC / "css/tokens.css").read_text(),
    )
    return {token: (light, dark) for token, light, dark in pairs}


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "grounds", "least"),
    [
        ("ink", "paper paper-tint paper-raised brand-tint accent-tint good-tint warn-tint", 7),
        ("ink-soft", "paper paper-tint paper-raised brand-tint", 4.5),
        ("brand", "paper paper-tint paper-raised brand-tint", 4.5),
        ("brand-strong", "paper paper-tint paper-raised brand-tint", 4.5),
        ("on-brand", "brand brand-strong", 4.5),
        ("accent", "paper paper-tint paper-raised accent-tint brand-tint", 4.5),
        ("good", "paper paper-raised good-tint", 4.5),
        ("warn", "paper warn-tint", 4.5),
        ("bad", "paper paper-raised bad-tint", 4.5),
        ("line-strong", "paper paper-tint paper-raised", 3),
        ("focus", "paper paper-tint paper-raised brand-tint", 3),
    ],
)
def test_words_and_controls_stand_out_from_their_ground(front, grounds, least, mode):
    colours = _colours()
    weakest = min(rules.contrast(colours[front][mode], colours[g][mode]) for g in grounds.split())

    assert weakest >= least


def test_a_colour_of_a_site_is_tested_on_the_papers_of_the_tokens():
    papers = [_colours()[token] for token in ("paper", "paper-tint")]

    assert [tuple(mode) for mode in zip(*papers, strict=True)] == [
        rules.PAPER_LIGHT,
        rules.PAPER_DARK,
    ]


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_nothing_is_inline(template):
    text = re.sub(r"{%\s*comment\s*%}.*?{%\s*endcomment\s*%}", "", template.read_text(), flags=re.S)
    if "/email/" in name(template):
        return
    found = re.findall(
        r"<style|\sstyle=|\son[a-z]+=\"|javascript:|<script(?![^>]*(?:\bsrc=|application/json))[^>]*>",
        text,
    )

    assert found == []


@pytest.mark.parametrize("component", COMPONENTS, ids=name)
def test_a_component_opens_with_what_it_needs(component):
    assert component.read_text().startswith("{% comment %}")


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_components_are_included_with_only_what_they_are_given(template):
    includes = re.findall(r"{%\s*include \"components/[^%]*%}", template.read_text())

    assert [include for include in includes if " only " not in include] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_scripts_import_no_other_because_their_names_change_with_their_content(script):
    assert re.findall(r"^\s*(?:import|export)\b", script.read_text(), flags=re.M) == []
