"""Checks of our own that no linter has. Each returns its faults, one line each."""

import re
from collections.abc import Iterator
from pathlib import Path

KILOBYTE = 1024
BUDGETS = {"css": 40 * KILOBYTE, "js": 20 * KILOBYTE}
ASSETS = Path("academy/static/academy")
INLINE = {
    "a style element": re.compile(r"<style\b", re.I),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I),
    "a script inside the page": re.compile(
        r"<script\b(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)", re.I
    ),
    "an address that is script": re.compile(
        r"(?:href|src|action)\s*=\s*[\"']?\s*javascript:", re.I
    ),
}
# What a template engine takes away before a browser sees it.
UNSEEN = re.compile(r"{#.*?#}|{%\s*comment\b.*?%}.*?{%\s*endcomment\s*%}", re.S)
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.S)
HOST = re.compile(r"--(?:extra-)?index-url|--find-links|--trusted-host|https?://", re.I)


def faults(base: Path) -> list[str]:
    return [*inline_code(base), *heavy_assets(base), *locks_that_name_hosts(base), *empty(base)]


def inline_code(base: Path) -> Iterator[str]:
    """The strict Content-Security-Policy stops these. Mails have no policy, and need style."""
    for path in sorted((base / "templates").rglob("*.html")):
        if "email" in path.parts:
            continue
        text = UNSEEN.sub(_blank, path.read_text(encoding="utf-8"))
        seen = TAG.sub(_blank, text)
        for what, pattern in INLINE.items():
            for match in pattern.finditer(seen):
                line = seen.count("\n", 0, match.end()) + 1
                yield f"{path.relative_to(base)}:{line}: {what}"


def _blank(match: re.Match[str]) -> str:
    """Keeps the lines, so that a fault is found where it stands."""
    return re.sub(r"[^\n]", "_", match.group())


def heavy_assets(base: Path) -> Iterator[str]:
    """What public pages load; the desk's own few files come with Wagtail's, which weigh more."""
    for kind, budget in BUDGETS.items():
        files = (base / ASSETS).rglob(f"*.{kind}")
        weight = sum(path.stat().st_size for path in files if path.parent.name != "desk")
        if weight > budget:
            yield f"{ASSETS}: {weight} bytes of {kind}, and the budget is {budget}"


def locks_that_name_hosts(base: Path) -> Iterator[str]:
    for path in sorted((base / "requirements").iterdir()):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if HOST.search(line):
                yield f"{path.relative_to(base)}:{number}: names where packages come from"


def empty(base: Path) -> Iterator[str]:
    """A missing file means a missing concern: only a package's mark may be empty."""
    for app in sorted(path.parent for path in base.glob("*/apps.py")):
        for path in sorted(app.rglob("*.py")):
            if path.name != "__init__.py" and not path.read_text(encoding="utf-8").strip():
                yield f"{path.relative_to(base)}: is empty"
