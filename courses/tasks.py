from celery import shared_task

from courses import actions


@shared_task(name="courses.bring_up_to_date")
def bring_up_to_date(course_id: int) -> None:
    actions.bring_up_to_date(course_id)


@shared_task(name="courses.issue_certificate")
def issue_certificate(enrolment_id: int) -> None:
    actions.issue_certificate(enrolment_id)


@shared_task(name="courses.issue_missing")
def issue_missing() -> None:
    actions.issue_missing()


@shared_task(name="courses.show_run_dates")
def show_run_dates(run_id: int) -> None:
    actions.show_run_dates(run_id)
