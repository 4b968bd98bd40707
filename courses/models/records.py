"""Records: what is offered, to whom, and in which outline."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses import rules
from courses.querysets import (
    CourseRunQuerySet,
    EnrolmentQuerySet,
    LearningItemQuerySet,
    ManifestQuerySet,
)
from courses.states import (
    ChangeKind,
    EnrolmentPolicy,
    EnrolmentState,
    ItemKind,
    ManifestKind,
)


class LearningItem(models.Model):
    """The identity of a course or lesson in all its languages and editions.

    `key` is the pages' `translation_key`. There is no foreign key to a page, so pages can be
    moved, translated and edited without touching what people did.
    """

    key = models.UUIDField(_("key"), unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=ItemKind.choices)
    retired_at = models.DateTimeField(_("archived"), null=True, blank=True)
    # What this was copied from. A copy shares no progress with it.
    origin = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="copies"
    )
    # Of a course: rises with everything that summaries of its enrolments depend on.
    version = models.PositiveIntegerField(default=0)

    objects = LearningItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("learning item")
        verbose_name_plural = _("learning items")

    def __str__(self):
        return f"{self.kind} {self.key}"


class ItemChange(models.Model):
    """A lesson or course that was archived or restored. `detail` holds what restoring needs:
    `{"pages": [[page id, live revision id]]}`."""

    item = models.ForeignKey(LearningItem, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(_("change"), max_length=10, choices=ChangeKind.choices)
    note = models.TextField(_("reason"), blank=True)
    detail = models.JSONField(default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("date"), default=timezone.now)

    class Meta:
        verbose_name = _("archiving")
        verbose_name_plural = _("archivings")
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.item_id} {self.kind}"


class CourseManifest(models.Model):
    """An outline of a course as it stood when somebody published it. Never changed afterwards.

    `modules` is a list of `{"key": uuid, "titles": {language: title}}` in reading order. `rule`
    says what completes the course: `{"require": "required_items"}`.
    """

    course = models.ForeignKey(LearningItem, on_delete=models.PROTECT, related_name="manifests")
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind of change"), max_length=10, choices=ManifestKind.choices)
    titles = models.JSONField(_("titles"), default=dict)
    modules = models.JSONField(_("modules"), default=list)
    rule = models.JSONField(_("completion rule"), default=dict)
    note = models.TextField(_("note"), blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    published_at = models.DateTimeField(_("published"), default=timezone.now)
    # How many people were on their way through the course when it was published.
    touched = models.PositiveIntegerField(_("people under way"), default=0)

    objects = ManifestQuerySet.as_manager()

    class Meta:
        verbose_name = _("outline")
        verbose_name_plural = _("outlines")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["course", "number"], name="manifest_number_once")
        ]

    def __str__(self):
        return f"{self.course_id}/{self.number}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise TypeError("A manifest is never changed: publish a new outline.")
        super().save(*args, **kwargs)

    def items_for_rules(self) -> list[rules.Item]:
        """The outline as `rules` reads it, in one query unless the items were fetched before."""
        fetched = "items" in getattr(self, "_prefetched_objects_cache", {})
        entries = self.items.all() if fetched else self.items.select_related("item")
        return [entry.for_rules() for entry in entries]


class ManifestItem(models.Model):
    """One lesson in an outline, with what is needed to explain a result later.

    `parts` are ids of the blocks that had to be done, `titles` and `revisions` are by language.
    `again`: whoever finished the lesson under an earlier outline does it once more.
    """

    manifest = models.ForeignKey(CourseManifest, on_delete=models.PROTECT, related_name="items")
    item = models.ForeignKey(LearningItem, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    module_key = models.UUIDField()
    required = models.BooleanField(default=True)
    weight = models.PositiveIntegerField(default=1)
    minutes = models.PositiveIntegerField(default=0)
    parts = models.JSONField(default=list)
    titles = models.JSONField(default=dict)
    revisions = models.JSONField(default=dict)
    again = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["manifest", "item"], name="item_once_in_manifest"),
            models.UniqueConstraint(
                fields=["manifest", "position"], name="position_once_in_manifest"
            ),
        ]

    def __str__(self):
        return f"{self.manifest_id}/{self.position}"

    def for_rules(self) -> rules.Item:
        return rules.Item(
            id=self.item_id,
            required=self.required,
            weight=self.weight,
            minutes=self.minutes,
            parts=tuple(self.parts),
            retired=self.item.retired_at is not None,
        )


class CourseRun(models.Model):
    """A course on offer: self-paced without dates, or with dates for a cohort."""

    course = models.ForeignKey(LearningItem, on_delete=models.PROTECT, related_name="runs")
    name = models.CharField(_("name"), max_length=150, blank=True)
    starts_on = models.DateField(_("starts"), null=True, blank=True)
    ends_on = models.DateField(_("ends"), null=True, blank=True)
    policy = models.CharField(
        _("enrolment"),
        max_length=10,
        choices=EnrolmentPolicy.choices,
        default=EnrolmentPolicy.OPEN,
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    # Rises with each change of what calendars show, and the one that everybody's calendar has.
    dates_version = models.PositiveIntegerField(default=0, editable=False)
    dates_shown = models.PositiveIntegerField(default=0, editable=False)

    objects = CourseRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("course run")
        verbose_name_plural = _("course runs")
        constraints = [
            models.UniqueConstraint(
                fields=["course"],
                condition=Q(starts_on__isnull=True, ends_on__isnull=True),
                name="one_self_paced_run",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="run_ends_after_start",
            ),
        ]

    def __str__(self):
        return self.name or f"{self.course_id}"

    @property
    def is_self_paced(self) -> bool:
        return self.starts_on is None and self.ends_on is None

    def why_closed(self, today: date) -> str | None:
        return rules.why_closed(
            ends_on=self.ends_on,
            closed=self.closed_at is not None,
            invited=self.policy != EnrolmentPolicy.OPEN,
            today=today,
        )


class Enrolment(models.Model):
    """A person in a run, for the first or a later time; pinned to one outline, which says what is
    required of them. Later outlines reach them as `actions.outlines.in_force` tells.

    `user` is empty once the person was erased: counts stay true and say nothing about them.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="enrolments"
    )
    run = models.ForeignKey(CourseRun, on_delete=models.PROTECT, related_name="enrolments")
    manifest = models.ForeignKey(CourseManifest, on_delete=models.PROTECT, related_name="+")
    attempt = models.PositiveIntegerField(_("attempt"), default=1)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=EnrolmentState.choices,
        default=EnrolmentState.ACTIVE,
    )
    enrolled_at = models.DateTimeField(_("enrolled"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)
    # What happened to the course up to here, the person has read.
    news_seen_at = models.DateTimeField(_("news read"), default=timezone.now)
    # A day that the person set for themselves, and nobody else asks about.
    goal_on = models.DateField(_("goal"), null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        permissions = [("coordinate_everywhere", _("Can coordinate every course"))]
        constraints = [
            models.UniqueConstraint(fields=["user", "run", "attempt"], name="attempt_once"),
            models.UniqueConstraint(
                fields=["user", "run"],
                condition=~Q(state=EnrolmentState.COMPLETED),
                name="one_unfinished_enrolment",
            ),
            models.CheckConstraint(
                condition=Q(state=EnrolmentState.COMPLETED, completed_at__isnull=False)
                | (~Q(state=EnrolmentState.COMPLETED) & Q(completed_at__isnull=True)),
                name="completed_has_a_date",
            ),
        ]

    def __str__(self):
        return f"{self.run_id}/{self.pk}"

    @property
    def is_active(self) -> bool:
        return self.state == EnrolmentState.ACTIVE

    @property
    def is_completed(self) -> bool:
        return self.state == EnrolmentState.COMPLETED
