"""Programmes at the administrator's desk, and as their coordinators see them."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from academy.actions import archive_programme, restore_programme
from academy.forms import ProgrammeForm
from academy.models import Programme
from courses.titles import course_choices

VIEW, CHANGE = "academy.view_programme", "academy.change_programme"


class ProgrammeIndexView(generic.IndexView):
    def get_base_queryset(self):
        return Programme.objects.visible_to(self.request.user)

    def get_edit_url(self, instance):
        return reverse("programmes:show", args=[instance.pk])


class ProgrammeEditView(generic.EditView):
    can_delete = False


class ProgrammeViewSet(ModelViewSet):
    """Administrators make programmes and say who coordinates them; coordinators see their own.
    A programme is archived, never deleted: who looked after whom stays known."""

    model = Programme
    name = "programmes"
    icon = "folder-open-inverse"
    menu_label = _("Programmes")
    menu_order = 155
    add_to_admin_menu = True
    copy_view_enabled = False
    add_to_reference_index = False
    index_view_class = ProgrammeIndexView
    edit_view_class = ProgrammeEditView
    list_display = [
        TitleColumn("name", label=_("Name"), sort_key="name", url_name="programmes:show"),
        Column("description", label=_("Description")),
        DateColumn("archived_at", label=_("Archived")),
    ]
    search_fields = ["name"]

    def get_form_class(self, for_update=False):
        return ProgrammeForm

    def get_common_view_kwargs(self, **kwargs):
        """Nothing is deleted here, and nothing refers to a programme by Wagtail's index."""
        none = {"delete_url_name": None, "usage_url_name": None}
        return {**super().get_common_view_kwargs(**kwargs), **none}

    def get_urlpatterns(self):
        kept = {"index", "index_results", "add", "edit", "history", "history_results"}
        return [
            *(url for url in super().get_urlpatterns() if url.name in kept),
            path("<int:pk>/", show, name="show"),
            path("<int:pk>/archive/", archive, name="archive"),
        ]


def show(request, pk: int):
    """A programme: its courses and mentoring, who coordinates it, and who gave them the right."""
    _check(request, VIEW)
    programme = get_object_or_404(Programme.objects.visible_to(request.user), pk=pk)
    coordinations = programme.coordinations.select_related("person", "given_by", "ended_by")
    context = {
        "programme": programme,
        "courses": course_choices(programme.courses.all()),
        "mentoring": programme.mentoring.all(),
        "coordinations": coordinations,
        "may_change": request.user.has_perm(CHANGE),
    }
    return TemplateResponse(request, "academy/desk/programme.html", context)


def archive(request, pk: int):
    """Archives a programme, or brings it back."""
    _check(request, CHANGE)
    programme = get_object_or_404(Programme.objects.visible_to(request.user), pk=pk)
    if request.method == "POST":
        if request.POST.get("step") == "restore":
            restore_programme(programme.pk)
            messages.success(request, _t("The programme is back, with its coordinators."))
        else:
            archive_programme(programme.pk)
            messages.success(request, _t("The programme is archived."))
    return redirect("programmes:show", programme.pk)


def _check(request, right: str) -> None:
    if not request.user.has_perm(right):
        raise PermissionDenied
