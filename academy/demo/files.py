"""Pictures, documents and media of the demonstration, each loaded once."""

import re
from pathlib import Path

from django.core.files import File
from django.core.files.images import ImageFile
from PIL import Image as Pillow

from academy.demo.reader import Directive
from home.models import CustomDocument, CustomImage, CustomMedia, Licence, MediaTrack

CUE_END = re.compile(r"--> (?:(\d+):)?(\d+):(\d+)\.(\d+)")


class Files:
    """Turns a file's name into the id of its row; `language` is that of the page being loaded."""

    def __init__(self, root: Path):
        self.root = root
        self.language = "en"

    def picture(self, data: dict) -> int:
        path = self.root / data["file"]
        image = CustomImage.objects.filter(title=path.stem).first()
        if image is None:
            with path.open("rb") as content:
                image = CustomImage(
                    title=path.stem,
                    file=ImageFile(content, name=path.name),
                    description=data.get("alt") or "",
                    is_decorative=bool(data.get("decorative")),
                    **_rights(data),
                )
                image.full_clean()
                image.save()
        return image.pk

    def document(self, data: dict) -> int:
        path = self.root / data["file"]
        document = CustomDocument.objects.filter(title=data["title"]).first()
        if document is None:
            with path.open("rb") as content:
                document = CustomDocument(
                    title=data["title"], file=File(content, name=path.name), **_rights(data)
                )
                document.full_clean()
                document.save()
        return document.pk

    def media(self, kind: str, block: Directive) -> int:
        path = self.root / block.data["file"]
        media = CustomMedia.objects.filter(type=kind, file__contains=path.stem).first()
        if media is None:
            media = self._new_media(kind, path, block.data)
        self._words(media, block)
        return media.pk

    def _new_media(self, kind: str, path: Path, data: dict) -> CustomMedia:
        media = CustomMedia(title=data["title"], type=kind, **_rights(data))
        media.duration = _seconds(self.root / data["captions"])
        _attach(media.file, path)
        other, poster = path.with_suffix(".mp4"), path.with_suffix(".png")
        if other != path and other.exists():
            _attach(media.other_file, other)
        if poster.exists():
            _attach(media.thumbnail, poster)
            with Pillow.open(poster) as picture:
                media.width, media.height = picture.size
        media.save()
        return media

    def _words(self, media: CustomMedia, block: Directive) -> None:
        """Captions and transcript in the language of the page that shows the film."""
        if media.tracks.filter(language=self.language).exists():
            return
        track = MediaTrack(media=media, language=self.language, transcript=block.body)
        _attach(track.captions, self.root / block.data["captions"])
        track.save()


def _attach(field, path: Path) -> None:
    with path.open("rb") as content:
        field.save(path.name, File(content), save=False)


def _rights(data: dict) -> dict:
    licence = data.get("licence") or Licence.OWN
    return {"credit": data.get("credit") or "", "licence": Licence(licence)}


def _seconds(captions: Path) -> float:
    """The end of the last caption: near enough to the length of the film."""
    hours, minutes, seconds, thousandths = CUE_END.findall(captions.read_text("utf-8"))[-1]
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(thousandths) / 1000
