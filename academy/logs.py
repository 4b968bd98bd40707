"""One line of JSON for each event, on standard output: enough to see what happened and how long it
took, and nothing that says to whom.

No line holds an address of a network, a path, a query, a name or an e-mail address. Of an error it
says which kinds, and where in the code; its words are left out, for they quote what people wrote.
"""

import logging
import re
import time
from http import HTTPStatus
from pathlib import Path
from traceback import walk_tb
from typing import Any

from django.conf import settings
from django_guid import get_guid
from pythonjsonlogger.json import JsonFormatter

from schedule.logs import SECRET

# All that may stand in a line beside its time, level, logger and words.
FIELDS = ("method", "view", "status", "ms", "directive", "blocked")
# Their words name paths, hosts and reasons that people can choose.
OF_REQUESTS = ("django.request", "django.security", "django.server")
ADDRESS = re.compile(r"[^\s@<>\"'(),;:]+@[^\s@<>\"'(),;:]+")
FRAMES, CHAIN = 30, 5


class Formatter(JsonFormatter):
    """Only what is listed goes in, whatever a library hangs on a record."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": words(record),
        }
        if request_id := get_guid():
            line["request_id"] = request_id
        given = record.__dict__
        line |= {name: given[name] for name in FIELDS if name in given}
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = trace(record.exc_info[1])
        return self.serialize_log_record(line)

    converter = time.gmtime


def words(record: logging.LogRecord) -> str:
    """What a record says, without what it quotes."""
    if record.name.startswith(OF_REQUESTS):
        status = record.__dict__.get("status_code")
        return HTTPStatus(status).phrase if status else record.name.rpartition(".")[2]
    about = record.__dict__.get("data")
    if record.name == "celery.app.trace" and record.exc_info and isinstance(about, dict):
        return f"Task {about.get('name')} {about.get('description', 'failed')}"
    return ADDRESS.sub("…", SECRET.sub(r"\1…", record.getMessage()))


def trace(error: BaseException) -> list[str]:
    """From the last error to the first: its kind, and where the code was."""
    lines: list[str] = []
    seen: BaseException | None = error
    for _step in range(CHAIN):
        if seen is None:
            break
        lines.append(f"{type(seen).__module__}.{type(seen).__qualname__}")
        frames = [(frame.f_code, number) for frame, number in walk_tb(seen.__traceback__)]
        lines += [
            f"  {_place(code.co_filename)}:{line} {code.co_name}" for code, line in frames[-FRAMES:]
        ]
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return lines


def _place(file: str) -> str:
    return file.rpartition("site-packages/")[2].removeprefix(f"{Path(settings.BASE_DIR)}/")


def configuration(level: str) -> dict[str, Any]:
    """Django's LOGGING for a site in production."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "academy.logs.Formatter"}},
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "json",
            }
        },
        "root": {"handlers": ["stdout"], "level": level},
        "loggers": {
            "django": {"handlers": ["stdout"], "level": level, "propagate": False},
            **QUIET,
        },
    }


# A line for every search entry, and for every request whether it brought an id.
QUIET = {
    "django_tasks": {"level": "WARNING"},
    "django_guid": {"level": "ERROR"},
    "botocore": {"level": "WARNING"},
}
