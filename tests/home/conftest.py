import pytest
from django.core.files.storage import storages
from django.test import Client

from participants.models import User


@pytest.fixture(autouse=True)
def _files_elsewhere(settings, tmp_path, monkeypatch):
    """No test leaves a file behind."""
    settings.MEDIA_ROOT = tmp_path / "media"
    private = storages["private"]
    for name in ("base_location", "location"):
        monkeypatch.setitem(private.__dict__, name, str(tmp_path / "private"))


@pytest.fixture
def editor(db):
    return User.objects.create_superuser("editor@example.org", "a-long-password", name="Editor")


@pytest.fixture
def desk(editor, settings):
    """A browser in which an editor is signed in. The second factor has tests of its own."""
    settings.STAFF_REQUIRES_SECOND_FACTOR = False
    client = Client()
    client.force_login(editor)
    return client
