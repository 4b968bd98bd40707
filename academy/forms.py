"""Forms of the administrator's desk for programmes."""

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from academy.actions import save_programme
from academy.models import Coordination, Programme
from courses.models import LearningItem
from courses.states import ItemKind
from courses.titles import course_choices
from mentoring.models import Programme as MentoringProgramme
from participants.states import Role


class ProgrammeForm(WagtailAdminModelForm):
    """A programme, its courses and its coordinators. Only people with the coordinator's role can
    be chosen: the role opens the desk, the programme says what stands on it."""

    courses = forms.TypedMultipleChoiceField(
        label=_("Courses"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    mentoring = forms.TypedMultipleChoiceField(
        label=_("Mentoring programmes"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    coordinators = forms.TypedMultipleChoiceField(
        label=_("Coordinators"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "They see the people in these courses and mentoring programmes. Somebody who is missing"
            " here needs the role of a coordinator first: give it in Settings, People."
        ),
    )

    class Meta:
        model = Programme
        fields = ["name", "description"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        courses = LearningItem.objects.filter(kind=ItemKind.COURSE)
        self.fields["courses"].choices = course_choices(courses)
        self.fields["mentoring"].choices = MentoringProgramme.objects.values_list("pk", "name")
        self.fields["coordinators"].choices = self._people()
        if self.instance.pk:
            running = Coordination.objects.running().filter(programme=self.instance)
            self.initial["courses"] = list(self.instance.courses.values_list("pk", flat=True))
            self.initial["mentoring"] = list(self.instance.mentoring.values_list("pk", flat=True))
            self.initial["coordinators"] = list(running.values_list("person", flat=True))

    def _people(self) -> list[tuple[int, str]]:
        """Who has the role, and who has the right already though they lost the role."""
        people = get_user_model().objects.filter(is_active=True, erased_at__isnull=True)
        found = people.filter(groups__name=Role.COORDINATOR.value)
        if self.instance.pk:
            running = Coordination.objects.running().filter(programme=self.instance)
            found = found | people.filter(pk__in=running.values("person"))
        return [(p.pk, f"{p} ({p.email})") for p in found.distinct().order_by("name", "pk")]

    def clean_name(self):
        return " ".join(self.cleaned_data["name"].split())

    def save(self, commit=True):
        return save_programme(
            self.instance,
            courses=self.cleaned_data["courses"],
            mentoring=self.cleaned_data["mentoring"],
            coordinators=self.cleaned_data["coordinators"],
            by=self.for_user,
        )
