"""From the demonstration's files to plain data. `demo/README.md` describes the format.

Nothing here touches the database. A mistake in a file raises `DemoFileError`, which names the file.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

import yaml
from markdown_it import MarkdownIt

FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n?(.*)\Z", re.DOTALL)
DIRECTIVE = re.compile(r"^::: *([a-z-]+) *\n(.*?)^::: *$", re.DOTALL | re.MULTILINE)
INCLUDE = re.compile(r"^@include +(\S+) *$", re.MULTILINE)
LEADING_NUMBER = re.compile(r"^\d+-")
# The words of a Markdown parser and of Wagtail's rich text for the same thing.
RICH_TEXT = (("<strong>", "<b>"), ("</strong>", "</b>"), ("<em>", "<i>"), ("</em>", "</i>"))

_markdown = MarkdownIt("commonmark", {"html": False})


class DemoFileError(Exception):
    """A file of the demonstration that cannot be read, with its name and the reason."""


@dataclass(frozen=True)
class Directive:
    """A block as the file gives it; `id` is the same in every language."""

    kind: str
    id: str
    data: dict
    body: str = ""


@dataclass
class Source:
    """One file: its front matter and its body, split into blocks."""

    path: Path
    key: UUID
    language: str
    slug: str
    meta: dict
    blocks: list[Directive]
    text: str
    children: list["Source"] = field(default_factory=list)
    quiz: "Source | None" = None
    translations: list["Source"] = field(default_factory=list)


def rich_text(markdown: str) -> str:
    """Markdown as the HTML that Wagtail keeps for rich text."""
    html = _markdown.render(markdown).strip()
    for parsed, kept in RICH_TEXT:
        html = html.replace(parsed, kept)
    return html


def read(path: Path, root: Path) -> Source:
    """One Markdown file; `root` is the folder that addresses of files are relative to."""
    text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    found = FRONT_MATTER.match(text)
    if not found:
        raise DemoFileError(f"{path.name}: there is no front matter between two --- lines.")
    name, language = _name_and_language(path)
    place = path.parent if name in {"course", "module", "programme"} else path.parent / name
    body = INCLUDE.sub(lambda m: (root / m[1]).read_text(encoding="utf-8").strip(), found[2])
    return Source(
        path=path,
        key=uuid5(NAMESPACE_URL, f"urban-academy-demonstration/{place.relative_to(root)}"),
        language=language,
        slug=LEADING_NUMBER.sub("", place.name),
        meta=_yaml(found[1], path),
        blocks=_blocks(body, path),
        text=body.strip(),
    )


def read_with_translations(path: Path, root: Path) -> Source:
    source = read(path, root)
    others = sorted(path.parent.glob(f"{path.stem}.*.md"))
    source.translations = [read(other, root) for other in others]
    return source


def read_courses(root: Path) -> list[Source]:
    """All courses with their modules and lessons, in the order of their numbers."""
    courses = []
    for course_file in sorted((root / "courses").glob("*/course.md")):
        course = read_with_translations(course_file, root)
        for module_file in sorted(course_file.parent.glob("*/module.md")):
            module = read_with_translations(module_file, root)
            lessons = sorted(
                p for p in module_file.parent.glob("[0-9]*.md") if p.suffixes == [".md"]
            )
            module.children = [read_with_translations(p, root) for p in lessons]
            module.quiz = _quiz_beside(module_file, root)
            course.children.append(module)
        course.quiz = _quiz_beside(course_file, root)
        courses.append(course)
    return courses


def _quiz_beside(path: Path, root: Path) -> Source | None:
    """The quiz at the end of a module or course."""
    quiz = path.with_name("quiz.md")
    return read_with_translations(quiz, root) if quiz.exists() else None


def read_mentoring(root: Path) -> list[Source]:
    """Mentoring programmes in the order of their numbers, with their calls by name."""
    programmes = []
    for file in sorted((root / "mentoring").glob("*/programme.md")):
        programme = read_with_translations(file, root)
        calls = sorted(p for p in file.parent.glob("*.md") if p.suffixes == [".md"] and p != file)
        programme.children = [read_with_translations(p, root) for p in calls]
        programmes.append(programme)
    return programmes


def read_pages(root: Path) -> dict[str, Source]:
    pages = sorted(p for p in (root / "pages").glob("*.md") if p.suffixes == [".md"])
    return {p.stem: read_with_translations(p, root) for p in pages}


def read_yaml(path: Path):
    return _yaml(path.read_text(encoding="utf-8"), path)


def _name_and_language(path: Path) -> tuple[str, str]:
    name, _dot, language = path.stem.partition(".")
    return name, language or "en"


def _yaml(text: str, path: Path):
    try:
        return yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise DemoFileError(f"{path.name}: {error}") from error


def _blocks(body: str, path: Path) -> list[Directive]:
    blocks, end, counts = [], 0, {}

    def add(kind: str, data: dict, text: str) -> None:
        counts[kind] = counts.get(kind, 0) + 1
        name = str(data.get("id") or f"{kind}-{counts[kind]}")
        blocks.append(Directive(kind, name, data, text))

    for found in DIRECTIVE.finditer(body):
        _add_text(add, body[end : found.start()])
        head, _line, text = found[2].partition("\n---\n")
        add(found[1].replace("-", "_"), _yaml(head, path), text.strip())
        end = found.end()
    _add_text(add, body[end:])
    if any(block.kind == "text" and ":::" in block.body for block in blocks):
        raise DemoFileError(f"{path.name}: a directive is not closed.")
    return blocks


def _add_text(add, text: str) -> None:
    if text.strip():
        add("text", {}, text.strip())
