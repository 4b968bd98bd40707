"""Attempts at quizzes, with everything that explains their result later."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.questions import QuestionVersion
from courses.models.records import Enrolment, LearningItem
from courses.querysets import AttemptQuerySet
from courses.rules import Try
from courses.states import QuizLayout


class Attempt(models.Model):
    """One go at a quiz. It pins how the quiz was set when it began; its answers pin the versions
    of the questions. Handed in, it never changes but for `set_aside_at`."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="attempts")
    item = models.ForeignKey(LearningItem, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(_("attempt"))
    # Of the outline that the enrolment followed when the attempt began.
    outline = models.PositiveIntegerField(default=1)
    language = models.CharField(_("language"), max_length=10, blank=True)
    revision = models.BigIntegerField(_("edition"), null=True, blank=True)
    pass_mark = models.PositiveSmallIntegerField(_("pass mark in %"))
    layout = models.CharField(max_length=3, choices=QuizLayout.choices)
    explains = models.BooleanField(default=True)
    started_at = models.DateTimeField(_("begun"))
    submitted_at = models.DateTimeField(_("handed in"), null=True, blank=True)
    score = models.PositiveSmallIntegerField(_("result in %"), null=True, blank=True)
    passed = models.BooleanField(_("passed"), default=False)
    # Somebody gave the person further attempts: this one does not count against their number.
    set_aside_at = models.DateTimeField(_("set aside"), null=True, blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt at a quiz")
        verbose_name_plural = _("attempts at quizzes")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "item", "number"], name="attempt_number_once"
            ),
            models.UniqueConstraint(
                fields=["enrolment", "item"],
                condition=Q(submitted_at__isnull=True),
                name="one_unfinished_attempt",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, score__isnull=True, passed=False)
                | Q(submitted_at__isnull=False, score__gte=0, score__lte=100),
                name="attempt_handed_in_has_a_score",
            ),
            models.CheckConstraint(
                condition=Q(passed=False) | Q(score__gte=F("pass_mark")),
                name="attempt_passed_at_the_mark",
            ),
        ]

    def __str__(self):
        return f"{self.enrolment_id}/{self.item_id}/{self.number}"

    @property
    def is_open(self) -> bool:
        return self.submitted_at is None

    def for_rules(self) -> Try:
        return Try(
            self.number, self.outline, self.score, self.passed, self.set_aside_at is not None
        )


class AttemptAnswer(models.Model):
    """A question of an attempt, and what was answered last. `order` are the keys of the options as
    they were dealt; `saves` counts the answers, so that an older screen is told from a newer."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="answers")
    position = models.PositiveSmallIntegerField()
    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="answers")
    order = models.JSONField(default=list)
    chosen = models.JSONField(_("answer"), default=list)
    saves = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(_("saved"), null=True, blank=True)
    right = models.BooleanField(_("right"), null=True)

    class Meta:
        verbose_name = _("answer in a quiz")
        verbose_name_plural = _("answers in quizzes")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "position"], name="answer_position_once"),
            models.UniqueConstraint(fields=["attempt", "version"], name="question_once_an_attempt"),
        ]

    def __str__(self):
        return f"{self.attempt_id}/{self.position}"
