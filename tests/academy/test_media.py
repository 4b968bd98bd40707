"""Uploaded files: shown when harmless, wound forward, never run, never outside the folder."""

import pytest

from academy import media

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "film.webm").write_bytes(bytes(range(256)))
    (tmp_path / "page.html").write_text("<script>alert(1)</script>")
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "secret.pdf").write_text("secret")
    return tmp_path


def body(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_a_film_is_shown_and_can_be_wound_forward(client, folder):
    answer = client.get("/media/film.webm")
    assert (answer.status_code, answer["Content-Type"]) == (200, "video/webm")
    assert answer["X-Content-Type-Options"] == "nosniff"
    part = client.get("/media/film.webm", headers={"Range": "bytes=100-103"})
    assert (part.status_code, body(part)) == (206, bytes(range(100, 104)))
    assert part["Content-Range"] == "bytes 100-103/256"
    assert body(client.get("/media/film.webm", headers={"Range": "bytes=-2"})) == bytes([254, 255])


@pytest.mark.parametrize("wish", ["bytes=999-", "bytes=-0"])
def test_a_range_outside_the_file_is_refused(client, folder, wish):
    assert client.get("/media/film.webm", headers={"Range": wish}).status_code == 416


def test_a_paused_film_holds_no_thread_since_it_comes_in_parts(client, folder, monkeypatch):
    monkeypatch.setattr(media, "PART", 10)
    part = client.get("/media/film.webm", headers={"Range": "bytes=0-"})
    assert (part.streaming, body(part)) == (False, bytes(range(10)))
    assert part["Content-Range"] == "bytes 0-9/256"


def test_a_part_of_a_film_that_was_replaced_is_answered_with_the_new_one(client, folder):
    known = client.get("/media/film.webm")["ETag"]
    wish = {"Range": "bytes=0-1", "If-Range": known}
    assert client.get("/media/film.webm", headers=wish).status_code == 206
    assert client.get("/media/film.webm", headers={"If-None-Match": known}).status_code == 304
    (folder / "film.webm").write_bytes(b"another film")
    assert body(client.get("/media/film.webm", headers=wish)) == b"another film"


def test_other_types_are_saved_and_never_run(client, folder):
    answer = client.get("/media/page.html")
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["../pyproject.toml", "%2e%2e/x", "documents/secret.pdf", "no.png"]
)
def test_what_is_outside_guarded_or_missing_is_not_found(client, folder, path):
    assert client.get(f"/media/{path}").status_code == 404
