from django.db import models
from django.utils.translation import gettext_lazy as _
from taggit.models import ItemBase, TagBase
from wagtail.admin.panels import FieldPanel
from wagtail.search import index

# The words of the topics that every installation starts with, so that they can be translated.
# A topic that an administrator adds is shown under the name it was given.
LABELS = {
    "education-and-training": _("Education and training"),
    "employment-and-skills": _("Employment and skills"),
    "health": _("Health"),
    "housing": _("Housing"),
    "partnerships": _("Partnerships for a more effective integration process"),
    "eu-funding": _("EU funding opportunities"),
    "participation": _("Participation and encounters with the host society"),
    "digital-tools": _("New technologies and digital tools"),
    "monitoring": _("Monitoring and evidence-based policy"),
    "community-sponsorship": _("Community sponsorship"),
    "reception": _("Reception of newcomers"),
    "rural-areas": _("Towns and rural areas"),
    "data-and-evidence": _("Data and evidence"),
    "funding-access": _("Funding access"),
    "campaigns": _("Good-practice campaigns"),
}


class TopicGroup(models.TextChoices):
    SECTORAL = "sectoral", _("Sectors")
    CROSS_CUTTING = "cross_cutting", _("Across sectors")
    EXTRA = "extra", _("Local practice")


class Topic(index.Indexed, TagBase):
    """A word of the controlled list. Editors choose among topics and cannot add one in passing."""

    free_tagging = False

    group = models.CharField(
        _("group"), max_length=20, choices=TopicGroup.choices, default=TopicGroup.EXTRA
    )
    position = models.PositiveSmallIntegerField(_("position"), default=100)

    panels = [FieldPanel("name"), FieldPanel("slug"), FieldPanel("group"), FieldPanel("position")]
    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.FilterField("group"),
    ]

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["position", "name"]

    @property
    def label(self) -> str:
        """The name in the reader's language, where the topic is one of the first list."""
        return str(LABELS.get(self.slug, self.name))


class TaggedTopicBase(ItemBase):
    """The through table of a page's topics: a subclass adds `content_object`.

    A topic in use cannot be deleted."""

    tag = models.ForeignKey(
        "home.Topic",
        verbose_name=_("topic"),
        related_name="%(app_label)s_%(class)s_items",
        on_delete=models.PROTECT,
    )

    class Meta:
        abstract = True
