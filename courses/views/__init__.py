from courses.views.attempts import answers, attempt, start, submit
from courses.views.catalogue import catalogue
from courses.views.course import course, module
from courses.views.enrolments import certificate, enrol, goal, leave, retake
from courses.views.gone import gone
from courses.views.lesson import lesson
from courses.views.news import news_seen
from courses.views.quiz import quiz
from courses.views.why import why
from courses.views.work import answer, done, reflection

__all__ = [
    "answer",
    "answers",
    "attempt",
    "catalogue",
    "certificate",
    "course",
    "done",
    "enrol",
    "goal",
    "gone",
    "leave",
    "lesson",
    "module",
    "news_seen",
    "quiz",
    "reflection",
    "retake",
    "start",
    "submit",
    "why",
]
