from celery import shared_task

from participants import actions, sweeps


@shared_task(name="participants.sweep")
def sweep() -> None:
    sweeps.run()


@shared_task(name="participants.mail_feedback")
def mail_feedback(feedback_id: int) -> None:
    actions.mail_feedback(feedback_id)


@shared_task(name="participants.mail_sign_in")
def mail_sign_in(device_id: int) -> None:
    actions.mail_sign_in(device_id)
