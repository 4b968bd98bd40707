"""Forms of the editor's desk for people and organisations."""

from django import forms
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from participants.actions import change_email
from participants.countries import country_choices
from participants.forms.signup import validate_name
from participants.models import Organisation, User
from participants.rules import normalised_name
from participants.states import role_label


class RolesField(forms.ModelMultipleChoiceField):
    """The groups by their names, and those of translators by their language."""

    def label_from_instance(self, group):
        return role_label(group.name)


class PersonForm(forms.ModelForm):
    """Name, address and roles. There is no password here: people sign in with a code that goes to
    their address, and set a password themselves if they want one."""

    required_css_class = "required"

    groups = RolesField(
        label=_("Roles"),
        queryset=Group.objects.order_by("name"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_(
            "Translators get a language: they edit and publish that language's pages only."
        ),
    )

    class Meta:
        model = User
        fields = ["name", "email", "language", "is_active", "is_superuser", "groups"]
        labels = {"is_superuser": _("Full access")}
        help_texts = {
            "email": _("A new address is confirmed with a code at the next sign-in."),
            "is_superuser": _("May do everything, and give others full access."),
        }

    def __init__(self, *args, request_user=None, editing_self=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].validators.append(validate_name)
        if editing_self:
            del self.fields["is_active"]
        if editing_self or not (request_user and request_user.is_superuser):
            del self.fields["is_superuser"]

    def clean_email(self):
        """Asked before the database's two constraints, which would both say the same."""
        email = self.cleaned_data["email"].lower()
        others = User.objects.exclude(pk=self.instance.pk)
        if others.filter(email=email).exists():
            raise forms.ValidationError(
                _("There is already an account with this e-mail address."), code="unique"
            )
        return email

    @transaction.atomic
    def save(self, commit=True):
        is_new = self.instance.pk is None
        if is_new:
            self.instance.set_unusable_password()
        person = super().save(commit)
        if commit and (is_new or "email" in self.changed_data):
            change_email(person, person.email, verified=False)
        return person


class OrganisationForm(WagtailAdminModelForm):
    country = forms.ChoiceField(label=_("Country"), choices=country_choices)

    class Meta:
        model = Organisation
        fields = ["name", "country", "type", "degree_of_urbanisation"]

    def clean(self):
        """The database keeps names apart by a field that is in no form, so it is asked here."""
        data = super().clean()
        name, country = data.get("name", ""), data.get("country", "")
        if Organisation.objects.named(name, country).exclude(pk=self.instance.pk).exists():
            self.add_error(
                "name", _("There is already an organisation of this name in this country.")
            )
        if name and not normalised_name(name):
            self.add_error("name", _("Write a name with letters."))
        return data


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(
        label=_("Keep this organisation"),
        queryset=Organisation.objects.none(),
        help_text=_("People of the other one become members of this one."),
    )

    def __init__(self, *args, source: Organisation, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = (
            Organisation.objects.current().filter(country=source.country).exclude(pk=source.pk)
        )
