import pytest

from tests.factories import courses as make
from tests.factories import participants as people


def person(email="reader@example.org", *, profile=True):
    return people.person(email, "Ada", profile=profile)


@pytest.fixture
def reader(db):
    """Somebody with a profile."""
    return person()


@pytest.fixture
def course(db):
    """Two modules of two lessons."""
    return make.course()
