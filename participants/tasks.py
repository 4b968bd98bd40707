from celery import shared_task

from participants import sweeps


@shared_task(name="participants.sweep")
def sweep() -> None:
    sweeps.run()
