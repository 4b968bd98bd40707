"""What people said when they applied, and what became of it."""

import uuid
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mentoring.querysets import ApplicationQuerySet, ConflictQuerySet
from mentoring.states import (
    ANSWERS,
    IN_POOL,
    ApplicationState,
    ExperienceBand,
    LanguageLevel,
    Side,
    SizeBand,
)
from participants.countries import country_name
from participants.states import DegreeOfUrbanisation, LevelOfGovernment, ProfessionalRole

NOT_PLAIN = ("organisation", "topics", "available_from", "available_until")
PLAIN = [name for names in ANSWERS.values() for name in names if name not in NOT_PLAIN]


class Application(models.Model):
    """One person on one side of one call. Whoever applies as both has two.

    Never add a party, group, date of birth or nationality, nor anything else that
    `participants.Profile` must not have. `person` is empty once they were erased. `key` is what
    matching knows the person by.

    What the applicant writes stands in `draft`, by the names of `states.ANSWERS`, which nobody else
    reads; handing in moves it to the fields. `steps` has the version of each step's last saving.

    `languages` has a level (A1 … C2 as 1 … 6) by code, `half_days` some of `states.HALF_DAYS` in
    Brussels time, `conditions` what was ticked as `[{"key", "text", "language"}]`. `version` rises
    with each saving, so that a second tab notices the first.
    """

    call = models.ForeignKey("mentoring.Call", models.PROTECT, related_name="applications")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        verbose_name=_("person"),
        related_name="mentoring_applications",
    )
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    side = models.CharField(_("as"), max_length=6, choices=Side.choices)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=ApplicationState.choices,
        default=ApplicationState.DRAFT,
    )
    version = models.PositiveIntegerField(default=0)
    draft = models.JSONField(_("answers not handed in yet"), default=dict, blank=True)
    steps = models.JSONField(default=dict, blank=True)
    language = models.CharField(_("written in"), max_length=10, blank=True)

    # Who they are for this call, as it was when they applied.
    organisation = models.ForeignKey(
        "participants.Organisation",
        models.PROTECT,
        null=True,
        verbose_name=_("organisation"),
        related_name="+",
    )
    country = models.CharField(_("country"), max_length=2, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=ProfessionalRole.choices, blank=True)
    level_of_government = models.CharField(
        _("level of government"), max_length=20, choices=LevelOfGovernment.choices, blank=True
    )
    degree_of_urbanisation = models.PositiveSmallIntegerField(
        _("degree of urbanisation"), choices=DegreeOfUrbanisation.choices, null=True, blank=True
    )
    size_band = models.PositiveSmallIntegerField(
        _("people in your area"), choices=SizeBand.choices, null=True, blank=True
    )
    experience_band = models.PositiveSmallIntegerField(
        _("experience"), choices=ExperienceBand.choices, null=True, blank=True
    )

    # What it is about: sought by a mentee, offered by a mentor.
    topics = models.ManyToManyField("home.Topic", verbose_name=_("topics"), blank=True)
    challenge = models.TextField(_("challenge"), max_length=1500, blank=True)
    objective = models.TextField(_("learning objective"), max_length=1000, blank=True)
    experience = models.TextField(_("what you bring"), max_length=1500, blank=True)

    languages = models.JSONField(_("languages"), default=dict, blank=True)
    half_days = models.JSONField(_("half-days"), default=list, blank=True)
    available_from = models.DateField(_("available from"), null=True, blank=True)
    available_until = models.DateField(_("available until"), null=True, blank=True)
    capacity = models.PositiveSmallIntegerField(
        _("mentees at the same time"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
    )

    conditions = models.JSONField(_("conditions confirmed"), default=list, blank=True)
    privacy_wording = models.CharField(_("privacy notice"), max_length=20, blank=True)

    created_at = models.DateTimeField(_("begun"), default=timezone.now)
    saved_at = models.DateTimeField(_("last saved"), default=timezone.now)
    submitted_at = models.DateTimeField(_("handed in"), null=True, blank=True)
    question = models.TextField(_("what the coordinator asks"), max_length=1500, blank=True)
    answer = models.TextField(_("answer"), max_length=3000, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    reason = models.TextField(_("reason"), max_length=1500, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("mentoring application")
        verbose_name_plural = _("mentoring applications")
        ordering = ["-submitted_at", "-pk"]
        default_permissions = ["view", "change"]
        constraints = [
            models.UniqueConstraint(fields=["call", "person", "side"], name="applies_once_a_side"),
            models.CheckConstraint(
                condition=Q(state__in=[ApplicationState.DRAFT, ApplicationState.WITHDRAWN])
                | Q(submitted_at__isnull=False),
                name="application_beyond_draft_was_handed_in",
            ),
        ]
        indexes = [models.Index(fields=["call", "side", "state"], name="application_pool")]

    def __str__(self):
        return f"{self.call_id}/{self.side}/{self.pk}"

    @property
    def country_name(self):
        return country_name(self.country)

    @property
    def is_mentee(self) -> bool:
        return self.side == Side.MENTEE

    @property
    def is_in_pool(self) -> bool:
        return self.state in IN_POOL and self.person_id is not None

    def is_holding(self, states: Collection[str]) -> bool:
        """Whether a match in one of these states binds them."""
        matches = self.matches_as_mentee if self.is_mentee else self.matches_as_mentor
        return matches.filter(state__in=states).exists()

    def given(self) -> dict[str, Any]:
        """The answers in the fields, as `draft` holds them: names, ids and ISO dates."""
        plain = {name: getattr(self, name) for name in PLAIN}
        days = {name: getattr(self, name) for name in ("available_from", "available_until")}
        return {
            **plain,
            **{name: day.isoformat() if day else "" for name, day in days.items()},
            "organisation": self.organisation.name if self.organisation else "",
            "topics": sorted(topic.pk for topic in self.topics.all()),
        }

    def written(self) -> dict[str, Any]:
        """The answers as the applicant sees them: what is handed in, under what is not yet."""
        return {**self.given(), **self.draft}

    def spoken(self) -> list[tuple[str, str]]:
        """Codes of languages with the level in words, the best first."""
        levels = sorted(self.languages.items(), key=lambda pair: (-pair[1], pair[0]))
        return [(code, LanguageLevel(level).label) for code, level in levels]


class Conflict(models.Model):
    """Whom an applicant must not be paired with. Only the applicant and coordinators read it.

    An organisation, or somebody in the applicant's words: then a coordinator says which
    application that is, if any.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="conflicts")
    organisation = models.ForeignKey(
        "participants.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("organisation"),
        related_name="+",
    )
    words = models.CharField(_("person"), max_length=200, blank=True)
    other = models.ForeignKey(
        Application,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("that is"),
        related_name="+",
    )
    looked_at = models.DateTimeField(_("looked at"), null=True, blank=True)

    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("declared conflict")
        verbose_name_plural = _("declared conflicts")
        ordering = ["pk"]
        default_permissions = []
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | ~Q(words=""),
                name="conflict_is_with_somebody",
            )
        ]

    def __str__(self):
        return f"{self.application_id}/{self.pk}"
