"""The job door: the one way in which the site asks its background worker for something."""

import logging
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from participants.outages import Outage

logger = logging.getLogger(__name__)
broker = Outage("The broker")


def later(task_name: str, *args: Any, **kwargs: Any) -> None:
    """Asks for a task by its name once the present transaction is committed.

    Never raises when the broker is down, and does not wait for it each time: the fact is written,
    the page is answered, and the sweep does what the lost message left undone. Hand in ids, never
    rows or personal data.
    """
    transaction.on_commit(lambda: _send_or_log(task_name, args, kwargs))


def send(task_name: str, args: tuple, kwargs: dict) -> None:
    """Hands the message to the broker now. Tests replace this to collect what was promised."""
    current_app.send_task(task_name, args=args, kwargs=kwargs, ignore_result=True, retry=False)


def _send_or_log(task_name: str, args: tuple, kwargs: dict) -> None:
    if not broker.may_ask():
        return
    try:
        send(task_name, args, kwargs)
    except Exception as error:  # whatever a broker throws must not reach the person
        if isinstance(error, OperationalError | OSError):
            broker.failed(error)
        # The arguments and the error's own words stay out: they may name somebody.
        logger.error("Task %s was not sent: %s", task_name, type(error).__name__)
    else:
        broker.ended()
