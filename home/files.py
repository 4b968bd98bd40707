"""What a file is, whatever it calls itself. Reads headers and tables of contents, never the whole
of a picture into memory, and knows nothing of requests or models.

Every check returns a reason code, or None when the file is what it says."""

import codecs
import struct
import warnings
import zipfile
from collections.abc import Callable
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

MAX_PIXELS = 40_000_000
MAX_CAPTIONS = 1024 * 1024

# --- Pictures --------------------------------------------------------------------------------

PICTURE_FORMATS = {"png": "PNG", "jpg": "JPEG", "jpeg": "JPEG", "gif": "GIF", "webp": "WEBP"}
BROKEN_PICTURE = (OSError, SyntaxError, ValueError, IndexError, struct.error, MemoryError)


def ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def picture_problem(file: BinaryIO, name: str, *, max_pixels: int = MAX_PIXELS) -> str | None:
    """Judges by the header first: a picture that is too large is never decoded."""
    expected = PICTURE_FORMATS.get(ending(name))
    if expected is None:
        return "not_allowed"
    if looks_like_markup(file):
        return "markup"
    if _webp_pixels(file) > max_pixels:
        return "too_many_pixels"
    file.seek(0)
    try:
        with warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning):
            picture = Image.open(file, formats=sorted(set(PICTURE_FORMATS.values())))
    except Image.DecompressionBombError:
        return "too_many_pixels"
    except UnidentifiedImageError:
        return "other_type"
    except BROKEN_PICTURE:
        return "damaged"
    # A phone's JPEG may carry a second picture; Pillow calls that MPO.
    if picture.format != expected and (picture.format, expected) != ("MPO", "JPEG"):
        return "other_type"
    return _decoding_problem(file, picture, max_pixels)


def _decoding_problem(file: BinaryIO, picture: Image.Image, max_pixels: int) -> str | None:
    width, height = picture.size
    if width * height > max_pixels:
        return "too_many_pixels"
    try:
        if width * height * getattr(picture, "n_frames", 1) > max_pixels:
            return "too_many_pixels"
        picture.draft("RGB", (width // 8, height // 8))  # a JPEG is read at an eighth of its size
        picture.load()
    except BROKEN_PICTURE:
        return "damaged"
    finally:
        file.seek(0)
    return None


def _webp_pixels(file: BinaryIO) -> int:
    """Of a WebP, whose decoder asks for memory before anybody has looked at its size; else 0."""
    file.seek(0)
    head = file.read(30)
    if len(head) < 30 or head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        return 0
    if head[12:16] == b"VP8X":
        width, height = (int.from_bytes(head[i : i + 3], "little") + 1 for i in (24, 27))
    elif head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width, height = (int.from_bytes(head[i : i + 2], "little") & 0x3FFF for i in (26, 28))
    return width * height


# --- Documents -------------------------------------------------------------------------------

# A document's table of contents larger than this is an attack, not a document.
MAX_DIRECTORY = 1024 * 1024
OFFICE_FOLDERS = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
OPEN_FORMATS = {"odt": b"text", "ods": b"spreadsheet", "odp": b"presentation"}
TEXTS = {"csv", "txt"}
DOCUMENTS = ["csv", "docx", "odp", "ods", "odt", "pdf", "pptx", "txt", "xlsx"]


def document_problem(file: BinaryIO, name: str) -> str | None:
    kind = ending(name)
    if kind not in DOCUMENTS:
        return "not_allowed"
    if looks_like_markup(file):
        return "markup"
    if kind == "pdf":
        return None if _head(file, 5) == b"%PDF-" else "other_type"
    if kind in TEXTS:
        return None if _is_text(file) else "other_type"
    return _archive_problem(file, kind)


def _archive_problem(file: BinaryIO, kind: str) -> str | None:
    if _head(file, 4) != b"PK\x03\x04":
        return "other_type"
    if _directory_size(file) > MAX_DIRECTORY:
        return "damaged"
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            check = _office_problem if kind in OFFICE_FOLDERS else _open_format_problem
            return check(archive, names, kind)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
        return "damaged"
    finally:
        file.seek(0)


def _office_problem(archive: zipfile.ZipFile, names: list[str], kind: str) -> str | None:
    folder = OFFICE_FOLDERS[kind]
    if "[Content_Types].xml" not in names or not any(n.startswith(folder) for n in names):
        return "other_type"
    with archive.open("[Content_Types].xml") as types:
        declared = types.read(MAX_DIRECTORY).lower()
    if b"macroenabled" in declared or any("vbaproject" in n.lower() for n in names):
        return "macros"
    return None


def _open_format_problem(archive: zipfile.ZipFile, names: list[str], kind: str) -> str | None:
    if "mimetype" not in names:
        return "other_type"
    with archive.open("mimetype") as declared:
        expected = b"application/vnd.oasis.opendocument." + OPEN_FORMATS[kind]
        if declared.read(200).strip() != expected:
            return "other_type"
    return "macros" if any(n.startswith(("Basic/", "Scripts/")) for n in names) else None


def _directory_size(file: BinaryIO) -> int:
    """What the archive says of its own table of contents, read before anything is built of it."""
    file.seek(0, 2)
    file.seek(max(0, file.tell() - 65557))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        return 0
    return struct.unpack("<I", tail[at + 12 : at + 16])[0]


def _is_text(file: BinaryIO) -> bool:
    file.seek(0)
    encoding = "utf-16" if _head(file, 2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8"
    return any(_decodes(file, each) for each in (encoding, "cp1252"))


def _decodes(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while chunk := file.read(64 * 1024):
            if "\0" in decoder.decode(chunk):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


MARKUP = (b"<!doctype", b"<html", b"<svg", b"<script", b"<?xml", b"<head", b"<body", b"<iframe")


def looks_like_markup(file: BinaryIO) -> bool:
    """A web page or an SVG, which a browser would run, under whatever name."""
    head = _head(file, 4096)
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        head = head.replace(b"\0", b"")[2:]
    start = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if start.startswith(b"<!--"):
        start = start.partition(b"-->")[2].lstrip()
    return start.startswith(MARKUP)


def _head(file: BinaryIO, size: int) -> bytes:
    file.seek(0)
    head = file.read(size)
    file.seek(0)
    return head


# --- Sound and film ----------------------------------------------------------------------------


def _is_webm(head: bytes) -> bool:
    return head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64]


def _is_mp4(head: bytes) -> bool:
    return head[4:8] == b"ftyp"


def _is_mp3(head: bytes) -> bool:
    frame = len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2
    return head.startswith(b"ID3") or frame


def _is_ogg(head: bytes) -> bool:
    return head.startswith(b"OggS")


def _is_wav(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WAVE"


AUDIO: dict[str, Callable[[bytes], bool]] = {
    "mp3": _is_mp3,
    "m4a": _is_mp4,
    "ogg": _is_ogg,
    "wav": _is_wav,
}
VIDEO: dict[str, Callable[[bytes], bool]] = {"mp4": _is_mp4, "webm": _is_webm}


def media_problem(file: BinaryIO, name: str, kind: str) -> str | None:
    """`kind` is video or audio."""
    check = (VIDEO if kind == "video" else AUDIO).get(ending(name))
    if check is None:
        return "not_allowed"
    return None if check(_head(file, 4096)) else "other_type"
