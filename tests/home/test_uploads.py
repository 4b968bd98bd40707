"""Files brought in through the editor's desk, by every door it has."""

import io
import tempfile
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Collection, UploadedFile

from home.models import CustomDocument, CustomImage, CustomMedia, Licence, MediaTrack
from tests.factories import home as make

MEGABYTE = 1024 * 1024


def image_form(**changes):
    fields = {
        "title": "Market",
        "description": "A market square",
        "licence": Licence.OWN,
        "collection": Collection.get_first_root_node().pk,
        "file": make.upload(make.picture(), "market.png"),
    }
    return fields | changes


def document_form(**changes):
    return image_form(**{"file": make.upload(make.PDF, "map.pdf")} | changes)


def media_form(**changes):
    fields = {
        "file": make.upload(make.WEBM, "desk.webm"),
        "captions_en": make.upload(make.CAPTIONS, "desk.vtt"),
        "transcript_en": "Good morning.",
    }
    return image_form(**fields | changes)


def errors(response):
    return response.context["form"].errors.get_json_data()


def words(response, field="file"):
    return [error["message"] for error in errors(response)[field]]


# --- Pictures -----------------------------------------------------------------------------------


def test_a_described_picture_is_taken(desk):
    response = desk.post(reverse("wagtailimages:add"), image_form())
    assert response.status_code == 302
    taken = CustomImage.objects.get()
    assert (taken.description, taken.width, taken.height) == ("A market square", 40, 30)


def test_a_picture_is_described_or_marked_as_decorative(desk):
    response = desk.post(reverse("wagtailimages:add"), image_form(description=" "))
    assert words(response, "description") == ["Describe the picture, or mark it as decorative."]
    assert response.context["form"]["title"].value() == "Market"

    form = image_form(description="", is_decorative="on")
    assert desk.post(reverse("wagtailimages:add"), form).status_code == 302
    assert CustomImage.objects.get().default_alt_text == ""


def test_a_picture_under_an_attribution_licence_names_who_made_it(desk):
    response = desk.post(reverse("wagtailimages:add"), image_form(licence=Licence.CC_BY))
    assert words(response, "credit") == ["Say who made this: the licence asks for it."]
    response = desk.post(reverse("wagtailimages:add"), image_form(licence=""))
    assert words(response, "licence") == ["This field is required."]


REFUSED_PICTURES = [
    (
        make.png_that_claims(8000, 6250),
        "fifty-megapixels.png",
        "This picture is too large: at most 40 million pixels. Make it smaller first.",
    ),
    (
        make.png_that_claims(60000, 60000),
        "bomb.png",
        "This picture is too large: at most 40 million pixels. Make it smaller first.",
    ),
    (
        make.archive(a="b"),
        "holiday.jpg",
        "This is not what its name says: the content of holiday.jpg is of another type.",
    ),
    (
        make.SVG,
        "drawing.png",
        "This file is a web page or an SVG drawing, which could run in a browser.",
    ),
    (
        make.SVG,
        "drawing.svg",
        "This type of file is not taken here. Allowed: gif, jpg, jpeg, png, webp.",
    ),
    (
        make.picture("JPEG", (400, 300))[:-400],
        "half.jpg",
        "This file is damaged or not complete. Save it again and send it once more.",
    ),
    (
        make.picture() + b"\0" * 10 * MEGABYTE,
        "heavy.png",
        "This file is too large (10.0\xa0MB). At most 10.0\xa0MB are taken.",
    ),
]
BY_NAME = [name for _content, name, _words in REFUSED_PICTURES]


@pytest.mark.parametrize(("content", "name", "expected"), REFUSED_PICTURES, ids=BY_NAME)
def test_every_door_refuses_the_same_pictures_in_the_same_words(desk, content, name, expected):
    add = desk.post(reverse("wagtailimages:add"), image_form(file=make.upload(content, name)))
    assert words(add) == [expected]

    several = desk.post(
        reverse("wagtailimages:add_multiple"), {"files[]": make.upload(content, name)}
    )
    assert several.json() == {"success": False, "error_message": expected}

    chooser = {f"image-chooser-upload-{key}": value for key, value in image_form().items()}
    chooser["image-chooser-upload-file"] = make.upload(content, name)
    chosen = desk.post(reverse("wagtailimages_chooser:create"), chooser)
    assert expected in chosen.json()["htmlFragment"].replace("&nbsp;", "\xa0")

    assert not CustomImage.objects.exists()
    assert not UploadedFile.objects.exists()


def test_a_new_file_of_an_old_picture_is_checked_as_well(desk):
    picture = make.image()
    address = reverse("wagtailimages:edit", args=[picture.pk])
    response = desk.post(address, image_form(file=make.upload(make.SVG, "a.png")))
    assert words(response) == [REFUSED_PICTURES[3][2]]
    form = image_form(title="Square")
    del form["file"]
    assert desk.post(address, form).status_code == 302
    picture.refresh_from_db()
    assert picture.title == "Square"


def test_several_pictures_at_once_are_asked_for_their_description_afterwards(desk):
    file = make.upload(make.picture(), "market.png")
    response = desk.post(reverse("wagtailimages:add_multiple"), {"files[]": file}).json()
    assert not CustomImage.objects.exists()

    waiting = response["uploaded_file_id"]
    form = {
        f"uploaded-image-{waiting}-{key}": value
        for key, value in image_form().items()
        if key != "file"
    }
    address = reverse("wagtailimages:create_multiple_from_uploaded_image", args=[waiting])
    empty = desk.post(address, form | {f"uploaded-image-{waiting}-description": ""}).json()
    assert empty["success"] is False
    assert "Describe the picture, or mark it as decorative." in empty["form"]

    assert desk.post(address, form).json()["success"] is True
    assert CustomImage.objects.get().description == "A market square"


# --- Documents ------------------------------------------------------------------------------------

REFUSED_DOCUMENTS = [
    (
        make.HTML,
        "report.pdf",
        "This file is a web page or an SVG drawing, which could run in a browser.",
    ),
    (
        b"MZ\x90\0",
        "report.docx",
        "This is not what its name says: the content of report.docx is of another type.",
    ),
    (
        make.docx(**{"word/vbaProject.bin": "x"}),
        "form.docx",
        "This document holds macros. Save it without them, as an ordinary document.",
    ),
    (
        make.PDF + b"\0" * 20 * MEGABYTE,
        "heavy.pdf",
        "This file is too big (20.0\xa0MB). Maximum filesize 20.0\xa0MB.",
    ),
]


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    REFUSED_DOCUMENTS,
    ids=[name for _content, name, _words in REFUSED_DOCUMENTS],
)
def test_every_door_refuses_the_same_documents(desk, content, name, expected):
    form = document_form(file=make.upload(content, name))
    assert words(desk.post(reverse("wagtaildocs:add"), form)) == [expected]

    several = desk.post(
        reverse("wagtaildocs:add_multiple"), {"files[]": make.upload(content, name)}
    )
    assert several.json() == {"success": False, "error_message": expected}

    chooser = {f"document-chooser-upload-{key}": value for key, value in form.items()}
    chooser["document-chooser-upload-file"] = make.upload(content, name)
    chosen = desk.post(reverse("wagtaildocs_chooser:create"), chooser)
    assert expected in chosen.json()["htmlFragment"].replace("&nbsp;", "\xa0")

    assert not CustomDocument.objects.exists()


def test_a_document_type_that_is_not_on_the_list_is_refused(desk):
    form = document_form(file=make.upload(make.SVG, "drawing.svg"))
    response = desk.post(reverse("wagtaildocs:add"), form)
    assert words(response) == [
        "This type of file is not taken here. Allowed: csv, docx, odp, ods, odt, pdf, pptx, txt, "
        "xlsx."
    ]


def test_a_document_is_taken_and_stands_outside_the_public_folder(desk, settings):
    assert desk.post(reverse("wagtaildocs:add"), document_form()).status_code == 302
    taken = CustomDocument.objects.get()
    assert Path(taken.file.path).read_bytes() == make.PDF
    assert not Path(taken.file.path).is_relative_to(settings.MEDIA_ROOT)


# --- Sound and film ---------------------------------------------------------------------------


def add_media(desk, kind="video", **changes):
    return desk.post(reverse("wagtailmedia:add", args=[kind]), media_form(**changes))


def test_a_video_is_taken_with_captions_and_transcript(desk):
    assert add_media(desk).status_code == 302
    taken = CustomMedia.objects.get()
    track = taken.tracks.get()
    assert (track.language, track.transcript) == ("en", "Good morning.")
    assert track.captions.read() == make.CAPTIONS
    assert taken.missing() == []


def test_a_video_lacking_its_words_is_refused_and_keeps_what_was_written(desk):
    response = add_media(desk, captions_en="", transcript_en="")
    assert words(response, "captions_en") == [
        "A video goes out with captions. Add a WebVTT file in one language at least."
    ]
    assert words(response, "transcript_en") == ["Add a transcript in one language at least."]
    assert response.context["form"]["title"].value() == "Market"


def test_words_in_any_one_language_are_enough(desk):
    changes = {"captions_en": "", "transcript_en": "", "transcript_de": "Guten Morgen."}
    captions = make.upload(make.CAPTIONS, "de.vtt")
    assert add_media(desk, captions_de=captions, **changes).status_code == 302
    assert CustomMedia.objects.get().tracks.get().language == "de"


def test_a_recording_needs_a_transcript_and_no_captions(desk):
    recording = {"kind": "audio", "captions_en": ""}
    response = add_media(desk, file=make.upload(make.MP3, "a.mp3"), transcript_en="", **recording)
    assert set(errors(response)) == {"transcript_en"}
    assert add_media(desk, file=make.upload(make.MP3, "a.mp3"), **recording).status_code == 302


@pytest.mark.parametrize(
    ("field", "content", "name", "expected"),
    [
        ("file", make.HTML, "a.webm", "the content of a.webm is of another type."),
        ("file", make.WEBM, "a.mov", "Allowed: mp4, webm."),
        ("other_file", make.HTML, "a.mp4", "the content of a.mp4 is of another type."),
        ("thumbnail", make.SVG, "a.png", "a web page or an SVG drawing"),
        ("captions_en", b"1\n00:00:00,000 --> 00:00:01,000\nA\n", "a.vtt", "not a WebVTT file"),
        ("captions_en", make.CAPTIONS, "a.srt", "Allowed: vtt."),
        ("captions_fr", b"WEBVTT\n\n", "fr.vtt", "There is no caption in this file."),
    ],
)
def test_a_wrong_file_is_refused_beside_its_field(desk, field, content, name, expected):
    response = add_media(desk, **{field: make.upload(content, name)})
    assert set(errors(response)) == {field}
    assert expected in words(response, field)[0]
    assert not CustomMedia.objects.exists()


def test_media_is_either_a_video_or_a_recording(desk):
    response = add_media(desk, kind="media")
    assert "Say whether this is a video or a recording." in words(response, "__all__")


def test_the_chooser_refuses_a_video_without_words(desk):
    form = {f"media-chooser-upload-{key}": value for key, value in media_form().items()}
    form["media-chooser-upload-captions_en"] = ""
    response = desk.post(reverse("wagtailmedia:chooser_upload", args=["video"]), form)
    assert "A video goes out with captions." in response.content.decode()
    assert not CustomMedia.objects.exists()


def test_editing_keeps_replaces_and_removes_words(desk, django_capture_on_commit_callbacks):
    item = make.media()
    old = Path(item.tracks.get().captions.path)
    address = reverse("wagtailmedia:edit", args=[item.pk])
    form = media_form(transcript_en="Good evening.", transcript_fr="Bonsoir.")
    del form["file"], form["captions_en"]
    assert desk.post(address, form).status_code == 302
    kept = MediaTrack.objects.values_list("language", "transcript").order_by("language")
    assert list(kept) == [("en", "Good evening."), ("fr", "Bonsoir.")]
    assert old.exists()

    form["transcript_fr"] = ""
    form["captions_en"] = make.upload(make.CAPTIONS.replace(b"morning", b"evening"), "new.vtt")
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.post(address, form).status_code == 302
    track = item.tracks.get()
    assert b"evening" in track.captions.read()
    assert not old.exists()

    form["captions_en"] = ""
    form["captions_en-clear"] = "on"
    assert set(errors(desk.post(address, form))) == {"captions_en"}


def test_deleting_a_video_removes_all_its_files(desk, django_capture_on_commit_callbacks):
    item = make.media(other_file=make.upload(make.MP4, "desk.mp4"))
    paths = [Path(f.path) for f in (item.file, item.other_file, item.tracks.get().captions)]
    assert [path.exists() for path in paths] == [True, True, True]
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(reverse("wagtailmedia:delete", args=[item.pk]))
    assert [path.exists() for path in paths] == [False, False, False]


# --- More than the site could keep ----------------------------------------------------------------


class Stream(io.RawIOBase):
    """A request body that is made while it is read: a form with one endless file."""

    def __init__(self, size, field, name):
        head = (
            f'--edge\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
        )
        tail = b"\r\n--edge--\r\n"
        self.parts = [io.BytesIO(head.encode()), None, io.BytesIO(tail)]
        self.left, self.taken = size, 0
        self.length = size + len(head) + len(tail)

    def read(self, size=-1):
        size = 1024 * 1024 if size is None or size < 0 else size
        data = self.parts[0].read(size)
        if not data and self.left:
            data = b"\0" * min(size, self.left)
            self.left -= len(data)
        data = data or self.parts[2].read(size)
        self.taken += len(data)
        return data


def send(client, address, size, field="file", name="big.pdf"):
    body = Stream(size, field, name)
    response = client.generic(
        "POST",
        address,
        **{
            "wsgi.input": body,
            "CONTENT_LENGTH": str(body.length),
            "CONTENT_TYPE": "multipart/form-data; boundary=edge",
        },
    )
    return response, body


@pytest.fixture
def temporary(settings, tmp_path, monkeypatch):
    """Where uploads are kept for a moment, and how large that folder ever became."""
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "temporary"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    sizes = [0]
    write = tempfile._TemporaryFileWrapper.__getattr__

    def noticing(wrapper, name):
        if name == "write":
            sizes.append(wrapper.file.tell())
        return write(wrapper, name)

    monkeypatch.setattr(tempfile._TemporaryFileWrapper, "__getattr__", noticing)
    return sizes


def test_a_document_of_two_gigabytes_is_refused_in_words_and_never_fills_the_disk(
    desk, temporary, settings
):
    settings.UPLOAD_QUOTA_STAFF = 2 * MEGABYTE
    size = 2048 * MEGABYTE if settings.UPLOAD_CEILING > 2048 * MEGABYTE else 0
    response, _body = send(desk, reverse("wagtaildocs:add"), size)
    assert response.status_code == 200
    assert words(response) == ["This file is too big (2.0\xa0GB). Maximum filesize 20.0\xa0MB."]
    assert max(temporary) <= 2 * MEGABYTE
    assert list(settings.FILE_UPLOAD_TEMP_DIR.iterdir()) == []


@pytest.mark.parametrize(
    "address",
    ["wagtailimages:add_multiple", "wagtaildocs:add_multiple"],
)
def test_several_at_once_say_it_too(desk, temporary, settings, address):
    settings.UPLOAD_QUOTA_STAFF = MEGABYTE
    response, _body = send(desk, reverse(address), 30 * MEGABYTE, "files[]", "big.png")
    assert response.json()["success"] is False
    assert "30.0\xa0MB" in response.json()["error_message"]
    assert max(temporary) <= MEGABYTE


def test_captions_and_film_that_are_too_large_are_refused_by_their_size(desk, settings):
    settings.UPLOAD_QUOTA_MEDIA = MEGABYTE
    settings.MEDIA_MAX_UPLOAD_SIZE = 2 * MEGABYTE
    address = reverse("wagtailmedia:add", args=["video"])
    response, _body = send(desk, address, 5 * MEGABYTE, "file", "a.webm")
    assert words(response) == ["This file is too large (5.0\xa0MB). At most 2.0\xa0MB are taken."]
    response, _body = send(desk, address, 5 * MEGABYTE, "captions_en", "a.vtt")
    assert words(response, "captions_en") == [
        "This file is too large (5.0\xa0MB). At most 1.0\xa0MB are taken."
    ]


def test_a_stranger_who_announces_too_much_is_turned_away_unread(db):
    client = Client()
    response, body = send(client, reverse("wagtaildocs:add"), 100 * MEGABYTE)
    assert (response.status_code, body.taken) == (302, 0)
    response, body = send(client, reverse("account_login"), 100 * MEGABYTE)
    assert (response.status_code, body.taken) == (400, 0)
    assert "This request was not taken in" in response.content.decode()


def test_nobody_may_send_more_than_the_ceiling(desk, settings):
    settings.UPLOAD_CEILING = 8 * MEGABYTE
    response, body = send(desk, reverse("wagtaildocs:add"), 9 * MEGABYTE)
    assert (response.status_code, body.taken) == (400, 0)


@pytest.mark.parametrize(
    "address",
    [
        "/admin/images/add/",
        "/admin/images/multiple/add/",
        "/admin/documents/add/",
        "/admin/documents/multiple/add/",
        "/admin/media/video/add/",
    ],
)
def test_only_people_with_the_right_bring_files_in(db, address):
    from participants.models import User

    client = Client()
    assert client.post(address, {}).status_code == 302
    client.force_login(User.objects.create_user("ana@example.org", "a-long-password", name="Ana"))
    response = client.post(address, {"file": make.upload(make.PDF, "a.pdf")})
    assert response.status_code in {302, 403}
    assert not CustomDocument.objects.exists()
