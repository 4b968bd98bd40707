"""Uploaded files: shown when harmless, wound forward, never run, never outside the folder."""

import pytest

pytestmark = pytest.mark.django_db
HIDDEN = ["../pyproject.toml", "%2e%2e/x", "documents/secret.pdf", "no.png"]


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


def test_other_types_are_saved_and_never_run(client, folder):
    answer = client.get("/media/page.html")
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["../pyproject.toml", "%2e%2e/x", "documents/secret.pdf", "no.png"]
)
def test_what_is_outside_guarded_or_missing_is_not_found(client, folder, path):
    assert client.get(f"/media/{path}").status_code == 404
