from courses.views.catalogue import catalogue
from courses.views.course import course, module
from courses.views.enrolments import enrol, leave
from courses.views.lesson import lesson
from courses.views.work import answer, done, reflection

__all__ = [
    "answer",
    "catalogue",
    "course",
    "done",
    "enrol",
    "leave",
    "lesson",
    "module",
    "reflection",
]
