import pytest

from tests.factories import participants as make


@pytest.fixture(autouse=True)
def _private_files(tmp_path, settings):
    """Photos go to a folder of the test."""
    storages = {name: dict(options) for name, options in settings.STORAGES.items()}
    storages["private"]["OPTIONS"] = {"location": tmp_path / "private", "base_url": None}
    settings.STORAGES = storages


@pytest.fixture
def person(db):
    return make.person("ada@example.org")


@pytest.fixture
def as_person(client, person):
    client.force_login(person, backend=make.BACKEND)
    return client


@pytest.fixture
def as_administrator(client, db):
    client.force_login(make.administrator("root@example.org"), backend=make.BACKEND)
    return client
