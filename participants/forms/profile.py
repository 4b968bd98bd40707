import zoneinfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from participants import photos
from participants.countries import country_choices
from participants.forms.signup import validate_name
from participants.models import Consent, Profile, User
from participants.refusals import Refused
from participants.rules import normalised_name
from participants.states import WORDINGS, Gender, ProfessionalRole, Purpose


def time_zone_choices():
    return [
        (name, name.replace("_", " "))
        for name in sorted(zoneinfo.available_timezones())
        if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix/", "right/"))
    ]


class ProfileForm(forms.Form):
    """The short profile. Only what stands first is needed; the rest is offered.

    The tick for the privacy notice is asked for once, and again when its wording changes.
    """

    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        validators=[validate_name],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    country = forms.ChoiceField(
        label=_("Country you work in"),
        choices=lambda: [("", _("Choose a country")), *country_choices()],
        widget=forms.Select(attrs={"autocomplete": "country"}),
        error_messages={"required": _("Choose the country you work in.")},
    )
    organisation = forms.CharField(
        label=_("Organisation"),
        max_length=200,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "organization",
                "list": "organisations",
                "hx-get": reverse_lazy("participants:organisations"),
                "hx-trigger": "input changed delay:300ms",
                "hx-target": "#organisations",
                "hx-include": "[name='country']",
                "hx-swap": "innerHTML",
            }
        ),
        help_text=_(
            "The town, region or association you work for. Choose one we suggest, or write its"
            " full name."
        ),
        error_messages={"required": _("Write the name of your organisation.")},
    )
    role = forms.ChoiceField(
        label=_("Your role"),
        required=False,
        choices=lambda: [("", _("I would rather not say")), *ProfessionalRole.choices],
    )
    bio = forms.CharField(
        label=_("About you"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Two or three sentences about your work. Leave out politics, religion, health, origin"
            " and other private matters, yours and other people's."
        ),
    )
    gender = forms.ChoiceField(
        label=_("Gender"),
        required=False,
        choices=lambda: [("", _("No answer")), *Gender.choices],
        help_text=_("Used for counting only, never shown with your name."),
    )
    photo = forms.FileField(
        label=_("Photo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_("JPEG, PNG or WebP, up to 5 MB. We make it small and remove the place."),
    )
    remove_photo = forms.BooleanField(label=_("Remove the photo"), required=False)
    language = forms.ChoiceField(
        label=_("Language of our e-mails"), choices=lambda: settings.LANGUAGES
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=lazy(time_zone_choices, list))
    public = forms.BooleanField(
        label=_("Other people who are signed in may see my profile"),
        required=False,
        help_text=_("Off unless you tick it. You can change this at any time."),
    )
    alumni_contact = forms.BooleanField(
        label=_("You may write to me after a course about new offers"),
        required=False,
        help_text=_("Your choice; everything else works without it. You can change it any time."),
    )
    privacy = forms.BooleanField(
        label=_("I have read the privacy notice"),
        error_messages={
            "required": _("Please read the privacy notice and tick this, so that we may go on.")
        },
    )

    NEEDED = ("name", "country", "organisation", "role")
    OFFERED = ("bio", "gender", "photo", "remove_photo", "language", "time_zone", "public")
    ANSWERS = ("role", "gender", "bio", "public", "alumni_contact")

    def __init__(self, *args, user: User, **kwargs):
        self.user = user
        self.profile = Profile.objects.filter(pk=user.pk).select_related("organisation").first()
        super().__init__(*args, initial=self._initial(), **kwargs)
        if not (self.profile and self.profile.photo):
            del self.fields["remove_photo"]
        if self._has_read_privacy_notice():
            del self.fields["privacy"]

    def _initial(self) -> dict:
        of_user = {name: getattr(self.user, name) for name in ("name", "language", "time_zone")}
        if self.profile is None:
            return of_user
        return {
            **of_user,
            **{name: getattr(self.profile, name) for name in ("country", *self.ANSWERS)},
            "organisation": self.profile.organisation.name,
        }

    def _has_read_privacy_notice(self) -> bool:
        return Consent.objects.filter(
            user=self.user,
            purpose=Purpose.PRIVACY_NOTICE,
            wording=WORDINGS[Purpose.PRIVACY_NOTICE],
        ).exists()

    def needed(self):
        return [self[name] for name in self.NEEDED]

    def offered(self):
        return [self[name] for name in self.OFFERED if name in self.fields]

    def offered_has_errors(self) -> bool:
        return any(name in self.errors for name in self.OFFERED)

    def clean_organisation(self):
        name = " ".join(self.cleaned_data["organisation"].split())
        if not normalised_name(name):
            raise ValidationError(_("Write the name of your organisation."), code="no-letters")
        return name

    def clean_photo(self):
        upload = self.cleaned_data["photo"]
        if not upload:
            return None
        try:
            return photos.cleaned(upload)
        except Refused as refused:
            raise ValidationError(refused.message, code=refused.reason) from None

    def answers(self) -> dict:
        """What the action writes beside country and organisation. No upload keeps the photo."""
        data = {name: self.cleaned_data[name] for name in self.ANSWERS}
        if self.cleaned_data["photo"]:
            data["photo"] = self.cleaned_data["photo"]
        elif self.cleaned_data.get("remove_photo"):
            data["photo"] = ""
        return data

    def settings(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("name", "language", "time_zone")}
