"""The bank of questions, shared by all courses. A question is never deleted, only archived."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.querysets import QuestionQuerySet, QuestionVersionQuerySet
from courses.rules import Meaning, Option, Wording
from courses.states import QuestionKind

LONGEST_QUESTION = 600
LONGEST_OPTION = 300
LONGEST_FEEDBACK = 600
LONGEST_EXPLANATION = 2000
MOST_OPTIONS = 8


class Question(models.Model):
    """A question in all its versions. `newest` is the number of the one that is asked."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    topic = models.ForeignKey(
        "home.Topic",
        verbose_name=_("topic"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    newest = models.PositiveIntegerField(_("version"), default=1)
    retired_at = models.DateTimeField(_("archived"), null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")

    def __str__(self):
        if not hasattr(self, "words"):
            known = Question.objects.with_words(settings.LANGUAGE_CODE).filter(pk=self.pk)
            self.words = known.values_list("words", flat=True).first()
        return self.words or f"{self.pk}"


class QuestionVersion(models.Model):
    """What was asked and marked: an attempt pins it, and from then on only words in languages
    other than the source's are added or mended. `options` is a list of `{"key", "correct"}` in
    the author's order; a key is the same in every version and language."""

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"), default=1)
    kind = models.CharField(
        _("answers"), max_length=8, choices=QuestionKind.choices, default=QuestionKind.SINGLE
    )
    options = models.JSONField(_("options"), default=list)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    objects = QuestionVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a question")
        verbose_name_plural = _("versions of a question")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["question", "number"], name="version_number_once")
        ]

    def __str__(self):
        return f"{self.question_id}/{self.number}"

    @property
    def multiple(self) -> bool:
        return self.kind == QuestionKind.MULTIPLE

    def options_for_rules(self) -> tuple[Option, ...]:
        return tuple(Option(one["key"], one["correct"]) for one in self.options)

    def text_in(self, language: str) -> "QuestionText | None":
        """The row of one language; fetch `texts` before you ask many."""
        return next((text for text in self.texts.all() if text.language == language), None)

    def words_in(self, language: str) -> tuple[Wording, str]:
        """What readers of a language are shown, and the language that it is in: the source's where
        nobody has translated this meaning yet."""
        text = self.text_in(language)
        if text is None or not text.is_ready:
            text = self.text_in(settings.LANGUAGE_CODE)
        return (text.wording(), text.language) if text else (Wording(""), language)

    def meaning(self) -> Meaning:
        words, _language = self.words_in(settings.LANGUAGE_CODE)
        return Meaning(self.kind, self.options_for_rules(), words)


class QuestionText(models.Model):
    """The words of one version in one language. `options` is
    `{key: {"text": …, "feedback": …}}`. A translation that is not `is_ready` was made for an
    earlier meaning: translators see it, readers do not. `edition` tells two editors apart."""

    version = models.ForeignKey(QuestionVersion, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=10)
    question = models.TextField(_("question"))
    explanation = models.TextField(_("explanation"), blank=True)
    options = models.JSONField(default=dict)
    is_ready = models.BooleanField(default=True)
    edition = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("words of a question")
        verbose_name_plural = _("words of questions")
        constraints = [
            models.UniqueConstraint(fields=["version", "language"], name="text_once_a_language")
        ]

    def __str__(self):
        return f"{self.version_id}/{self.language}"

    def wording(self) -> Wording:
        options = {key: (one["text"], one["feedback"]) for key, one in self.options.items()}
        return Wording(self.question, self.explanation, options)
