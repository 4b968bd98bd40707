"""Generated data is worth nothing when the platform could not have made it."""

import random

from courses.actions import rebuild_progress
from courses.models import Attempt, Enrolment, ItemProgress, ProgressEvent
from participants.models import User

SAMPLE = 200


def prove() -> None:
    """Everything equals a rebuild from the log, for some at random; else there is no bench."""
    chance = random.Random(2)  # noqa: S311
    known = list(Enrolment.objects.values_list("pk", flat=True))
    for pk in chance.sample(known, min(SAMPLE, len(known))):
        if wrong := rebuild_progress(pk, write=False):
            raise SystemExit(f"The seed is wrong about enrolment {pk}: {'; '.join(wrong)}")
    behind = Enrolment.objects.behind().count()
    if behind:
        raise SystemExit(f"The seed left {behind} people behind their course.")


def counts() -> dict[str, int]:
    models = {
        "people": User,
        "enrolments": Enrolment,
        "attempts at quizzes": Attempt,
        "rows of progress": ItemProgress,
        "events": ProgressEvent,
    }
    return {name: model.objects.count() for name, model in models.items()}
