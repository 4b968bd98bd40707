"""From directives to the blocks of a page, with ids that are the same at every load."""

import json
from collections.abc import Callable
from uuid import UUID, uuid5

from academy.demo.reader import DemoFileError, Directive, Source, rich_text
from courses import rules
from courses.states import QuestionKind

FIGURE_KEYS = ("title", "unit", "source", "source_url", "reference_year", "note")


def stream(source: Source, files) -> str:
    """The body of a page as JSON. `files` turns a file's name into the id of its row."""
    return json.dumps([_block(source, block, files) for block in source.blocks])


def block_id(key: UUID, directive: Directive) -> str:
    return str(uuid5(key, f"{directive.kind}/{directive.id}"))


def _block(source: Source, directive: Directive, files) -> dict:
    try:
        value = BUILDERS[directive.kind](directive, files)
    except KeyError as missing:
        raise DemoFileError(
            f"{source.path.name}, {directive.kind} {directive.id}: {missing} is missing or unknown."
        ) from missing
    return {"type": directive.kind, "value": value, "id": block_id(source.key, directive)}


def items(values: list, name: str) -> list[dict]:
    """The raw form of a list block, with stable ids."""
    return [
        {"type": "item", "value": value, "id": str(uuid5(UUID(int=0), f"{name}/{at}"))}
        for at, value in enumerate(values)
    ]


def figure(data: dict) -> dict:
    rows = [{"label": str(label), "value": str(value)} for label, value in data["rows"]]
    kept = {key: data.get(key) or "" for key in FIGURE_KEYS}
    return kept | {"rows": items(rows, "rows"), "accessed": str(data["accessed"])}


def _self_check(block: Directive, files) -> dict:
    options = [
        {
            "key": str(option["id"]),
            "text": str(option["text"]),
            "correct": bool(option["correct"]),
            "feedback": str(option["feedback"]),
        }
        for option in block.data["options"]
    ]
    return {
        "question": block.data["question"],
        "multiple": bool(block.data.get("multiple")),
        "options": items(options, "options"),
        "explanation": rich_text(block.body),
        "required": bool(block.data.get("required")),
    }


def question(source: Source, block: Directive) -> rules.Meaning:
    """A question of the bank; its explanation is plain text."""
    try:
        options = block.data["options"]
        texts = {str(o["id"]): (str(o["text"]), str(o["feedback"])) for o in options}
        return rules.Meaning(
            QuestionKind.MULTIPLE if block.data.get("multiple") else QuestionKind.SINGLE,
            tuple(rules.Option(str(o["id"]), bool(o["correct"])) for o in options),
            rules.Wording(block.data["question"], block.body, texts),
        )
    except KeyError as missing:
        raise DemoFileError(
            f"{source.path.name}, question {block.id}: {missing} is missing."
        ) from missing


def _accordion(block: Directive, files) -> dict:
    parts = [
        {"title": part["title"], "text": rich_text(str(part["text"]))}
        for part in block.data["items"]
    ]
    return {"items": items(parts, "items")}


def _picture(block: Directive, files) -> dict:
    return {
        "image": files.picture(block.data),
        "alt": block.data.get("alt") or "",
        "decorative": bool(block.data.get("decorative")),
        "caption": block.data.get("caption") or "",
    }


BUILDERS: dict[str, Callable[[Directive, object], object]] = {
    "text": lambda b, files: rich_text(b.body),
    "callout": lambda b, files: {
        "tone": b.data["tone"],
        "title": b.data["title"],
        "text": rich_text(b.body),
    },
    "quote": lambda b, files: {
        "text": rich_text(b.body),
        "by": b.data["by"],
        "role": b.data.get("role") or "",
    },
    "accordion": _accordion,
    "figure": lambda b, files: figure(b.data),
    "picture": _picture,
    "video": lambda b, files: {"media": files.media("video", b), "title": b.data["title"]},
    "audio": lambda b, files: {"media": files.media("audio", b), "title": b.data["title"]},
    "download": lambda b, files: {"document": files.document(b.data), "title": b.data["title"]},
    "reflection": lambda b, files: {
        "prompt": b.data["prompt"],
        "required": bool(b.data.get("required")),
    },
    "self_check": _self_check,
}
