"""What only the home page holds."""

from django.core.validators import URLValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from home.blocks.base import SHORT_TEXT, IllustratedBlock


def validate_address(value: str) -> None:
    """A path of this site or a web address: nothing that a browser would run."""
    if value.startswith("/") and not value.startswith(("//", "/\\")):
        return
    URLValidator(schemes=["https", "http"], message=_("Write /path or https://…"))(value)


class LinkValue(blocks.StructValue):
    @property
    def href(self) -> str:
        """Where the link leads, in the reader's language where the page has one."""
        page = self.get("page")
        return page.localized.url if page else self.get("url") or ""


class LinkingBlock(IllustratedBlock):
    """A block that leads to one place: a page of this site or an address."""

    def mistakes(self, value):
        if value["page"] and value["url"]:
            return {"url": _("Give a page or an address, not both.")}
        return {}

    class Meta:
        value_class = LinkValue


def address_block():
    return blocks.CharBlock(
        required=False,
        max_length=255,
        validators=[validate_address],
        label=_("Or an address"),
        help_text=_("For what is not a page, such as /courses/ or https://example.org."),
    )


class DoorBlock(LinkingBlock):
    title = blocks.CharBlock(max_length=60, label=_("Title"))
    text = blocks.TextBlock(max_length=240, label=_("Text"))
    page = blocks.PageChooserBlock(required=False, label=_("Page"))
    url = address_block()

    def problems(self, value):
        if not value["page"] and not value["url"]:
            return {"page": _("Say where the door leads: a page or an address.")}
        return {}

    def sample(self):
        return {
            "title": gettext("Learn"),
            "text": gettext("Short lessons for busy people in town halls."),
            "url": "/courses/",
        }

    class Meta:
        icon = "arrow-right"
        label = _("Door")
        description = _("One of the three ways into the site.")
        template = "home/blocks/door.html"


class PracticeBlock(LinkingBlock):
    title = blocks.CharBlock(max_length=120, label=_("Title"))
    place = blocks.CharBlock(max_length=120, label=_("Place and years"))
    text = blocks.RichTextBlock(features=SHORT_TEXT, label=_("Text"))
    source = blocks.CharBlock(max_length=255, label=_("Source"))
    image = ImageChooserBlock(required=False, label=_("Picture"))
    page = blocks.PageChooserBlock(required=False, label=_("Page"))
    url = address_block()

    def sample(self):
        words = gettext("A volunteer guide for each family, and ordinary flats across the town.")
        return {
            "title": gettext("Ordinary flats, one guide per family"),
            "place": gettext("Altena, Germany"),
            "text": f"<p>{words}</p>",
            "source": gettext("German National Integration Prize 2017"),
        }

    class Meta:
        icon = "pick"
        label = _("Good practice")
        description = _("One town's work, told in a paragraph, with its source.")
        template = "home/blocks/practice.html"
