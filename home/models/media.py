from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.db import models
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt
from wagtail.documents.models import AbstractDocument
from wagtail.images.models import AbstractImage, AbstractRendition
from wagtail.models import Orderable
from wagtailmedia.models import AbstractMedia

from home import rules

MARKDOWN = MarkdownIt("zero").enable(["emphasis", "list", "escape"])


class Licence(models.TextChoices):
    """The terms under which a file is shown. The values are what people write in a credit line."""

    CC_BY = "CC BY 4.0", _("CC BY 4.0: free with attribution")
    CC_BY_SA = "CC BY-SA 4.0", _("CC BY-SA 4.0: free with attribution, same terms")
    CC0 = "CC0 1.0", _("CC0 1.0: free, nothing reserved")
    PUBLIC_DOMAIN = "Public domain", _("Public domain")
    OWN = "Own work", _("Made by this academy")
    PERMISSION = "With permission", _("All rights reserved, used with permission")

    @property
    def is_public(self) -> bool:
        """Free for others to use again: worth naming beside the file."""
        return self in {Licence.CC_BY, Licence.CC_BY_SA, Licence.CC0, Licence.PUBLIC_DOMAIN}


def private_storage():
    return storages["private"]


def languages():
    return settings.LANGUAGES


class Licensed(models.Model):
    credit = models.CharField(
        _("credit"),
        max_length=255,
        blank=True,
        help_text=_("Who made it. Needed unless it is free of rights or made by this academy."),
    )
    licence = models.CharField(_("licence"), max_length=30, choices=Licence.choices)

    class Meta:
        abstract = True

    def require_credit(self) -> None:
        if rules.is_missing_credit(self.credit, self.licence):
            raise ValidationError({"credit": _("Say who made this: the licence asks for it.")})

    @property
    def credit_line(self) -> str:
        """Name and licence as they stand below a picture, empty when neither needs saying."""
        licence = self.licence if self.licence and Licence(self.licence).is_public else ""
        return ", ".join(part for part in (self.credit, licence) if part)


class CustomImage(Licensed, AbstractImage):  # noqa: DJ008
    """A picture that is described, or marked as one that says nothing."""

    description = models.CharField(
        _("alternative text"),
        max_length=255,
        blank=True,
        default="",
        help_text=_("What the picture shows, for people who do not see it. One or two sentences."),
    )
    # `decorative` is taken: Wagtail sets it on every image for its own image block.
    is_decorative = models.BooleanField(
        _("decorative"),
        default=False,
        help_text=_("The picture adds nothing to the text, so a screen reader may skip it."),
    )

    admin_form_fields = (
        "title",
        "file",
        "description",
        "is_decorative",
        "credit",
        "licence",
        "collection",
        "tags",
        "focal_point_x",
        "focal_point_y",
        "focal_point_width",
        "focal_point_height",
    )

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")
        permissions = [("choose_image", "Can choose image")]

    def clean(self):
        super().clean()
        self.require_credit()
        if rules.is_undescribed(self.description, self.is_decorative):
            raise ValidationError(
                {"description": _("Describe the picture, or mark it as decorative.")}
            )

    @property
    def default_alt_text(self) -> str:
        """Never the title: a file name read aloud helps nobody."""
        return "" if self.is_decorative else self.description


class CustomRendition(AbstractRendition):
    image = models.ForeignKey(CustomImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="unique_rendition"
            )
        ]


class CustomDocument(Licensed, AbstractDocument):  # noqa: DJ008
    # Never below the public media folder: a collection may be for some readers only.
    file = models.FileField(_("file"), upload_to="documents", storage=private_storage)

    admin_form_fields = ("title", "file", "credit", "licence", "collection", "tags")

    class Meta(AbstractDocument.Meta):
        permissions = [("choose_document", "Can choose document")]

    def save(self, *args, **kwargs):
        """Knows its size from the start, however it came in: readers see it before they load."""
        if self.file_size is None and self.file:
            self.file_size = self.file.size
        super().save(*args, **kwargs)

    def clean(self):
        """A file that was refused before it came here is not judged once more."""
        self.require_credit()
        if self.file:
            super().clean()


class CustomMedia(Licensed, AbstractMedia):  # noqa: DJ008
    """A video or a recording. Its words stand in `tracks`, one row a language."""

    other_file = models.FileField(
        _("the same in another format"),
        upload_to="media",
        blank=True,
        help_text=_("An MP4 beside a WebM, for browsers that play only one of them."),
    )

    admin_form_fields = (
        "title",
        "file",
        "other_file",
        "thumbnail",
        "duration",
        "width",
        "height",
        "credit",
        "licence",
        "collection",
        "tags",
    )

    def clean(self, *args, **kwargs):
        """A file that was refused before it came here is not judged once more."""
        self.require_credit()
        self.duration = self.duration or 0
        if self.file:
            super().clean(*args, **kwargs)

    @property
    def sources(self) -> list[dict[str, str]]:
        """The files for `<source>`, the first being the one that browsers try first."""
        files = [file for file in (self.file, self.other_file) if file]
        return [{"src": file.url, "type": rules.media_type(file.name)} for file in files]

    @property
    def captions(self) -> list["MediaTrack"]:
        """The languages with captions, the reader's own first."""
        tracks = [track for track in self.tracks.all() if track.captions]
        return sorted(tracks, key=lambda track: track.language != get_language())

    def words(self, language: str | None = None) -> "MediaTrack | None":
        """The transcript to show readers of a language, or the first there is."""
        tracks = [track for track in self.tracks.all() if track.transcript]
        language = language or get_language()
        return next((t for t in tracks if t.language == language), tracks[0] if tracks else None)

    def missing(self) -> list[str]:
        """Reason codes of what keeps this item from going out."""
        tracks = self.tracks.all() if self.pk else []
        return rules.missing_in_media(
            self.type,
            has_captions=any(track.captions for track in tracks),
            has_transcript=any(track.transcript for track in tracks),
        )


class MediaTrack(Orderable):
    """The words of a video or recording in one language: captions, transcript or both."""

    media = models.ForeignKey(CustomMedia, on_delete=models.CASCADE, related_name="tracks")
    language = models.CharField(_("language"), max_length=10, choices=languages)
    captions = models.FileField(
        _("captions"),
        upload_to="captions",
        blank=True,
        help_text=_("A WebVTT file (.vtt)."),
    )
    transcript = models.TextField(
        _("transcript"),
        blank=True,
        help_text=_(
            "Everything that is said, and what matters of what is seen or heard. "
            "An empty line begins a paragraph; *a* is emphasis, **a** is strong."
        ),
    )

    class Meta(Orderable.Meta):
        verbose_name = _("captions and transcript")
        constraints = [
            models.UniqueConstraint(fields=["media", "language"], name="unique_media_language")
        ]

    @property
    def transcript_html(self) -> SafeString:
        """Paragraphs, lists and emphasis. Everything else, tags included, is shown as written."""
        return mark_safe(MARKDOWN.render(self.transcript))  # noqa: S308

    def __str__(self):
        return f"{self.media} ({self.get_language_display()})"
