from courses.models.desk import CourseMessage, DeskAct, MessageRecipient
from courses.models.pages import (
    CataloguePage,
    CourseCredit,
    CoursePage,
    CourseTopic,
    LessonPage,
    ModulePage,
)
from courses.models.progress import (
    EnrolmentSummary,
    ItemProgress,
    PartProgress,
    ProgressEvent,
    Reflection,
)
from courses.models.records import (
    CourseManifest,
    CourseRun,
    Enrolment,
    ItemChange,
    LearningItem,
    ManifestItem,
)

__all__ = [
    "CataloguePage",
    "CourseCredit",
    "CourseManifest",
    "CourseMessage",
    "CoursePage",
    "CourseRun",
    "CourseTopic",
    "DeskAct",
    "Enrolment",
    "EnrolmentSummary",
    "ItemChange",
    "ItemProgress",
    "LearningItem",
    "LessonPage",
    "ManifestItem",
    "MessageRecipient",
    "ModulePage",
    "PartProgress",
    "ProgressEvent",
    "Reflection",
]
