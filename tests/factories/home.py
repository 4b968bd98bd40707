"""Files as people bring them, and the rows that hold them."""

import io
import struct
import zipfile
import zlib

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from wagtail.models import Page, Site

from home.models import (
    CustomDocument,
    CustomImage,
    CustomMedia,
    HomePage,
    Licence,
    MediaTrack,
    StandardPage,
)

CAPTIONS = b"WEBVTT\n\n00:00.000 --> 00:02.000\nGood morning.\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 32
WEBM = b"\x1a\x45\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1f\x42\x82\x84webm" + b"\x00" * 32
MP3 = b"ID3\x03\x00\x00\x00\x00\x00\x21" + b"\x00" * 32


def picture(format="PNG", size=(40, 30), frames=1) -> bytes:
    out = io.BytesIO()
    more = [Image.new("RGB", size, (n * 9 % 256, 90, 140)) for n in range(1, frames)]
    extra = {"save_all": True, "append_images": more} if more else {}
    Image.new("RGB", size, (20, 90, 140)).save(out, format, **extra)
    return out.getvalue()


def png_that_claims(width, height) -> bytes:
    """A header of any size over a few bytes of nothing."""

    def chunk(name, data):
        checked = name + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 64)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", header), chunk(b"IDAT", body), chunk(b"IEND", b"")]
    )


def webp_that_claims(width, height) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + size
    return b"RIFF" + struct.pack("<I", len(body)) + body


def archive(**members) -> bytes:
    """A zip file of the given names and contents."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


def docx(**more) -> bytes:
    return archive(**{"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}, **more)


def odt(**more) -> bytes:
    kind = "application/vnd.oasis.opendocument.text"
    return archive(**{"mimetype": kind, "content.xml": "<o/>"}, **more)


def upload(content: bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def image(**fields) -> CustomImage:
    defaults = {
        "title": "Market",
        "file": ContentFile(picture(), name="market.png"),
        "description": "A market square in the morning",
        "licence": Licence.OWN,
    }
    return CustomImage.objects.create(**defaults | fields)


def document(**fields) -> CustomDocument:
    defaults = {
        "title": "Map of tasks",
        "file": ContentFile(PDF, name="map.pdf"),
        "licence": Licence.OWN,
    }
    return CustomDocument.objects.create(**defaults | fields)


def media(kind="video", *, captions=CAPTIONS, transcript="Good morning.", **fields) -> CustomMedia:
    """A video or recording with its words in English; None leaves them out."""
    content, name = (WEBM, "desk.webm") if kind == "video" else (MP3, "desk.mp3")
    defaults = {"title": "The desk", "type": kind, "licence": Licence.OWN}
    made = CustomMedia.objects.create(
        file=ContentFile(content, name=name), **defaults | {"duration": 2} | fields
    )
    if captions or transcript:
        words = ContentFile(captions, name="desk.vtt") if captions else ""
        MediaTrack.objects.create(
            media=made, language="en", captions=words, transcript=transcript or ""
        )
    return made


def home(**fields) -> HomePage:
    """The front page, standing where the default site begins."""
    defaults = {"title": "Urban Academy", "slug": "front", "headline": "Learn", "lede": "Short."}
    made = Page.get_first_root_node().add_child(instance=HomePage(**defaults | fields))
    Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": "localhost", "root_page": made}
    )
    return made


def standard_page(parent, **fields) -> StandardPage:
    defaults = {"title": "About", "slug": "about"}
    return parent.add_child(instance=StandardPage(**defaults | fields))
