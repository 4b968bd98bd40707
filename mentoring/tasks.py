from celery import shared_task

from mentoring import actions


@shared_task(name="mentoring.solve_run")
def solve_run(run_id: int) -> None:
    actions.solve_run(run_id)
