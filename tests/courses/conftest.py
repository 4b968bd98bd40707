import pytest
from django.contrib.auth import get_user_model

from participants.actions.profiles import save_profile
from tests.factories import courses as make


def person(email="reader@example.org", *, profile=True, **fields):
    user = get_user_model().objects.create_user(email, "a long pass phrase", name="Ada", **fields)
    if profile:
        save_profile(user.pk, country="BE", organisation="Town of Testing", answers={})
    return user


@pytest.fixture
def reader(db):
    """Somebody with a profile."""
    return person()


@pytest.fixture
def course(db):
    """Two modules of two lessons."""
    return make.course()
