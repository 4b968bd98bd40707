"""What a file is, whatever it calls itself. No database."""

import io
import tracemalloc

import pytest

from home import files
from home.captions import captions_problem
from tests.factories import home as make


def picture_problem(content, name):
    return files.picture_problem(io.BytesIO(content), name)


@pytest.mark.parametrize(
    ("format", "name"),
    [("PNG", "a.png"), ("JPEG", "a.jpg"), ("JPEG", "a.JPEG"), ("GIF", "a.gif"), ("WEBP", "a.webp")],
)
def test_a_whole_picture_under_its_right_name_is_taken(format, name):
    assert picture_problem(make.picture(format), name) is None


def test_the_file_is_left_at_its_beginning():
    file = io.BytesIO(make.picture("JPEG"))
    files.picture_problem(file, "a.jpg")
    assert file.tell() == 0


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (make.archive(a="b"), "holiday.jpg", "other_type"),
        (make.picture("JPEG"), "a.png", "other_type"),
        (make.PDF, "a.png", "other_type"),
        (b"", "a.png", "other_type"),
        (make.SVG, "a.png", "markup"),
        (b"\xef\xbb\xbf  <!-- a -->\n<svg>", "a.png", "markup"),
        ("<svg>".encode("utf-16"), "a.gif", "markup"),
        (make.SVG, "a.svg", "not_allowed"),
        (make.picture("BMP"), "a.bmp", "not_allowed"),
        (make.picture(), "a", "not_allowed"),
        (make.picture("JPEG", (400, 300))[:-400], "a.jpg", "damaged"),
        (make.picture("PNG", (400, 300))[:-40], "a.png", "damaged"),
        (make.picture("WEBP", (400, 300))[:-40], "a.webp", "damaged"),
        (make.picture("GIF", (400, 300))[:-40], "a.gif", "damaged"),
        (make.png_that_claims(100, 100), "a.png", "damaged"),
        (make.png_that_claims(8000, 6250), "a.png", "too_many_pixels"),
        (make.png_that_claims(30000, 30000), "a.png", "too_many_pixels"),
        (make.webp_that_claims(16000, 16000), "a.webp", "too_many_pixels"),
    ],
)
def test_a_picture_that_is_not_what_it_says_is_refused(content, name, reason):
    assert picture_problem(content, name) == reason


def test_the_pixels_of_all_frames_count():
    moving = make.picture("GIF", (100, 100), frames=5)
    assert files.picture_problem(io.BytesIO(moving), "a.gif", max_pixels=40_000) == (
        "too_many_pixels"
    )
    assert files.picture_problem(io.BytesIO(moving), "a.gif", max_pixels=50_000) is None


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (make.png_that_claims(30000, 30000), "a.png"),
        (make.webp_that_claims(16383, 16383), "a.webp"),
    ],
)
def test_a_decompression_bomb_costs_no_memory(content, name):
    tracemalloc.start()
    picture_problem(content, name)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


def document_problem(content, name):
    return files.document_problem(io.BytesIO(content), name)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (make.PDF, "a.pdf"),
        (make.docx(), "a.docx"),
        (make.archive(**{"[Content_Types].xml": "<T/>", "xl/workbook.xml": ""}), "a.xlsx"),
        (make.odt(), "a.odt"),
        (b"place,number\nMechelen,257\n", "a.csv"),
        ("place;number\nGdańsk;1\n".encode("utf-16"), "a.csv"),
        ("Köln;1\n".encode("cp1252"), "a.csv"),
        (b"Some words.", "a.txt"),
    ],
)
def test_a_document_under_its_right_name_is_taken(content, name):
    assert document_problem(content, name) is None


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (make.HTML, "a.pdf", "markup"),
        (make.SVG, "a.txt", "markup"),
        (b'<?xml version="1.0"?><svg/>', "a.csv", "markup"),
        (make.SVG, "a.svg", "not_allowed"),
        (make.HTML, "a.html", "not_allowed"),
        (b"MZ\x90\0", "a.exe", "not_allowed"),
        (make.docx(), "a.docm", "not_allowed"),
        (b"MZ\x90\0", "a.pdf", "other_type"),
        (b"MZ\x90\0\x03", "a.txt", "other_type"),
        (b"MZ\x90\0", "a.docx", "other_type"),
        (make.archive(a="b"), "a.docx", "other_type"),
        (make.odt(), "a.docx", "other_type"),
        (make.docx(), "a.xlsx", "other_type"),
        (make.docx(), "a.odt", "other_type"),
        (make.odt(), "a.ods", "other_type"),
        (make.docx()[:-30], "a.docx", "damaged"),
        (make.docx(**{"word/vbaProject.bin": "x"}), "a.docx", "macros"),
        (
            make.archive(
                **{
                    "[Content_Types].xml": "application/vnd.ms-word.document.macroEnabled.main",
                    "word/document.xml": "",
                }
            ),
            "a.docx",
            "macros",
        ),
        (make.odt(**{"Basic/Standard/Module1.xml": "x"}), "a.odt", "macros"),
    ],
)
def test_a_document_that_is_not_what_it_says_is_refused(content, name, reason):
    assert document_problem(content, name) == reason


def test_an_archive_with_an_endless_table_of_contents_is_refused_before_it_is_read():
    names = {f"word/{n:060}": "" for n in range(12_000)}
    assert document_problem(make.docx(**names), "a.docx") == "damaged"


@pytest.mark.parametrize(
    ("content", "name", "kind", "reason"),
    [
        (make.MP4, "a.mp4", "video", None),
        (make.WEBM, "a.webm", "video", None),
        (make.MP3, "a.mp3", "audio", None),
        (b"\xff\xfb\x90\x00", "a.mp3", "audio", None),
        (b"OggS\0", "a.ogg", "audio", None),
        (b"RIFF\0\0\0\0WAVE", "a.wav", "audio", None),
        (make.MP4, "a.m4a", "audio", None),
        (make.MP3, "a.mp4", "video", "other_type"),
        (make.HTML, "a.webm", "video", "other_type"),
        (make.MP4, "a.mov", "video", "not_allowed"),
        (make.MP3, "a.mp3", "video", "not_allowed"),
        (make.WEBM, "a.webm", "audio", "not_allowed"),
    ],
)
def test_sound_and_film_are_known_by_their_first_bytes(content, name, kind, reason):
    assert files.media_problem(io.BytesIO(content), name, kind) == reason


CUES = (
    "WEBVTT\n\n1\n00:00:00.500 --> 00:00:02.000\nGood morning.\n\n"
    "00:00:02.000 --> 00:00:03.000 align:start\nPlease sit down.\n"
)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (CUES.encode(), None),
        (b"\xef\xbb\xbf" + CUES.encode(), None),
        (b"", "not_webvtt"),
        (make.HTML, "not_webvtt"),
        (b"1\n00:00:00,500 --> 00:00:02,000\nSRT\n", "not_webvtt"),
        (b"WEBVTT\n\n0:0:1.5 --> 0:0:2.5\nLoose times\n", "not_webvtt"),
        (b"WEBVTT\n\n", "no_captions"),
        (CUES.encode("utf-16"), "not_utf8"),
        (b"WEBVTT\n\n00:02.000 --> 00:01.000\nBackwards\n", "ends_before_start"),
        (b"WEBVTT\n\n00:02.000 --> 00:03.000\nB\n\n00:01.500 --> 00:04.000\nA\n", "out_of_order"),
        (b"WEBVTT\n\n" + b"NOTE x\n\n" * 200_000, "too_large"),
    ],
)
def test_captions_are_webvtt_as_browsers_read_it(content, reason):
    assert captions_problem(io.BytesIO(content)) == reason
