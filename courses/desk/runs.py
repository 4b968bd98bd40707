"""Runs at the desk of those who coordinate the course: offered with dates, changed, closed."""

import django_filters
from django import forms
from django.contrib.auth.decorators import permission_required
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import log

from courses import actions
from courses.models import CourseRun, LearningItem
from courses.states import EnrolmentPolicy, EnrolmentState
from home.pagemap import SOURCE, page_map
from home.templatetags.look import long_date

FIELDS = ("name", "starts_on", "ends_on", "policy")


def title_of(course: LearningItem) -> str:
    node = page_map().by_key.get((course.key, SOURCE))
    return node.title if node else "–"


class CourseField(forms.ModelChoiceField):
    """The courses of the site by their titles."""

    def label_from_instance(self, course):
        return title_of(course)


class RunForm(WagtailAdminModelForm):
    course = CourseField(label=_("Course"), queryset=LearningItem.objects.none())
    starts_on = forms.DateField(label=_("First day"), widget=forms.DateInput({"type": "date"}))
    ends_on = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput({"type": "date"}),
        help_text=_("One can join up to this day, and go on reading after it."),
    )

    class Meta:
        model = CourseRun
        fields = ("course", *FIELDS)
        help_texts = {
            "name": _("As participants know it, such as “Spring group”. It is not translated."),
            "policy": _(
                "Only runs that are open to all can be joined on the site today. Requests and "
                "invitations are not sent from here yet."
            ),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        courses = LearningItem.objects.in_reach_of(self.for_user)
        keys = [node.key for node in page_map().nodes.values() if node.model == "coursepage"]
        open_ones = courses.filter(key__in=keys, retired_at=None)
        if self.instance.pk:
            open_ones = courses.filter(pk=self.instance.course_id)
            self.fields["course"].disabled = True
        self.fields["course"].queryset = open_ones
        for name in ("starts_on", "ends_on"):
            self.fields[name].widget.format = "%Y-%m-%d"

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day is before the first one."))
        return cleaned

    def facts(self) -> dict:
        return {name: self.cleaned_data[name] for name in FIELDS}


class RunFilterSet(WagtailFilterSet):
    course = django_filters.ChoiceFilter(label=_("Course"))

    class Meta:
        model = CourseRun
        fields = ["policy"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        courses = LearningItem.objects.in_reach_of(self.request.user)
        found = courses.filter(runs__in=CourseRun.objects.with_dates()).distinct()
        choices = sorted(((one.pk, title_of(one)) for one in found), key=lambda pair: pair[1])
        self.filters["course"].extra["choices"] = choices


class RunIndexView(generic.IndexView):
    def get_base_queryset(self):
        active = Q(enrolments__state=EnrolmentState.ACTIVE)
        runs = CourseRun.objects.with_dates().in_reach_of(self.request.user)
        return runs.select_related("course").annotate(people=Count("enrolments", filter=active))

    def get_list_more_buttons(self, instance):
        if not self.user_has_permission("change"):
            return []
        words, icon = (_("Reopen"), "lock-open") if instance.closed_at else (_("Close"), "lock")
        url = reverse("course_runs:close", args=[instance.pk])
        return [
            *super().get_list_more_buttons(instance),
            Button(words, url=url, icon_name=icon, priority=30),
        ]


class RunCreateView(generic.CreateView):
    def save_instance(self):
        run = actions.add_run(self.form.cleaned_data["course"].pk, **self.form.facts())
        log(instance=run, action="wagtail.create", user=self.request.user)
        return run


class RunEditView(generic.EditView):
    def get_queryset(self):
        return CourseRun.objects.with_dates().in_reach_of(self.request.user)

    def save_instance(self):
        run = actions.change_run(self.object.pk, **self.form.facts())
        log(instance=run, action="wagtail.edit", user=self.request.user)
        return run

    def get_success_message(self):
        return _t("Saved. The dates of everybody who is in it follow within a minute.")


def _state(run: CourseRun) -> str:
    reason = run.why_closed(timezone.localdate(timezone=timezone.get_default_timezone()))
    names = {None: _t("open"), "over": _t("over"), "closed": _t("closed")}
    return names.get(reason) or EnrolmentPolicy(run.policy).label


class RunViewSet(ModelViewSet):
    """All runs that have dates. None is deleted: it is closed, and its people keep theirs."""

    model = CourseRun
    name = "course_runs"
    icon = "calendar-alt"
    menu_label = _("Course dates")
    menu_order = 155
    add_to_admin_menu = True
    copy_view_enabled = False
    add_to_reference_index = False
    index_view_class = RunIndexView
    add_view_class = RunCreateView
    edit_view_class = RunEditView
    filterset_class = RunFilterSet
    ordering = ["-starts_on", "pk"]
    list_display = [
        TitleColumn(
            "course",
            accessor=lambda run: title_of(run.course),
            label=_("Course"),
            url_name="course_runs:edit",
        ),
        "name",
        Column("starts_on", accessor=lambda run: long_date(run.starts_on), label=_("First day")),
        Column("ends_on", accessor=lambda run: long_date(run.ends_on), label=_("Last day")),
        Column("state", accessor=_state, label=_("State")),
        Column("people", accessor=lambda run: run.people, label=_("People under way")),
    ]
    search_fields = ["name"]

    def get_form_class(self, for_update=False):
        return RunForm

    def get_edit_view_kwargs(self):
        unused = {"delete_url_name": None, "usage_url_name": None}
        return super().get_edit_view_kwargs() | unused

    def get_index_view_kwargs(self, **kwargs):
        return super().get_index_view_kwargs(**kwargs) | {"delete_url_name": None}

    def get_urlpatterns(self):
        left_out = ("delete", "usage")
        kept = [url for url in super().get_urlpatterns() if url.name not in left_out]
        return [*kept, path("close/<int:pk>/", close, name="close")]


@permission_required("courses.change_courserun", raise_exception=True)
def close(request, pk):
    """Says what closing means, or opening again, then does it."""
    runs = CourseRun.objects.with_dates().in_reach_of(request.user)
    run = get_object_or_404(runs.select_related("course"), pk=pk)
    if request.method == "POST":
        closing = request.POST.get("step") == "close"
        (actions.close_run if closing else actions.reopen_run)(run.pk)
        words = _t("Nobody can join any more.") if closing else _t("People can join again.")
        log(instance=run, action="wagtail.edit", user=request.user)
        messages.success(request, words)
        return redirect("course_runs:index")
    context = {"run": run, "title": title_of(run.course)}
    return TemplateResponse(request, "courses/desk/run_close.html", context)
