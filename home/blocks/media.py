from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents import get_document_model
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock
from wagtailmedia.blocks import AudioChooserBlock, VideoChooserBlock

from home import rules
from home.blocks.base import IllustratedBlock

MISSING = {
    ("captions", "transcript"): _(
        "This file has neither captions nor a transcript. Add them in the media library."
    ),
    ("captions",): _("This video has no captions. Add a WebVTT file in the media library."),
    ("transcript",): _("This file has no transcript. Add it in the media library."),
}


class PictureValue(blocks.StructValue):
    @property
    def alternative(self) -> str:
        """This place's own words first, then those of the picture; empty when decorative."""
        if self.get("decorative"):
            return ""
        image = self.get("image")
        return self.get("alt") or (image.default_alt_text if image else "")


class PictureBlock(IllustratedBlock):
    image = ImageChooserBlock(label=_("Picture"))
    alt = blocks.CharBlock(
        max_length=255,
        required=False,
        label=_("Alternative text"),
        help_text=_("What matters about the picture here. Left empty, the picture's own is used."),
    )
    decorative = blocks.BooleanBlock(
        required=False, label=_("Decorative"), help_text=_("It adds nothing to the text.")
    )
    caption = blocks.CharBlock(max_length=255, required=False, label=_("Caption"))

    def problems(self, value):
        image = value["image"]
        says_nothing = value["decorative"] or (image and image.is_decorative)
        if image and rules.is_undescribed(value.alternative, bool(says_nothing)):
            return {"alt": _("Describe the picture, or mark it as decorative.")}
        return {}

    def mistakes(self, value):
        if value["decorative"] and value["alt"]:
            return {"alt": _("A decorative picture has no alternative text. Choose one.")}
        return {}

    def sample(self):
        return {
            "image": self.child_blocks["image"].target_model.objects.order_by("-pk").first(),
            "caption": gettext("What the picture has to do with the text."),
        }

    class Meta:
        icon = "image"
        label = _("Picture")
        description = _("A picture with alternative text, credit and licence.")
        template = "home/blocks/picture.html"
        value_class = PictureValue


class MediaValue(blocks.StructValue):
    @property
    def heading(self) -> str:
        media = self.get("media")
        return self.get("title") or (media.title if media else "")


class MediaBlock(IllustratedBlock):
    """A video or recording that goes out only with its words."""

    kind = ""

    def problems(self, value):
        missing = value["media"].missing() if value["media"] else []
        return {"media": MISSING[tuple(missing)]} if missing else {}

    def mistakes(self, value):
        if value["media"] and value["media"].type != self.kind:
            return {"media": _("This file is of another kind. Choose one that fits the block.")}
        return {}

    def sample(self):
        chooser = self.child_blocks["media"]
        media = chooser.target_model.objects.filter(type=self.kind).order_by("-pk").first()
        return {"media": media, "title": gettext("A morning at the welcome desk")}

    class Meta:
        value_class = MediaValue


class VideoBlock(MediaBlock):
    kind = "video"
    media = VideoChooserBlock(label=_("Video"))
    title = blocks.CharBlock(max_length=140, required=False, label=_("Title"))

    class Meta:
        icon = "wagtailmedia-video"
        label = _("Video")
        description = _("A video with captions and a transcript.")
        template = "home/blocks/video.html"


class AudioBlock(MediaBlock):
    kind = "audio"
    media = AudioChooserBlock(label=_("Recording"))
    title = blocks.CharBlock(max_length=140, required=False, label=_("Title"))

    class Meta:
        icon = "wagtailmedia-audio"
        label = _("Audio")
        description = _("A recording with its transcript.")
        template = "home/blocks/audio.html"


class DownloadValue(blocks.StructValue):
    @property
    def heading(self) -> str:
        document = self.get("document")
        return self.get("title") or (document.title if document else "")


class DownloadBlock(IllustratedBlock):
    document = DocumentChooserBlock(label=_("Document"))
    title = blocks.CharBlock(max_length=140, required=False, label=_("Title"))

    def sample(self):
        return {
            "document": get_document_model().objects.order_by("-pk").first(),
            "title": gettext("Template: map of tasks"),
        }

    class Meta:
        icon = "download"
        label = _("Download")
        description = _("A file to take away, with its type and size.")
        template = "home/blocks/download.html"
        value_class = DownloadValue
