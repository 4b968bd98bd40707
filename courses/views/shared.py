"""What the pages of a course have in common."""

from participants.views.nexts import sign_in_url, sign_up_url

__all__ = ["completed_now", "sign_in_url", "sign_up_url"]


def completed_now(reader) -> bool:
    """Whether what a reader just did completed their course."""
    enrolment = reader.where.enrolment
    if enrolment is None or enrolment.is_completed:
        return False
    enrolment.refresh_from_db(fields=["state"])
    return enrolment.is_completed
