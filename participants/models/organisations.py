from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from participants.countries import country_name
from participants.querysets import OrganisationQuerySet
from participants.rules import normalised_name
from participants.states import DegreeOfUrbanisation, OrganisationType


class Region(models.Model):
    """A statistical region. Its code belongs to a version of NUTS: codes change meaning."""

    code = models.CharField(_("NUTS code"), max_length=6)
    version = models.CharField(_("NUTS version"), max_length=4)
    name = models.CharField(_("name"), max_length=120)
    level = models.PositiveSmallIntegerField(_("level"))
    country = models.CharField(_("country (ISO code)"), max_length=2)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="region_code_once_a_version")
        ]
        indexes = [models.Index(fields=["country", "level"], name="region_country_level")]

    def __str__(self):
        return f"{self.name} ({self.code})"


class Organisation(models.Model):
    """An authority or association that people work for.

    A merged organisation stays as a signpost: its name is still found, and leads to the one it
    became. So a name stands once a country, merged or not.
    """

    name = models.CharField(_("name"), max_length=200)
    normalised_name = models.CharField(max_length=200, editable=False)
    country = models.CharField(_("country"), max_length=2)
    type = models.CharField(_("type"), max_length=20, choices=OrganisationType, blank=True)
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("region"),
        related_name="organisations",
    )
    degree_of_urbanisation = models.PositiveSmallIntegerField(
        _("degree of urbanisation"),
        choices=DegreeOfUrbanisation,
        null=True,
        blank=True,
        help_text=_(
            "A city has a dense centre of 50,000 people or more. A town or suburb has 5,000 or"
            " more. Everything else is a rural area."
        ),
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("merged into"),
        related_name="merged",
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["country", "normalised_name"],
                name="organisation_name_once_a_country",
                violation_error_message=_(
                    "There is already an organisation of this name in this country."
                ),
            )
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.normalised_name = normalised_name(self.name)
        super().save(*args, **kwargs)

    def clean(self):
        super().clean()
        self.normalised_name = normalised_name(self.name)

    @property
    def country_name(self):
        return country_name(self.country)


class Membership(models.Model):
    """A person works for an organisation. Until a coordinator confirms it, it is only their word
    and lets nobody act in a colleague's name."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], name="membership_once")
        ]

    def __str__(self):
        return f"{self.user} – {self.organisation}"
