"""What goes by itself after a mentorship, and after a concern."""

from django.utils.translation import gettext_lazy as _

from participants.retention import register


def register_all() -> None:
    from mentoring.actions import concerns, erasing

    register(
        "mentorships-emptied",
        words=_("Mentorships that have ended: notes, files, goals and answers deleted"),
        setting="MENTORSHIPS_KEPT_FOR",
        due=erasing.ended_spaces,
        apply=erasing.empty_space,
    )
    register(
        "concerns-forgotten",
        words=_("Closed concerns: words and names forgotten"),
        setting="CONCERNS_KEPT_FOR",
        due=concerns.concerns_due,
        apply=concerns.forget_concern,
    )
