from celery import shared_task

from mentoring import actions


@shared_task(name="mentoring.solve_run")
def solve_run(run_id: int) -> None:
    actions.solve_run(run_id)


@shared_task(name="mentoring.issue_statements")
def issue_statements(match_id: int) -> None:
    actions.issue_statements(match_id)
