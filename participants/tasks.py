from celery import shared_task

from participants import actions, sweeps


@shared_task(name="participants.sweep")
def sweep() -> None:
    sweeps.run()


@shared_task(name="participants.mail_feedback")
def mail_feedback(feedback_id: int) -> None:
    actions.mail_feedback(feedback_id)


@shared_task(name="participants.send_notices")
def send_notices() -> None:
    actions.send_notices()


@shared_task(name="participants.make_export")
def make_export(export_id: int) -> None:
    actions.make_export(export_id)


@shared_task(name="participants.send_farewell")
def send_farewell(farewell_id: int) -> None:
    actions.send_farewell(farewell_id)
