from courses.actions.enrolments import enrol, withdraw
from courses.actions.outlines import ensure_self_paced_run, publish_outline
from courses.actions.progress import (
    LONGEST_REFLECTION,
    answer_self_check,
    complete_item,
    open_item,
    save_reflection,
)
from courses.actions.rebuild import rebuild_progress

__all__ = [
    "LONGEST_REFLECTION",
    "answer_self_check",
    "complete_item",
    "enrol",
    "ensure_self_paced_run",
    "open_item",
    "publish_outline",
    "rebuild_progress",
    "save_reflection",
    "withdraw",
]
