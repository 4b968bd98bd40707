from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Locale, Page
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from home.blocks import SHARED_BLOCKS, DoorBlock, FigureBlock, PracticeBlock
from home.pageviews import ServedByView
from home.publishing import CompletePageMixin

# Where a page stands. Moves write it, and nothing else does.
PLACE = ("path", "depth", "numchild", "url_path")


class BasePage(ServedByView, CompletePageMixin, Page):
    """What every page of the site has. Its text for search engines and shared links is the
    `search_description` that Wagtail's own page brings."""

    view = "home.views.page"

    share_image = models.ForeignKey(
        "home.CustomImage",
        verbose_name=_("picture for shared links"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    is_demonstration = models.BooleanField(
        _("demonstration"),
        default=False,
        help_text=_('Says "Demonstration – not an actual offer" on the page.'),
    )

    # In every language as in the source; everything else of a page that is text is translated.
    override_translatable_fields = [
        SynchronizedField("slug", overridable=False),
        SynchronizedField("is_demonstration", overridable=False),
    ]

    promote_panels = [*Page.promote_panels, FieldPanel("share_image")]
    settings_panels = [*Page.settings_panels, FieldPanel("is_demonstration")]

    class Meta:
        abstract = True

    @transaction.atomic
    def save(self, *args, update_fields=None, **kwargs):
        """A page that was moved since somebody read it stays at its new place: what is saved is
        what editors say, never where the page stood then."""
        if self.pk is not None and (update_fields is None or set(PLACE) & set(update_fields)):
            self._stay()
        return super().save(*args, update_fields=update_fields, **kwargs)

    def _stay(self) -> None:
        rows = Page.objects.select_for_update().filter(pk=self.pk)
        now = rows.values(*PLACE).first() or {}
        if now.get("path") != self.path:
            self.__dict__.pop("_cached_parent_obj", None)
        for name, value in now.items():
            setattr(self, name, value)


class HomePage(BasePage):
    """The front page, one for each language."""

    headline = models.CharField(_("headline"), max_length=120)
    lede = models.TextField(
        _("lede"), max_length=400, help_text=_("What this is and for whom, in two sentences.")
    )
    doors = StreamField(
        [("door", DoorBlock())],
        verbose_name=_("doors"),
        blank=True,
        max_num=3,
        help_text=_("The three ways in."),
    )
    practice = StreamField(
        [("practice", PracticeBlock())],
        verbose_name=_("good practice"),
        blank=True,
        max_num=1,
        help_text=_("One town's work that readers can learn from."),
    )
    figures = StreamField(
        [("figure", FigureBlock())], verbose_name=_("figures"), blank=True, max_num=3
    )

    parent_page_types = ["wagtailcore.Page"]
    content_panels = [
        *Page.content_panels,
        FieldPanel("headline"),
        FieldPanel("lede"),
        FieldPanel("doors"),
        FieldPanel("practice"),
        FieldPanel("figures"),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("headline"),
        index.SearchField("lede"),
        index.SearchField("practice"),
    ]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    @classmethod
    def can_create_at(cls, parent):
        return super().can_create_at(parent) and cls.objects.count() < Locale.objects.count()

    def clean(self):
        super().clean()
        twins = HomePage.objects.filter(locale_id=self.locale_id).exclude(pk=self.pk)
        if self.locale_id and twins.exists():
            raise ValidationError(_("This language has a home page already. Edit that one."))


class StandardPage(BasePage):
    """A page of text: about, privacy, accessibility, help."""

    summary = models.CharField(
        _("summary"), max_length=200, blank=True, help_text=_("What the page says, in a sentence.")
    )
    body = StreamField(SHARED_BLOCKS, verbose_name=_("body"), blank=True)

    parent_page_types = ["home.HomePage", "home.StandardPage"]
    subpage_types = ["home.StandardPage"]
    content_panels = [*Page.content_panels, FieldPanel("summary"), FieldPanel("body")]
    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.SearchField("body"),
    ]

    class Meta:
        verbose_name = _("standard page")
        verbose_name_plural = _("standard pages")
