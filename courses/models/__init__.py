from courses.models.attempts import Attempt, AttemptAnswer
from courses.models.desk import CourseMessage, DeskAct, MessageRecipient
from courses.models.pages import (
    CataloguePage,
    CourseCredit,
    CoursePage,
    CourseTopic,
    ItemPage,
    LessonPage,
    ModulePage,
    QuizPage,
    QuizQuestion,
)
from courses.models.progress import (
    EnrolmentSummary,
    ItemProgress,
    PartProgress,
    ProgressEvent,
    Reflection,
)
from courses.models.questions import Question, QuestionText, QuestionVersion
from courses.models.records import (
    CourseManifest,
    CourseRun,
    Enrolment,
    ItemChange,
    LearningItem,
    ManifestItem,
)

__all__ = [
    "Attempt",
    "AttemptAnswer",
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
    "ItemPage",
    "ItemProgress",
    "LearningItem",
    "LessonPage",
    "ManifestItem",
    "MessageRecipient",
    "ModulePage",
    "PartProgress",
    "ProgressEvent",
    "Question",
    "QuestionText",
    "QuestionVersion",
    "QuizPage",
    "QuizQuestion",
    "Reflection",
]
