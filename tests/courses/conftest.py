import pytest

from courses import actions
from courses.states import ManifestKind
from tests.factories import courses as make
from tests.factories import participants as people


def person(email="reader@example.org", *, profile=True):
    return people.person(email, "Ada", profile=profile)


def drop(course, item):
    """A material outline without this lesson or quiz, which everybody under way follows now."""
    item.unpublish()
    actions.publish_outline(course, kind=ManifestKind.MATERIAL, note="Shorter")
    actions.bring_up_to_date()


@pytest.fixture
def reader(db):
    """Somebody with a profile."""
    return person()


@pytest.fixture
def course(db):
    """Two modules of two lessons."""
    return make.course()
