from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button

from participants.actions import confirm_membership, merge_organisation
from participants.forms.desk import MergeForm, OrganisationForm
from participants.models import Membership, Organisation
from participants.refusals import Refused


class OrganisationIndexView(generic.IndexView):
    def get_base_queryset(self):
        return Organisation.objects.current()

    def get_list_more_buttons(self, instance):
        buttons = super().get_list_more_buttons(instance)
        if self.user_has_permission("change"):
            url = reverse("organisations:merge", args=[instance.pk])
            buttons.append(Button(_("Merge"), url=url, icon_name="collapse-down", priority=30))
        return buttons


class OrganisationViewSet(ModelViewSet):
    model = Organisation
    name = "organisations"
    icon = "home"
    menu_label = _("Organisations")
    menu_order = 610
    add_to_admin_menu = False
    add_to_settings_menu = True
    copy_view_enabled = False
    add_to_reference_index = False
    index_view_class = OrganisationIndexView
    list_display = ["name", Column("country_name", label=_("Country")), "get_type_display"]
    list_filter = ["country", "type"]
    search_fields = ["name", "normalised_name"]

    def get_form_class(self, for_update=False):
        return OrganisationForm

    def get_urlpatterns(self):
        return [*super().get_urlpatterns(), path("merge/<int:pk>/", merge, name="merge")]


def merge(request, pk):
    """Two rows of one organisation become one."""
    if not request.user.has_perm("participants.change_organisation"):
        raise PermissionDenied
    source = get_object_or_404(Organisation.objects.current(), pk=pk)
    form = MergeForm(request.POST or None, source=source)
    if request.method == "POST" and form.is_valid():
        try:
            kept = merge_organisation(source.pk, form.cleaned_data["into"].pk)
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _t("Merged. %(kept)s is kept.") % {"kept": kept})
            return redirect("organisations:index")
    return render(request, "participants/desk/merge.html", {"form": form, "organisation": source})


class MembershipIndexView(generic.IndexView):
    def get_base_queryset(self):
        return Membership.objects.select_related("user", "organisation")

    def get_list_buttons(self, instance):
        if instance.confirmed_at or not self.user_has_permission("change"):
            return []
        return [
            Button(
                _("Confirm"),
                url=reverse("memberships:confirm", args=[instance.pk]),
                icon_name="check",
            )
        ]

    def get_add_url(self):
        return None

    def get_edit_url(self, instance):
        return None

    def get_delete_url(self, instance):
        return None


class MembershipViewSet(ModelViewSet):
    """A person says where they work; a coordinator confirms it. Nothing else is edited here."""

    model = Membership
    name = "memberships"
    icon = "user"
    menu_label = _("Memberships")
    menu_order = 611
    add_to_settings_menu = True
    copy_view_enabled = False
    add_to_reference_index = False
    index_view_class = MembershipIndexView
    ordering = ["-created_at", "-pk"]
    list_display = ["user", "organisation", DateColumn("confirmed_at", label=_("Confirmed"))]
    search_fields = ["user__name", "user__email", "organisation__name"]
    form_fields = ["organisation"]

    def get_urlpatterns(self):
        kept = [url for url in super().get_urlpatterns() if url.name in ("index", "index_results")]
        return [*kept, path("confirm/<int:pk>/", confirm, name="confirm")]


@permission_required("participants.change_membership", raise_exception=True)
def confirm(request, pk):
    membership = get_object_or_404(Membership.objects.select_related("user", "organisation"), pk=pk)
    if request.method == "POST":
        confirm_membership(membership.pk)
        messages.success(request, _t("The membership is confirmed."))
        return redirect("memberships:index")
    return render(request, "participants/desk/confirm_membership.html", {"membership": membership})
