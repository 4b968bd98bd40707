"""A disk without room: whoever brings a file reads so, and nothing half is left in any place."""

import errno
import io
import json
import os
import subprocess
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import OperationalError, connections
from django.test import Client
from django.urls import reverse
from PIL import Image

from home.models import CustomDocument, CustomImage, CustomMedia
from participants.models import Profile
from participants.states import Role
from tests.factories import home as make
from tests.factories import participants as people
from tests.home import test_uploads as forms
from tests.participants.test_views import PROFILE, answers

NO_ROOM = "There is no room for your file at the moment"
PAGE = 4096

pytestmark = pytest.mark.django_db(transaction=True)


class RealDisk:
    """A file system of a megabyte."""

    def __init__(self, folder: Path) -> None:
        self.ballast = folder / "ballast"

    def fill(self, room: int = PAGE) -> None:
        """Leaves a little room, in which a file may begin."""
        with self.ballast.open("wb", buffering=0) as file:
            with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
                self._write_all(file)
            file.truncate(file.tell() - room)

    @staticmethod
    def _write_all(file) -> None:
        while True:
            file.write(b"0" * PAGE)

    def empty(self) -> None:
        self.ballast.unlink()


class Pretended:
    """Where no file system can be mounted: what Django writes breaks off when a disk of this size
    would be full."""

    def __init__(self, monkeypatch) -> None:
        self.room, self.write = None, FileSystemStorage._save
        monkeypatch.setattr(FileSystemStorage, "_save", lambda *given: self.save(*given))

    def save(self, storage, name, content):
        if self.room is None or content.size <= self.room:
            self.fill(self.room and self.room - content.size)
            return self.write(storage, name, content)
        path = Path(storage.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(next(content.chunks(PAGE)))
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def fill(self, room: int | None = PAGE) -> None:
        self.room = room

    def empty(self) -> None:
        self.room = None


@pytest.fixture(params=["real", "pretended"])
def disk(request, settings, monkeypatch):
    folder = Path(settings.FILES_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    if request.param == "pretended":
        yield Pretended(monkeypatch)
        return
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a file system of its own needs the right to mount one")
    yield RealDisk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def desk(settings, transactional_db):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False
    return signed_in(people.staff(Role.PUBLISHER))


def signed_in(person) -> Client:
    browser = Client(raise_request_exception=False)
    browser.force_login(person, backend=people.BACKEND)
    return browser


def noise() -> bytes:
    """A picture that no format makes small."""
    out = io.BytesIO()
    Image.frombytes("RGB", (200, 200), os.urandom(120_000)).save(out, "PNG")
    return out.getvalue()


def files(settings) -> set[str]:
    found = Path(settings.FILES_DIR).rglob("*")
    return {str(path) for path in found if path.is_file() and path.name != "ballast"}


def picture(**more):
    return forms.image_form(file=make.upload(noise(), "market.png"), **more)


def document():
    return forms.document_form(file=make.upload(make.PDF + os.urandom(60_000), "map.pdf"))


def media():
    return forms.media_form(file=film())


@pytest.mark.parametrize(
    ("door", "form", "model"),
    [
        ("wagtailimages:add", picture, CustomImage),
        ("wagtaildocs:add", document, CustomDocument),
        ("wagtailmedia:add", media, CustomMedia),
    ],
)
def test_an_editor_reads_that_there_is_no_room_and_later_it_goes(
    desk, disk, settings, door, form, model
):
    url = reverse(door, args=["video"]) if model is CustomMedia else reverse(door)
    disk.fill()
    answer = desk.post(url, form())
    assert (answer.status_code, NO_ROOM in answer.content.decode()) == (507, True)
    assert (model.objects.count(), files(settings)) == (0, set())
    disk.empty()
    assert desk.post(url, form()).status_code == 302
    assert model.objects.count() == 1


def test_a_film_whose_captions_find_no_room_is_not_kept_either(desk, disk, settings):
    film = make.WEBM + bytes(15 * PAGE - len(make.WEBM))
    captions = make.CAPTIONS + b"\n\n" + b"NOTE a long one\n\n" * PAGE
    form = forms.media_form(
        file=make.upload(film, "desk.webm"), captions_en=make.upload(captions, "desk.vtt")
    )
    disk.fill(room=16 * PAGE)
    answer = desk.post(reverse("wagtailmedia:add", args=["video"]), form)
    assert (answer.status_code, NO_ROOM in answer.content.decode()) == (507, True)
    assert (CustomMedia.objects.count(), files(settings)) == (0, set())


def test_a_film_that_may_have_been_saved_keeps_its_file(desk, settings, monkeypatch):
    """The database breaks off between writing down and saying so."""
    database = type(connections["default"])
    commit = database.commit

    def lost(self):
        commit(self)
        if CustomMedia.objects.exists():
            raise OperationalError

    monkeypatch.setattr(database, "commit", lost)
    url = reverse("wagtailmedia:add", args=["video"])
    assert desk.post(url, forms.media_form(file=film())).status_code == 503
    monkeypatch.undo()
    assert Path(CustomMedia.objects.get().file.path).exists()


def film():
    return make.upload(make.WEBM + os.urandom(60_000), "desk.webm")


def test_a_person_keeps_their_old_photo_until_there_is_room_for_the_new_one(disk, settings):
    person = people.person(profile=True)
    browser = signed_in(person)
    first = people.picture(size=(480, 480))
    assert browser.post(PROFILE, answers(photo=first)).status_code == 302
    before, kept = files(settings), Profile.objects.get(user=person).photo.name
    disk.fill()
    new = make.upload(noise(), "me.png")
    answer = browser.post(PROFILE, answers(photo=new, organisation="Another town"))
    assert (answer.status_code, NO_ROOM in answer.content.decode()) == (507, True)
    assert files(settings) == before
    profile = Profile.objects.get(user=person)
    assert profile.photo.name == kept
    disk.empty()
    new.seek(0)
    assert browser.post(PROFILE, answers(photo=new)).status_code == 302
    assert Profile.objects.get(user=person).photo.name != kept


def test_who_only_reads_is_not_told_of_a_file_of_theirs(disk, client):
    """The sizes of a picture are made when somebody first looks at it."""
    client.raise_request_exception = False
    shown = [{"type": "picture", "value": {"image": make.image().pk, "alt": "", "caption": ""}}]
    page = make.standard_page(make.home(), body=json.dumps(shown))
    disk.fill(room=0)
    answer = client.get(page.url)
    assert (answer.status_code, NO_ROOM in answer.content.decode()) == (503, False)
    disk.empty()
    answer = client.get(page.url)
    assert (answer.status_code, "<img" in answer.content.decode()) == (200, True)


def test_a_file_that_finds_no_room_on_its_way_in_is_answered_in_words(monkeypatch):
    """What is larger than a megabyte waits on a disk of the machine until all of it is there."""

    def full(handler, *given):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", full)
    browser = Client(raise_request_exception=False, enforce_csrf_checks=True)
    browser.force_login(people.person(profile=True), backend=people.BACKEND)
    token = str(browser.get(PROFILE).context["csrf_token"])
    photo = make.upload(noise() + bytes(2_000_000), "me.png")
    answer = browser.post(PROFILE, answers(photo=photo, csrfmiddlewaretoken=token))
    assert (answer.status_code, NO_ROOM in answer.content.decode()) == (507, True)
