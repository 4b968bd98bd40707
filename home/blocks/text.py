from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from home.blocks.base import SHORT_TEXT, IllustratedBlock


class ParagraphsBlock(blocks.RichTextBlock):
    """Headings, paragraphs and lists. Level one is the page's title."""

    def __init__(self, **kwargs):
        kwargs.setdefault("features", ["h2", "h3", *SHORT_TEXT])
        super().__init__(**kwargs)

    def get_preview_value(self):
        heading = gettext("Before the first meeting")
        words = gettext("Write down what you already know, and who could tell you more.")
        return self.normalize(f"<h2>{heading}</h2><p>{words}</p>")

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        description = _("Paragraphs, headings and lists: the body of a lesson or page.")
        template = "home/blocks/text.html"


class CalloutBlock(IllustratedBlock):
    tone = blocks.ChoiceBlock(
        choices=[
            ("note", _("Note")),
            ("example", _("Example")),
            ("warning", _("Take care")),
            ("try", _("Try it")),
        ],
        default="note",
        label=_("Kind"),
    )
    title = blocks.CharBlock(max_length=120, label=_("Title"))
    text = blocks.RichTextBlock(features=SHORT_TEXT, label=_("Text"))

    def sample(self):
        words = gettext("One officer shared by five municipalities can write one application.")
        return {
            "tone": "example",
            "title": gettext("In a town of 8,000"),
            "text": f"<p>{words}</p>",
        }

    class Meta:
        icon = "info-circle"
        label = _("Callout")
        description = _("A note, an example, a warning or something to try, set apart.")
        template = "home/blocks/callout.html"
        form_layout = ["tone", "title", "text"]


class QuoteBlock(IllustratedBlock):
    text = blocks.RichTextBlock(
        features=["bold", "italic", "link"], label=pgettext_lazy("what somebody said", "Words")
    )
    by = blocks.CharBlock(max_length=120, label=_("Who said it"))
    role = blocks.CharBlock(max_length=160, required=False, label=_("Role or organisation"))

    def sample(self):
        words = gettext("We asked the families first. Half of our plan was wrong.")
        return {
            "text": f"<p>{words}</p>",
            "by": gettext("Integration officer"),
            "role": gettext("a rural municipality"),
        }

    class Meta:
        icon = "openquote"
        label = _("Quote")
        description = _("Somebody's own words, with the name of who said them.")
        template = "home/blocks/quote.html"


class AccordionItemBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=120, label=_("Title"))
    text = blocks.RichTextBlock(features=SHORT_TEXT, label=_("Text"))

    class Meta:
        icon = "list-ul"


class AccordionBlock(IllustratedBlock):
    items = blocks.ListBlock(AccordionItemBlock(), min_num=1, max_num=12, label=_("Parts"))

    def sample(self):
        parts = [
            (gettext("Who decides?"), gettext("The municipal council, once a year.")),
            (gettext("Who pays?"), gettext("The region, on application.")),
        ]
        return {"items": [{"title": title, "text": f"<p>{text}</p>"} for title, text in parts]}

    class Meta:
        icon = "list-ul"
        label = _("Accordion")
        description = _("Parts that readers open one by one: for detail that not all must read.")
        template = "home/blocks/accordion.html"
