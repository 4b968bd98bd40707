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
    REPINNED = "repinned", _("follows a newer outline")
    WITHDRAWN = "withdrawn", _("left the course")
    RETURNED = "returned", _("came back to the course")
    MOVED = "moved", _("went on with other dates")
    COMPLETED = "completed", _("completed the course")


class CreditRole(models.TextChoices):
    AUTHOR = "author", _("author")
    REVIEWER = "reviewer", _("reviewer")
    LIVED_EXPERIENCE = "lived_experience", _("co-author with lived experience")


class LevelOfGovernment(models.TextChoices):
    LOCAL = "local", _("local")
    INTERMEDIATE = "intermediate", _("intermediate (county, province)")
    REGIONAL = "regional", _("regional")
    NATIONAL = "national", _("national")
    EU = "eu", _("EU institution or body")
    ASSOCIATION = "association", _("association of authorities")
