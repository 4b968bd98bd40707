from courses.models.attempts import Attempt, AttemptAnswer
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
    "CoursePage",
    "CourseRun",
    "CourseTopic",
    "Enrolment",
    "EnrolmentSummary",
    "ItemChange",
    "ItemPage",
    "ItemProgress",
    "LearningItem",
    "LessonPage",
    "ManifestItem",
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
