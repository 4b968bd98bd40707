"""Pages: what editors say about mentoring. Dates, weights and states stand in the records."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.search import index

from home.blocks import SHARED_BLOCKS
from home.models import BasePage
from mentoring.blocks import ConditionBlock

PLAIN_TEXT = ["bold", "italic", "link", "ol", "ul"]


class MentoringPage(BasePage):
    """All programmes, and which calls are open."""

    view = "mentoring.views.overview"
    max_count_per_parent = 1
    parent_page_types = ["home.HomePage"]
    subpage_types = ["mentoring.ProgrammePage"]

    lede = models.CharField(_("opening sentence"), max_length=250, blank=True)
    body = StreamField(SHARED_BLOCKS, verbose_name=_("content"), blank=True)

    content_panels = [*BasePage.content_panels, FieldPanel("lede"), FieldPanel("body")]

    class Meta:
        verbose_name = _("overview of mentoring")
        verbose_name_plural = _("overviews of mentoring")


class ProgrammePage(BasePage):
    """A programme in all its calls."""

    view = "mentoring.views.programme"
    parent_page_types = ["mentoring.MentoringPage"]
    subpage_types = ["mentoring.CallPage"]

    summary = models.CharField(
        _("summary"), max_length=250, help_text=_("One sentence, shown in the overview.")
    )
    body = StreamField(SHARED_BLOCKS, verbose_name=_("content"), blank=True)

    content_panels = [*BasePage.content_panels, FieldPanel("summary"), FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("summary")]

    class Meta:
        verbose_name = _("mentoring programme")
        verbose_name_plural = _("mentoring programmes")


class CallPage(BasePage):
    """The words of a call. Each condition is confirmed by a tick, with the words that stood there;
    nobody is asked for the fact itself."""

    view = "mentoring.views.call"
    parent_page_types = ["mentoring.ProgrammePage"]
    subpage_types: list[str] = []

    summary = models.CharField(_("summary"), max_length=250)
    purpose = RichTextField(_("purpose"), features=PLAIN_TEXT)
    mentees = RichTextField(_("for mentees"), features=PLAIN_TEXT, blank=True)
    mentors = RichTextField(_("for mentors"), features=PLAIN_TEXT, blank=True)
    conditions = StreamField(
        [("condition", ConditionBlock())], verbose_name=_("who may apply"), blank=True
    )
    privacy = RichTextField(
        _("privacy notice"),
        features=PLAIN_TEXT,
        help_text=_("Who reads an application, what for, and how long it is kept."),
    )
    body = StreamField(SHARED_BLOCKS, verbose_name=_("more"), blank=True)

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("summary"),
        FieldPanel("purpose"),
        MultiFieldPanel([FieldPanel("mentees"), FieldPanel("mentors")], heading=_("For whom")),
        FieldPanel("conditions"),
        FieldPanel("privacy"),
        FieldPanel("body"),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("summary")]

    class Meta:
        verbose_name = _("mentoring call")
        verbose_name_plural = _("mentoring calls")

    def conditions_for(self, side: str) -> list[dict[str, str]]:
        """`[{"key", "text"}]` of what somebody on this side confirms; keys are alike in all
        languages."""
        return [
            {"key": block.id, "text": block.value["text"]}
            for block in self.conditions
            if block.value["who"] in ("both", side)
        ]
