"""What people are told about their mentoring."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from participants.notices import register
from participants.states import NoticeTopic

OFFERED = "mentoring.offered"
BOTH_ACCEPTED = "mentoring.both_accepted"
OFFER_ENDED = "mentoring.offer_ended"


def register_all() -> None:
    register(
        OFFERED,
        topic=NoticeTopic.MENTORING,
        subject=_("We found a match for you: %(call)s"),
        text=_(
            "In “%(call)s” we would like to bring you together with somebody. Read who it is and"
            " why, and accept or decline. Without an answer the offer ends by itself."
        ),
        action=_("Read the offer"),
        url=_match,
    )
    register(
        BOTH_ACCEPTED,
        topic=NoticeTopic.MENTORING,
        subject=_("You both accepted: %(call)s"),
        text=_(
            "Your mentorship in “%(call)s” begins. You now see how to reach each other: agree on a"
            " first session."
        ),
        action=_("Go to your mentorship"),
        url=_mentorship,
    )
    register(
        OFFER_ENDED,
        topic=NoticeTopic.MENTORING,
        subject=_("This match did not come about: %(call)s"),
        text=_(
            "The match that we offered in “%(call)s” is over. You take part in the next matching"
            " of this call, unless you withdraw."
        ),
        action=_("See where you stand"),
        url=_match,
    )
    register_decisions()
    register_calls()
    register_mentorships()


def _match(facts) -> str:
    return reverse("mentoring:match", args=[facts["match"]])


# --- What coordinators decide -----------------------------------------------------------------

QUESTION = "mentoring.question"
ACCEPTED = "mentoring.accepted"
NOT_ACCEPTED = "mentoring.not_accepted"
UNMATCHED = "mentoring.unmatched"
CALL_MATCHING = "mentoring.call_matching"
CALL_CLOSED = "mentoring.call_closed"
CALL_CANCELLED = "mentoring.call_cancelled"
CALL_CLOSES = "mentoring.call_closes"


def register_decisions() -> None:
    """About one application."""
    _decision(
        QUESTION,
        _("A question about your application: %(call)s"),
        _("The coordinator of “%(call)s” asks you:\n\n%(question)s\n\nYour answer goes to them."),
        _("Answer the question"),
    )
    _decision(
        ACCEPTED,
        _("Your application is accepted for matching: %(call)s"),
        _(
            "You take part in the matching of “%(call)s”. We write to you again when there is"
            " somebody for you.\n\n%(reason)s"
        ),
        _("See your application"),
    )
    _decision(
        NOT_ACCEPTED,
        _("Your application is not accepted: %(call)s"),
        _("Your application for “%(call)s” is not accepted. The reason:\n\n%(reason)s"),
        _("See your application"),
    )
    _decision(
        UNMATCHED,
        _("No match for you yet: %(call)s"),
        _(
            "In “%(call)s” there was nobody for you this time. You read why in your application,"
            " and what would change it. You stay in the next matching, unless you withdraw."
        ),
        _("See why"),
    )


def register_calls() -> None:
    """About a call, to everybody in it."""
    _of_call(
        CALL_MATCHING,
        _("Applications are closed: %(call)s"),
        _("“%(call)s” takes no more applications. Mentees and mentors are brought together now."),
    )
    _of_call(
        CALL_CLOSED,
        _("The mentoring has ended: %(call)s"),
        _("“%(call)s” is closed. Thank you for taking part."),
    )
    _of_call(
        CALL_CANCELLED,
        _("This mentoring does not take place: %(call)s"),
        _("“%(call)s” is called off. The reason:\n\n%(reason)s"),
    )
    _of_call(
        CALL_CLOSES,
        _("Your application is not handed in yet: %(call)s"),
        _(
            "“%(call)s” closes soon; days left, at most: %(days)s. Your draft is saved, but it is"
            " not handed in."
        ),
    )


def _decision(name, subject, text, action) -> None:
    topic = NoticeTopic.MENTORING
    register(name, topic=topic, subject=subject, text=text, action=action, url=_application)


def _of_call(name, subject, text) -> None:
    register(
        name,
        topic=NoticeTopic.MENTORING,
        subject=subject,
        text=text,
        action=_("See your applications"),
        url=_applications,
    )


def _application(facts) -> str:
    return reverse("mentoring:application", args=[facts["application"]])


def _applications(facts) -> str:
    return reverse("dashboard")


# --- Mentorships ------------------------------------------------------------------------------

GO_THERE = _("Go to your mentorship")
TIMES_PROPOSED = "mentoring.times_proposed"
SESSION_PLANNED = "mentoring.session_planned"
SESSION_KEPT = "mentoring.session_kept"
SESSION_CANCELLED = "mentoring.session_cancelled"
GOALS_CHANGED = "mentoring.goals_changed"
GOALS_AGREED = "mentoring.goals_agreed"
NOTE_WRITTEN = "mentoring.note_written"
FILE_ADDED = "mentoring.file_added"
CHECKPOINT_DUE = "mentoring.checkpoint_due"
CHECKPOINT_WAITS = "mentoring.checkpoint_waits"
CHECKPOINT_OPEN = "mentoring.checkpoint_open"
CHECKPOINT_OVERDUE = "mentoring.checkpoint_overdue"
PAUSED = "mentoring.paused"
RESUMED = "mentoring.resumed"
ENDED_EARLY = "mentoring.ended_early"
ENDED_EARLY_DESK = "mentoring.ended_early_desk"
COMPLETED = "mentoring.completed"
QUIET = "mentoring.quiet"
QUIET_DESK = "mentoring.quiet_desk"
SUSPENDED = "mentoring.suspended"
REINSTATED = "mentoring.reinstated"
TERMINATED = "mentoring.terminated"
CONCERN_RAISED = "mentoring.concern_raised"
CONCERN_UNREAD = "mentoring.concern_unread"
CONCERN_CLOSED = "mentoring.concern_closed"


def register_mentorships() -> None:
    """To the two of a mentorship. Nobody's words and nobody's name are in a notice."""
    _of_pair(
        TIMES_PROPOSED,
        _("Times for a session: %(call)s"),
        _("In “%(call)s” times for a session are proposed to you. Pick one, or propose others."),
        _("See the times"),
    )
    _of_pair(
        SESSION_PLANNED,
        _("A session is planned: %(call)s"),
        _("In “%(call)s” one of your times was picked. The session stands in your dates."),
        _("See the session"),
    )
    _of_pair(
        SESSION_KEPT,
        _("A session stays at its time: %(call)s"),
        _("In “%(call)s” the planned session stays as it was, and does not move."),
        _("See the session"),
    )
    _of_pair(
        SESSION_CANCELLED,
        _("A session is called off: %(call)s"),
        _("In “%(call)s” a session does not take place. Propose times for another one."),
        _("Propose times"),
    )
    _of_pair(
        GOALS_CHANGED,
        _("Your goals were written anew: %(call)s"),
        _("In “%(call)s” the words of your goals and agreement changed. Read and confirm them."),
        _("Read the goals"),
    )
    _of_pair(
        GOALS_AGREED,
        _("You both agreed on your goals: %(call)s"),
        _("In “%(call)s” both of you have confirmed your goals and how you work together."),
        _("Read the goals"),
    )
    _of_pair(
        NOTE_WRITTEN,
        _("There is a new note: %(call)s"),
        _("In “%(call)s” a note was written for the two of you."),
        _("Read the note"),
    )
    _of_pair(
        FILE_ADDED,
        _("There is a new file: %(call)s"),
        _("In “%(call)s” a file was added for the two of you."),
        _("See the file"),
    )
    _of_checkpoints()
    _of_endings()
    _of_concerns()


def _of_checkpoints() -> None:
    _of_pair(
        CHECKPOINT_DUE,
        _("Say how your mentorship goes: %(call)s"),
        _(
            "In “%(call)s” a checkpoint is due on %(due)s. Your answer stays sealed until both are"
            " in."
        ),
        _("Answer now"),
    )
    _of_pair(
        CHECKPOINT_WAITS,
        _("Your answer is awaited: %(call)s"),
        _(
            "In “%(call)s” the other answer at a checkpoint is in. As soon as yours is, you read"
            " both."
        ),
        _("Answer now"),
    )
    _of_pair(
        CHECKPOINT_OPEN,
        _("Both answers are in: %(call)s"),
        _("In “%(call)s” both of you have answered at a checkpoint. Now you read both."),
        _("Read the answers"),
    )
    _at_desk(
        CHECKPOINT_OVERDUE,
        _("A checkpoint is overdue: %(call)s"),
        _("In “%(call)s” a pair has not answered at a checkpoint, though it was reminded twice."),
    )


def _of_endings() -> None:
    _of_pair(
        PAUSED,
        _("Your mentorship is paused: %(call)s"),
        _(
            "In “%(call)s” the mentorship rests, and planned sessions are called off. Either of"
            " you can resume it."
        ),
    )
    _of_pair(
        RESUMED,
        _("Your mentorship goes on: %(call)s"),
        _("In “%(call)s” the mentorship goes on. Propose times for the next session."),
    )
    _of_pair(
        ENDED_EARLY,
        _("Your mentorship has ended: %(call)s"),
        _(
            "In “%(call)s” the mentorship was ended early. Your coordinator knows and helps"
            " further."
        ),
    )
    _at_desk(
        ENDED_EARLY_DESK,
        _("A mentorship was ended early: %(call)s"),
        _("In “%(call)s” one of a pair has ended the mentorship. Look for somebody new."),
    )
    _of_pair(
        COMPLETED,
        _("Your mentorship is completed: %(call)s"),
        _("Congratulations: “%(call)s” is completed. You get a statement of participation."),
    )
    _of_pair(
        QUIET,
        _("Do you still meet? %(call)s"),
        _(
            "In “%(call)s” no session was held or planned for a while. Propose times, pause the"
            " mentorship or end it: all of that is fine. Otherwise your coordinator is told."
        ),
    )
    _at_desk(
        QUIET_DESK,
        _("A pair is quiet: %(call)s"),
        _("In “%(call)s” a pair has held and planned no session, and did not answer when asked."),
    )
    _of_pair(
        SUSPENDED,
        _("Your mentorship is suspended: %(call)s"),
        _("“%(call)s” is suspended for you. Please arrange no sessions. You will hear from us."),
    )
    _of_pair(
        REINSTATED,
        _("Your mentorship goes on: %(call)s"),
        _("“%(call)s” is no longer suspended for you. You can arrange sessions again."),
    )
    _of_pair(
        TERMINATED,
        _("Your mentorship has ended: %(call)s"),
        _("Your mentorship in “%(call)s” has ended. You can write to us about it at any time."),
    )


def _of_concerns() -> None:
    topic = NoticeTopic.MENTORING
    register(
        CONCERN_RAISED,
        topic=topic,
        subject=_("A concern was raised"),
        text=_("Somebody raised a concern. Only you, as safeguarding officer, can read it."),
        action=_("Read the concern"),
        url=lambda facts: reverse("mentoring_concern", args=[facts["concern"]]),
    )
    register(
        CONCERN_UNREAD,
        topic=topic,
        subject=_("Nobody can read a concern"),
        text=_(
            "Somebody raised a concern, and there is no safeguarding officer who may read it. Give"
            " the role to somebody today."
        ),
        action=_("Choose somebody"),
        url=lambda facts: reverse("wagtailusers_users:index"),
    )
    register(
        CONCERN_CLOSED,
        topic=topic,
        subject=_("Your concern was looked into"),
        text=_("The safeguarding officer has closed the concern that you raised. Thank you."),
        action=_("Raise another concern"),
        url=lambda facts: reverse("mentoring:concern"),
    )


def _of_pair(name, subject, text, action=GO_THERE) -> None:
    topic = NoticeTopic.MENTORING
    register(name, topic=topic, subject=subject, text=text, action=action, url=_mentorship)


def _at_desk(name, subject, text) -> None:
    register(
        name,
        topic=NoticeTopic.MENTORING,
        subject=subject,
        text=text,
        action=_("Open the mentorship"),
        url=lambda facts: reverse("mentoring_mentorship", args=[facts["match"]]),
    )


def _mentorship(facts) -> str:
    return reverse("mentoring:mentorship", args=[facts["match"]])
