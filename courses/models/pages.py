"""Pages: what editors say about courses."""

from django import forms
from django.core.exceptions import ValidationError
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
    ItemKind,
    LessonCompletion,
    QuizLayout,
)
from home.models import BasePage, TaggedTopicBase
from participants.states import DegreeOfUrbanisation, LevelOfGovernment

INLINE_TEXT = ["bold", "italic", "link", "ol", "ul"]
LONGEST_LESSON = 10
LONGEST_QUIZ = 60


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
    subpage_types = ["courses.ModulePage", "courses.QuizPage"]

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
    subpage_types = ["courses.LessonPage", "courses.QuizPage"]

    summary = models.CharField(_("summary"), max_length=250, blank=True)

    content_panels = [*BasePage.content_panels, FieldPanel("summary")]

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")


class ItemPage(RemembersOrigin, BasePage):
    """What people do one after another in a course: a page that outlines list, with a progress of
    its own."""

    kind: ItemKind
    gone = "courses.views.gone"
    subpage_types: list[str] = []

    summary = models.CharField(_("summary"), max_length=250, blank=True)
    required = models.BooleanField(_("counts for completing the course"), default=True)

    # In every language as in the source, and so are the fields that a kind adds.
    override_translatable_fields = [
        *BasePage.override_translatable_fields,
        SynchronizedField("minutes", overridable=False),
        SynchronizedField("required", overridable=False),
    ]

    class Meta:
        abstract = True

    def required_parts(self) -> list[str]:
        """Ids of what must be done within it, in order."""
        return []


class LessonPage(ItemPage):
    """What somebody reads in ten minutes or less."""

    kind = ItemKind.LESSON
    view = "courses.views.lesson"
    parent_page_types = ["courses.ModulePage"]

    minutes = models.PositiveSmallIntegerField(
        _("minutes"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_LESSON)],
        help_text=_("Ten at most: a longer lesson is two lessons."),
    )
    completion = models.CharField(
        _("done"),
        max_length=10,
        choices=LessonCompletion.choices,
        default=LessonCompletion.DECLARED,
    )
    body = StreamField(LESSON_BLOCKS, verbose_name=_("lesson"), blank=True)

    override_translatable_fields = [
        *ItemPage.override_translatable_fields,
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


class QuizPage(ItemPage):
    """Questions of the bank at the end of a module or a course. Done when an attempt is passed.

    Which questions, and how they are asked, the page in the source language says for all."""

    kind = ItemKind.QUIZ
    view = "courses.views.quiz"
    parent_page_types = ["courses.ModulePage", "courses.CoursePage"]

    introduction = RichTextField(_("introduction"), features=INLINE_TEXT, blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_QUIZ)],
        help_text=_("About how long it takes. Nobody's time is measured."),
    )
    pass_mark = models.PositiveSmallIntegerField(
        _("pass mark in %"),
        default=80,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    attempts_allowed = models.PositiveSmallIntegerField(
        _("attempts allowed"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: as many as people like."),
    )
    layout = models.CharField(
        _("questions"), max_length=3, choices=QuizLayout.choices, default=QuizLayout.ONE
    )
    explains = models.BooleanField(
        _("shows the right answers"),
        default=True,
        help_text=_("After an attempt: which answers are right, and why."),
    )
    shuffles_questions = models.BooleanField(
        _("questions in another order each time"), default=False
    )
    shuffles_options = models.BooleanField(_("answers in another order each time"), default=False)

    override_translatable_fields = [
        *ItemPage.override_translatable_fields,
        SynchronizedField("pass_mark", overridable=False),
        SynchronizedField("attempts_allowed", overridable=False),
        SynchronizedField("layout", overridable=False),
        SynchronizedField("explains", overridable=False),
        SynchronizedField("shuffles_questions", overridable=False),
        SynchronizedField("shuffles_options", overridable=False),
        SynchronizedField("questions", overridable=False),
    ]

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("summary"),
        FieldPanel("introduction"),
        InlinePanel("questions", heading=_("Questions"), label=_("question"), min_num=1),
        MultiFieldPanel(
            [FieldPanel("minutes"), FieldPanel("required"), FieldPanel("pass_mark")],
            heading=_("Length and completion"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("attempts_allowed"),
                FieldPanel("layout"),
                FieldPanel("explains"),
                FieldPanel("shuffles_questions"),
                FieldPanel("shuffles_options"),
            ],
            heading=_("How it is asked"),
        ),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("summary")]

    class Meta:
        verbose_name = _("quiz")
        verbose_name_plural = _("quizzes")

    def open_ends(self) -> dict[str, ValidationError]:
        if self.questions.exists():
            return {}
        return {"questions": ValidationError(_("Choose at least one question, then publish."))}


class QuizQuestion(Orderable):
    """A question of the bank in a quiz, in the order of the page."""

    page = ParentalKey(QuizPage, related_name="questions", on_delete=models.CASCADE)
    question = models.ForeignKey(
        "courses.Question",
        verbose_name=_("question"),
        on_delete=models.PROTECT,
        related_name="places",
    )

    panels = [FieldPanel("question")]

    class Meta(Orderable.Meta):
        verbose_name = _("question of a quiz")
        verbose_name_plural = _("questions of a quiz")

    def __str__(self):
        return f"{self.page_id}/{self.question_id}"
