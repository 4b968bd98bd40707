import uuid

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.utils.translation import gettext_lazy as _

from participants.countries import country_name
from participants.states import Gender, ProfessionalRole, Purpose, languages


def private_storage():
    return storages["private"]


def photo_path(profile, filename):
    return f"photos/{uuid.uuid4()}.jpg"


class Profile(models.Model):
    """What a person says about themselves. Nobody else sees it unless they open it.

    Never add a party, group, list or vote, origin, religion, union, health, sexual orientation,
    citizenship, migration background, identity number, birth date or home address.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="profile", primary_key=True
    )
    country = models.CharField(_("country"), max_length=2)
    organisation = models.ForeignKey(
        "participants.Organisation",
        models.PROTECT,
        verbose_name=_("organisation"),
        related_name="profiles",
    )
    role = models.CharField(_("role"), max_length=20, choices=ProfessionalRole, blank=True)
    gender = models.CharField(_("gender"), max_length=12, choices=Gender, blank=True)
    bio = models.TextField(_("about you"), max_length=600, blank=True)
    photo = models.ImageField(_("photo"), storage=private_storage, upload_to=photo_path, blank=True)
    public = models.BooleanField(_("profile can be seen by others"), default=False)
    alumni_contact = models.BooleanField(_("may be contacted after a course"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")

    def __str__(self):
        return str(self.user)

    @property
    def country_name(self):
        return country_name(self.country)


class Consent(models.Model):
    """One answer of a person, at one moment, to one wording. Rows are only ever added: the last
    one of a purpose holds, and the earlier ones are the proof."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    wording = models.CharField(_("version of the wording"), max_length=20)
    language = models.CharField(_("language"), max_length=10, choices=languages)
    given = models.BooleanField(_("given"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["user", "purpose", "at"], name="consent_latest")]

    def __str__(self):
        return f"{self.get_purpose_display()} ({self.wording})"

    def save(self, *args, **kwargs):
        if self.pk:
            raise TypeError("A consent is never changed. Add another row.")
        super().save(*args, **kwargs)
