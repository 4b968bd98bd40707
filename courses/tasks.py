from celery import shared_task

from courses import actions


@shared_task(name="courses.bring_up_to_date")
def bring_up_to_date(course_id: int) -> None:
    actions.bring_up_to_date(course_id)
