"""Pages: what editors say about courses."""

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Orderable
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from courses.blocks import LESSON_BLOCKS
from courses.models.origins import RemembersOrigin
from courses.states import (
    Access,
    CreditRole,
    LessonCompletion,
    LevelOfGovernment,
)
from home.models import BasePage, TaggedTopicBase
from participants.states import DegreeOfUrbanisation

INLINE_TEXT = ["bold", "italic", "link", "ol", "ul"]
LONGEST_LESSON = 10


class ChoicesField(models.JSONField):
    """Several values out of a fixed list, kept as a JSON list in the list's own order."""

    def __init__(self, *args, options=(), **kwargs):
        self.options = list(options)
        super().__init__(*args, **{"default": list, "blank": True, **kwargs})

    def formfield(self, **kwargs):
        values = dict(self.options)

        def coerce(value):
            return next(known for known in values if str(known) == value)

        return forms.TypedMultipleChoiceField(
            choices=self.options,
            coerce=coerce,
            required=not self.blank,
            label=self.verbose_name,
            help_text=self.help_text,
            widget=forms.CheckboxSelectMultiple,
        )


class CataloguePage(BasePage):
    """The list of all courses."""

    view = "courses.views.catalogue"
    max_count_per_parent = 1
    parent_page_types = ["home.HomePage"]
    subpage_types = ["courses.CoursePage"]

    lede = models.CharField(_("opening sentence"), max_length=250, blank=True)

    content_panels = [*BasePage.content_panels, FieldPanel("lede")]

    class Meta:
        verbose_name = _("catalogue of courses")
        verbose_name_plural = _("catalogues of courses")


class CourseTopic(TaggedTopicBase):
    content_object = ParentalKey(
        "courses.CoursePage", related_name="tagged_topics", on_delete=models.CASCADE
    )


class CoursePage(RemembersOrigin, BasePage):
    """A course. Its structure is the tree below it, its history the manifests of its item."""

    view = "courses.views.course"
    gone = "courses.views.gone"
    parent_page_types = ["courses.CataloguePage"]
    subpage_types = ["courses.ModulePage"]

    summary = models.CharField(
        _("summary"), max_length=200, help_text=_("One sentence, shown in the catalogue.")
    )
    introduction = RichTextField(_("introduction"), features=INLINE_TEXT, blank=True)
    outcomes = models.TextField(
        _("outcomes"),
        blank=True,
        help_text=_("What people can do afterwards. One a line, each begins with a verb."),
    )
    topics = ClusterTaggableManager(through=CourseTopic, blank=True, verbose_name=_("topics"))
    levels = ChoicesField(_("levels of government"), options=LevelOfGovernment.choices)
    degurba = ChoicesField(_("degrees of urbanisation"), options=DegreeOfUrbanisation.choices)
    access = models.CharField(
        _("access"), max_length=10, choices=Access.choices, default=Access.OPEN
    )

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("summary"),
        FieldPanel("outcomes"),
        FieldPanel("introduction"),
        MultiFieldPanel(
            [
                FieldPanel("topics"),
                FieldPanel("levels"),
                FieldPanel("degurba"),
                FieldPanel("access"),
            ],
            heading=_("For whom"),
        ),
        InlinePanel("credits", heading=_("Authors and reviewers"), label=_("credit")),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("summary"),
        index.SearchField("outcomes"),
    ]

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")

    def outcome_list(self) -> list[str]:
        return [line.strip() for line in self.outcomes.splitlines() if line.strip()]


class CourseCredit(Orderable):
    """A person or body named on the course, with what they did."""

    page = ParentalKey(CoursePage, related_name="credits", on_delete=models.CASCADE)
    name = models.CharField(_("name"), max_length=150)
    role = models.CharField(_("role"), max_length=20, choices=CreditRole.choices)
    organisation = models.CharField(_("organisation"), max_length=150, blank=True)

    panels = [FieldPanel("name"), FieldPanel("role"), FieldPanel("organisation")]

    class Meta(Orderable.Meta):
        verbose_name = _("credit")
        verbose_name_plural = _("credits")

    def __str__(self):
        return self.name


class ModulePage(BasePage):
    """A chapter of a course. It has no page of its own: its address leads to the course."""

    view = "courses.views.module"
    parent_page_types = ["courses.CoursePage"]
    subpage_types = ["courses.LessonPage"]

    summary = models.CharField(_("summary"), max_length=250, blank=True)

    content_panels = [*BasePage.content_panels, FieldPanel("summary")]

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")


class LessonPage(RemembersOrigin, BasePage):
    """What somebody reads in ten minutes or less."""

    view = "courses.views.lesson"
    gone = "courses.views.gone"
    parent_page_types = ["courses.ModulePage"]
    subpage_types: list[str] = []

    summary = models.CharField(_("summary"), max_length=250, blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_LESSON)],
        help_text=_("Ten at most: a longer lesson is two lessons."),
    )
    required = models.BooleanField(_("counts for completing the course"), default=True)
    completion = models.CharField(
        _("done"),
        max_length=10,
        choices=LessonCompletion.choices,
        default=LessonCompletion.DECLARED,
    )
    body = StreamField(LESSON_BLOCKS, verbose_name=_("lesson"), blank=True)

    override_translatable_fields = [
        *BasePage.override_translatable_fields,
        SynchronizedField("minutes", overridable=False),
        SynchronizedField("required", overridable=False),
        SynchronizedField("completion", overridable=False),
    ]

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel(
            [FieldPanel("minutes"), FieldPanel("required"), FieldPanel("completion")],
            heading=_("Length and completion"),
        ),
        FieldPanel("body"),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("summary"),
        index.SearchField("body"),
    ]

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")

    def required_parts(self) -> list[str]:
        """Ids of the blocks that must be done, in reading order; none if the reader decides."""
        if self.completion != LessonCompletion.PARTS:
            return []
        return [b.id for b in self.body if isinstance(b.value, dict) and b.value.get("required")]
