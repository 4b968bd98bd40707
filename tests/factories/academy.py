"""Programmes and their coordinators."""

from uuid import uuid4

from academy.actions import save_programme
from academy.models import Programme
from courses.models import LearningItem
from participants.models import User
from participants.states import Role
from tests.factories import participants as people


def programme(*pages, coordinators=(), name: str = "", by=None) -> Programme:
    """A programme with the courses of these pages."""
    items = LearningItem.objects.filter(key__in=[page.translation_key for page in pages])
    return save_programme(
        Programme(name=name or f"Programme {uuid4().hex[:8]}"),
        courses=list(items.values_list("pk", flat=True)),
        coordinators=[person.pk for person in coordinators],
        by=by,
    )


def coordinator(*pages, email: str = "") -> User:
    """Somebody with the role, and a programme with these courses."""
    person = people.staff(Role.COORDINATOR, email)
    programme(*pages, coordinators=[person])
    return person
