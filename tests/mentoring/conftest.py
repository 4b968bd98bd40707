import pytest

from mentoring import actions
from mentoring.states import ANSWERS, Side
from tests.factories import mentoring as make
from tests.factories import participants as people


@pytest.fixture
def call(db):
    return make.call()


@pytest.fixture
def ada(db):
    return people.person("ada@example.org", "Ada Lovelace", profile=True)


@pytest.fixture
def draft(call, ada):
    return actions.begin(ada.pk, call.pk, Side.MENTEE)


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada, backend=people.BACKEND)
    return client


@pytest.fixture
def fill():
    """Every step of an application, as its forms save them."""

    def _fill(application, **changed):
        said = make.answers(application) | changed
        for step, names in ANSWERS.items():
            some = {name: said[name] for name in names if name in said}
            who = application.person_id
            saved = actions.save_step(application.pk, who, step, some, version=10_000)
        return saved

    return _fill
