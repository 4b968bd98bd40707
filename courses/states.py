"""States and the legal moves between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EnrolmentState(models.TextChoices):
    ACTIVE = "active", _("active")
    WITHDRAWN = "withdrawn", _("withdrawn")
    COMPLETED = "completed", _("completed")


MOVES = {
    EnrolmentState.ACTIVE: {EnrolmentState.COMPLETED, EnrolmentState.WITHDRAWN},
    EnrolmentState.WITHDRAWN: {EnrolmentState.ACTIVE},
    EnrolmentState.COMPLETED: set(),
}


class ItemKind(models.TextChoices):
    COURSE = "course", _("course")
    LESSON = "lesson", _("lesson")
    QUIZ = "quiz", _("quiz")


class ManifestKind(models.TextChoices):
    """What a new outline means for the people already enrolled."""

    INITIAL = "initial", _("first outline")
    COSMETIC = "cosmetic", _("cosmetic: everything carries over")
    ADDITIVE = "additive", _("additive: new lessons are optional for those enrolled")
    MATERIAL = "material", _("material: the new outline counts for everybody who is under way")


class ChangeKind(models.TextChoices):
    """What happened to a lesson or course apart from outlines."""

    ARCHIVED = "archived", _("archived")
    RESTORED = "restored", _("restored")


class LessonCompletion(models.TextChoices):
    DECLARED = "declared", _("when the reader says so")
    PARTS = "parts", _("when every required part is done")


class QuestionKind(models.TextChoices):
    SINGLE = "single", _("one answer is right")
    MULTIPLE = "multiple", _("several answers may be right")


class QuizLayout(models.TextChoices):
    ONE = "one", _("one question a page")
    ALL = "all", _("all questions on one page")


class EnrolmentPolicy(models.TextChoices):
    OPEN = "open", _("open to all")
    APPROVAL = "approval", _("on approval")
    INVITATION = "invitation", _("by invitation")


class Access(models.TextChoices):
    OPEN = "open", _("lessons can be read without an account")
    ENROLLED = "enrolled", _("lessons are for people who are enrolled")


class PartKind(models.TextChoices):
    SELF_CHECK = "self_check", _("self-check")
    REFLECTION = "reflection", _("reflection")


class Verb(models.TextChoices):
    """What a progress event tells."""

    ENROLLED = "enrolled", _("enrolled")
    OPENED = "opened", _("opened a lesson")
    PART_DONE = "part_done", _("did a part of a lesson")
    DONE = "done", _("finished a lesson")
    CREDITED = "credited", _("got a lesson credited")
    REOPENED = "reopened", _("has a lesson to do again")
    EXCUSED = "excused", _("need not do a lesson")
    UNEXCUSED = "unexcused", _("has to do a lesson after all")
    ATTEMPTED = "attempted", _("began an attempt at a quiz")
    SUBMITTED = "submitted", _("handed in an attempt at a quiz")
    SET_ASIDE = "set_aside", _("got further attempts at a quiz")
    REPINNED = "repinned", _("follows a newer outline")
    WITHDRAWN = "withdrawn", _("left the course")
    RETURNED = "returned", _("came back to the course")
    MOVED = "moved", _("went on with other dates")
    COMPLETED = "completed", _("completed the course")


class Act(models.TextChoices):
    """What coordinators do at their desk."""

    CREDIT = "credit", _("credited a lesson")
    EXCUSE = "excuse", _("excused from a lesson")
    UNEXCUSE = "unexcuse", _("took back an excuse")
    RESET = "reset", _("gave new attempts")
    REVOKE = "revoke", _("revoked a certificate")
    REISSUE = "reissue", _("issued a certificate anew")
    MESSAGE = "message", _("wrote a message")
    EXPORT = "export", _("exported a list")


class CreditRole(models.TextChoices):
    AUTHOR = "author", _("author")
    REVIEWER = "reviewer", _("reviewer")
    LIVED_EXPERIENCE = "lived_experience", _("co-author with lived experience")
