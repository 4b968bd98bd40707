"""Photos of people: checked before they are unpacked, then made small and stripped of everything
that a camera adds, such as the place where they were taken."""

import io
import warnings

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from participants.refusals import Refused

FORMATS = ("JPEG", "PNG", "WEBP")
MEGABYTES = 5
MEGAPIXELS = 25
EDGE = 480


def cleaned(upload: UploadedFile) -> ContentFile:
    """The photo as a small JPEG of pixels only. Raises Refused with words about what to change."""
    if upload.size > MEGABYTES * 1024 * 1024:
        raise Refused("too-large", _("This photo has more than 5 MB. Choose a smaller one."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(upload, formats=FORMATS) as picture:
                _check_size(*picture.size)
                return _small(picture)
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except (OSError, ValueError, SyntaxError, EOFError):
        raise Refused(
            "not-a-photo", _("We cannot read this file. Choose a photo in JPEG, PNG or WebP.")
        ) from None


def _check_size(width: int, height: int) -> None:
    """Only the head of the file was read so far: a bomb has not been unpacked."""
    if width * height > MEGAPIXELS * 1_000_000:
        raise _too_many_pixels()


def _too_many_pixels() -> Refused:
    return Refused(
        "too-many-pixels",
        _("This photo has more than 25 megapixels. Choose a smaller one, or scale it down."),
    )


def _small(picture: Image.Image) -> ContentFile:
    picture.draft("RGB", (EDGE * 2, EDGE * 2))
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((EDGE, EDGE))
    paper = Image.new("RGB", upright.size, "white")
    with_alpha = upright.convert("RGBA")
    paper.paste(with_alpha, mask=with_alpha.getchannel("A"))
    out = io.BytesIO()
    paper.save(out, "JPEG", quality=85)
    return ContentFile(out.getvalue(), name="photo.jpg")
