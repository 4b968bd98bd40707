import logging
import re

SECRET = re.compile(r"(/calendar/)[^/\s?\"']+")


class WithoutCalendarAddresses(logging.Filter):
    """Keeps the secret of a calendar's address out of every line: Django's own warnings name the
    path that was not found. On the handler, so that it holds for all loggers."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if "/calendar/" in message:
            record.msg, record.args = SECRET.sub(r"\1…", message), None
        return True
