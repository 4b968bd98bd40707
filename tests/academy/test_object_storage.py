"""The site on an S3-compatible store: what is public is shown, what is private asks who you are,
and nothing of it differs from a site on a disk."""

import io
import zipfile
from datetime import timedelta

import boto3
import pytest
import requests
from django.core.files.storage import default_storage, storages
from django.db import transaction
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone
from moto.server import ThreadedMotoServer
from wagtail.models import Collection, CollectionViewRestriction

from academy import media
from academy.storage import PublicStorage
from home.models import CustomDocument, CustomImage, CustomMedia, Licence, MediaTrack
from participants import actions
from participants.models import DataExport, Profile
from participants.models.profiles import private_storage
from tests.factories import home as make_files
from tests.factories import participants as make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def server():
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def bucket(server, settings):
    """Empty, and closed to the public."""
    requests.post(f"{server}/moto-api/reset", timeout=10)
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    made = boto3.resource("s3", endpoint_url=server, region_name="us-east-1", **keys).Bucket(
        "academy"
    )
    made.create()
    common = {
        "bucket_name": "academy",
        "access_key": "key",
        "secret_key": "secret",
        "endpoint_url": server,
        "region_name": "us-east-1",
        "addressing_style": "path",
    }
    changed = settings.STORAGES | {
        "default": {"BACKEND": "academy.storage.PublicStorage", "OPTIONS": common},
        "private": {"BACKEND": "academy.storage.PrivateStorage", "OPTIONS": common},
    }
    fields = [CustomDocument.file.field, Profile.photo.field]
    with override_settings(STORAGES=changed):
        held = [field.storage for field in fields]
        for field in fields:
            field.storage = storages["private"]
        yield made
        for field, storage in zip(fields, held, strict=True):
            field.storage = storage


def keys(bucket):
    return sorted(one.key for one in bucket.objects.all())


def body(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def document(**changes):
    fields = {
        "title": "Map",
        "licence": Licence.OWN,
        "file": make_files.upload(make_files.PDF, "map.pdf"),
    }
    return CustomDocument.objects.create(**fields | changes)


# --- What everybody may see ---------------------------------------------------------------------


def test_a_picture_is_stored_made_smaller_and_shown_by_the_site(bucket, client):
    picture = CustomImage.objects.create(
        title="Market",
        description="A market",
        licence=Licence.OWN,
        file=make_files.upload(make_files.picture(), "market.png"),
    )
    small = picture.get_rendition("width-20")
    assert all(key.startswith("media/") for key in keys(bucket))
    assert small.url.startswith("/media/images/market")
    answer = client.get(small.url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer["Cache-Control"] == "public, max-age=3600"
    assert "Set-Cookie" not in answer
    again = client.get(small.url, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304

    with transaction.atomic():
        picture.delete()
    assert keys(bucket) == []


def test_a_film_is_wound_forward_and_comes_in_parts(bucket, client, monkeypatch):
    default_storage.save("media/film.webm", make_files.upload(bytes(range(200)), "film.webm"))
    part = client.get("/media/media/film.webm", headers={"Range": "bytes=100-103"})
    assert (part.status_code, body(part)) == (206, bytes(range(100, 104)))
    assert part["Content-Range"] == "bytes 100-103/200"
    assert body(client.get("/media/media/film.webm", headers={"Range": "bytes=-2"})) == b"\xc6\xc7"
    monkeypatch.setattr(media, "PART", 10)
    whole = client.get("/media/media/film.webm")
    assert (whole.streaming, whole["Content-Length"]) == (True, "200")
    assert body(whole) == bytes(range(200))


def test_captions_come_from_the_site_even_where_films_do_not(bucket):
    film = CustomMedia.objects.create(
        title="Desk",
        type="video",
        duration=1,
        licence=Licence.OWN,
        file=make_files.upload(make_files.WEBM, "desk.webm"),
    )
    track = MediaTrack.objects.create(
        media=film, language="en", captions=make_files.upload(make_files.CAPTIONS, "desk.vtt")
    )
    elsewhere = PublicStorage(bucket_name="academy", public_url="https://files.example.org/media")
    assert elsewhere.url(film.file.name) == f"https://files.example.org/media/{film.file.name}"
    assert elsewhere.url(track.captions.name) == f"/media/{track.captions.name}"


@pytest.mark.parametrize(
    "path",
    ["../private/exports/x.zip", "%2e%2e/private/x", "documents/map.pdf", "no.png", "a//../b"],
)
def test_nothing_private_is_reached_by_a_public_address(bucket, client, path):
    document()
    private_storage().save("exports/x.zip", make_files.upload(b"secret", "x.zip"))
    assert client.get(f"/media/{path}").status_code == 404


# --- What is for some ---------------------------------------------------------------------------


def test_a_document_for_some_is_refused_to_a_visitor_and_streamed_to_them(bucket, client):
    inside = Collection.get_first_root_node().add_child(name="Inside")
    CollectionViewRestriction.objects.create(
        collection=inside, restriction_type=CollectionViewRestriction.LOGIN
    )
    given = document(collection=inside)
    assert keys(bucket) == ["private/documents/map.pdf"]
    assert client.get(given.url).status_code == 302
    client.force_login(make.person(), backend=make.BACKEND)
    answer = client.get(given.url)
    assert (answer.status_code, body(answer)) == (200, make_files.PDF)
    assert answer["Content-Disposition"].startswith("attachment")


def test_with_signed_links_only_who_may_gets_one_for_a_minute(bucket, client, settings):
    settings.WAGTAILDOCS_SERVE_METHOD = "redirect"
    inside = Collection.get_first_root_node().add_child(name="Inside")
    CollectionViewRestriction.objects.create(
        collection=inside, restriction_type=CollectionViewRestriction.LOGIN
    )
    given = document(collection=inside)
    assert "X-Amz-Signature" not in client.get(given.url)["Location"]
    client.force_login(make.person(), backend=make.BACKEND)
    link = client.get(given.url)["Location"]
    assert "X-Amz-Expires=60" in link
    fetched = requests.get(link, timeout=10)
    assert fetched.content == make_files.PDF
    assert fetched.headers["Content-Disposition"].startswith("attachment")


def photo_of(person):
    person.profile.photo.save("photo.jpg", make.picture())


def test_a_photo_is_shown_to_its_person_and_to_nobody_else(bucket, client):
    ada = make.person(profile=True)
    photo_of(ada)
    url = reverse("participants:photo", args=[ada.pk])
    assert client.get(url).status_code == 302
    client.force_login(make.person(), backend=make.BACKEND)
    assert client.get(url).status_code == 404
    client.force_login(ada, backend=make.BACKEND)
    answer = client.get(url)
    assert (answer.status_code, body(answer)[:3]) == (200, b"\xff\xd8\xff")
    assert answer["Cache-Control"] == "private, max-age=300"


def test_a_copy_of_data_is_made_by_the_worker_fetched_and_gone_with_its_days(bucket, client, jobs):
    ada = make.person(profile=True)
    photo_of(ada)
    actions.request_export(ada.pk)
    jobs.run()
    made = DataExport.objects.get()
    assert f"private/exports/{made.token}.zip" in keys(bucket)
    url = reverse("participants:data_download", args=[made.token])
    client.force_login(make.person(), backend=make.BACKEND)
    assert client.get(url).status_code == 404
    client.force_login(ada, backend=make.BACKEND)
    content = body(client.get(url))
    assert len(content) == made.size
    assert "files/photo.jpg" in zipfile.ZipFile(io.BytesIO(content)).namelist()

    DataExport.objects.update(expires_at=timezone.now())
    assert actions.drop_expired_exports() == 1
    assert not any("exports" in key for key in keys(bucket))


def test_a_copy_that_an_accident_left_goes_after_an_hour(bucket):
    private_storage().save("exports/left.zip", make_files.upload(b"x", "left.zip"))
    assert actions.drop_expired_exports() == 0
    assert actions.drop_expired_exports(now=timezone.now() + timedelta(hours=2)) == 1
    assert keys(bucket) == []


def test_erasing_somebody_deletes_their_objects(bucket, jobs):
    ada = make.person(profile=True)
    photo_of(ada)
    actions.request_export(ada.pk)
    jobs.run()
    assert len(keys(bucket)) == 2
    actions.erase_person(ada.pk)
    # Of the person only the note stays by which a restored backup erases them again: a number.
    assert keys(bucket) == [f"private/erased/{ada.pk}"]


def test_a_store_that_is_away_is_given_up_soon(bucket):
    away = PublicStorage(
        bucket_name="academy", access_key="k", secret_key="s", endpoint_url="http://127.0.0.1:9"
    )
    with pytest.raises(Exception, match="Could not connect"):
        away.probe()
