"""Who may do what in the bank of questions."""

from typing import Any

from courses.models import Question
from home.translations import languages_of


def may_see_questions(user: Any) -> bool:
    """Authors, publishers, coordinators; and translators, for what they translate."""
    return user.has_perm("courses.view_question") or bool(languages_of(user))


def may_change_question(user: Any, question: Question) -> bool:
    """As with pages: authors change what they wrote as long as nobody is asked it. A question of
    a public quiz, and one that an attempt was asked, takes the right to change all."""
    if user.has_perm("courses.change_question"):
        return True
    own = question.made_by_id == user.pk and user.has_perm("courses.add_question")
    return own and not Question.objects.in_use().filter(pk=question.pk).exists()


def translates_into(user: Any) -> list[str]:
    return [locale.language_code for locale in languages_of(user)]
