from courses.actions.archive import (
    HasEvidence,
    archive,
    pages_with_evidence,
    published_again,
    refuse_deleting,
    remember_origin,
    restore,
    stays_archived,
)
from courses.actions.certificates import certificate_of, issue_certificate, issue_missing
from courses.actions.dates import DATES, path_of_date, set_goal
from courses.actions.enrolments import (
    CLOSED,
    credit,
    creditable,
    enrol,
    mark_news_seen,
    retake,
    withdraw,
)
from courses.actions.languages import follow_everywhere, follow_later, follow_source
from courses.actions.outlines import (
    Comparison,
    changes_between,
    compare_outline,
    ensure_self_paced_run,
    in_force,
    publish_outline,
)
from courses.actions.progress import (
    LONGEST_REFLECTION,
    answer_self_check,
    complete_item,
    open_item,
    save_reflection,
)
from courses.actions.rebuild import rebuild_progress
from courses.actions.rollout import bring_up_to_date, catch_up
from courses.actions.runs import (
    add_run,
    change_run,
    close_run,
    reopen_run,
    show_changed_runs,
    show_run_dates,
)

__all__ = [
    "CLOSED",
    "DATES",
    "LONGEST_REFLECTION",
    "Comparison",
    "HasEvidence",
    "add_run",
    "answer_self_check",
    "archive",
    "bring_up_to_date",
    "catch_up",
    "certificate_of",
    "change_run",
    "changes_between",
    "close_run",
    "compare_outline",
    "complete_item",
    "credit",
    "creditable",
    "enrol",
    "ensure_self_paced_run",
    "follow_everywhere",
    "follow_later",
    "follow_source",
    "in_force",
    "issue_certificate",
    "issue_missing",
    "mark_news_seen",
    "open_item",
    "pages_with_evidence",
    "path_of_date",
    "publish_outline",
    "published_again",
    "rebuild_progress",
    "refuse_deleting",
    "remember_origin",
    "reopen_run",
    "restore",
    "retake",
    "save_reflection",
    "set_goal",
    "show_changed_runs",
    "show_run_dates",
    "stays_archived",
    "withdraw",
]
