from functools import partial

import django_filters
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.ui.tables import BooleanColumn, BulkActionsCheckboxColumn, Column, DateColumn
from wagtail.admin.widgets.boolean_radio_select import BooleanRadioSelect
from wagtail.users.views import users
from wagtail.users.views.bulk_actions import (
    AssignRoleBulkAction,
    DeleteBulkAction,
    SetActiveStateBulkAction,
)

from participants.actions import erase_person, present
from participants.forms.desk import PersonForm
from participants.models import User
from participants.permissions import can_change_person
from participants.refusals import Refused
from participants.states import role_label


def roles_of(person) -> str:
    names = [_("Full access")] if person.is_superuser else []
    return ", ".join(
        str(name) for name in [*names, *(role_label(g.name) for g in person.groups.all())]
    )


class PersonFilterSet(users.UserFilterSet):
    unreachable = django_filters.BooleanFilter(
        label=_("Our e-mails come back"), method="with_trouble", widget=BooleanRadioSelect
    )

    class Meta(users.UserFilterSet.Meta):
        pass

    def with_trouble(self, people, name, value):
        unreachable = User.objects.unreachable()
        return people.filter(pk__in=unreachable) if value else people.exclude(pk__in=unreachable)


class IndexView(users.IndexView):
    page_title = _("People")
    add_item_label = _("Add a person")
    search_fields = ("name", "email")

    @cached_property
    def columns(self):
        title_column = self._get_title_column_class(users.UserColumn)
        return [
            BulkActionsCheckboxColumn("bulk_actions", obj_type="user"),
            title_column(
                "name",
                accessor=str,
                label=_("Name"),
                sort_key="name",
                get_url=self.get_edit_url,
                classname="name",
            ),
            Column("email", label=_("E-mail address"), sort_key="email"),
            Column("roles", accessor=roles_of, label=_("Roles")),
            BooleanColumn("is_active", label=_("Active"), sort_key="is_active"),
            DateColumn("last_login", label=_("Last sign-in"), sort_key="last_login"),
        ]

    def get_base_queryset(self):
        return super().get_base_queryset().prefetch_related("groups")

    def get_edit_url(self, instance):
        if can_change_person(self.request.user, instance):
            return super().get_edit_url(instance)
        return None

    def order_queryset(self, queryset):
        if self.ordering in ("name", "-name"):
            return queryset.order_by(self.ordering, "pk")
        return super().order_queryset(queryset)


class CreateView(users.CreateView):
    page_title = _("Add a person")
    success_message = _("%(object)s has an account now. They sign in with a code sent by e-mail.")

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "request_user": self.request.user}


class EditView(users.EditView):
    success_message = _("The account of %(object)s is saved.")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.may_change = can_change_person(request.user, self.object)

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not self.may_change:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "request_user": self.request.user}

    def form_valid(self, form):
        try:
            with transaction.atomic():
                present(self.object.pk)
                return super().form_valid(form)
        except Refused as refusal:
            messages.error(self.request, str(refusal))
            return redirect("wagtailusers_users:index")


class EraseView(users.DeleteView):
    """Nobody's row is deleted: what others rely on would go with it. The person is erased."""

    page_title = _("Erase a person")
    template_name = "participants/desk/person_erase.html"
    success_message = _("The person is erased. What is left names nobody.")

    def delete_action(self):
        erase_person(self.object.pk)

    def form_valid(self, form):
        """The last one in a rare role stays, and the reason is said."""
        try:
            return super().form_valid(form)
        except Refused as refusal:
            messages.error(self.request, str(refusal))
            return redirect("wagtailusers_users:edit", self.object.pk)

    def get_usage(self):
        return None

    def get_usage_url(self):
        return None


class PersonViewSet(users.UserViewSet):
    menu_label = _("People")
    icon = "group"
    ordering = "name"
    copy_view_enabled = False
    filterset_class = PersonFilterSet
    index_view_class = IndexView
    add_view_class = CreateView
    edit_view_class = EditView
    delete_view_class = EraseView
    create_template_name = "wagtailadmin/generic/form.html"
    edit_template_name = "wagtailadmin/generic/edit.html"
    delete_template_name = EraseView.template_name

    def get_form_class(self, for_update=False):
        return PersonForm


class AssignRole(AssignRoleBulkAction):
    def check_perm(self, obj):
        return super().check_perm(obj) and can_change_person(self.request.user, obj)


class SetActive(SetActiveStateBulkAction):
    def check_perm(self, obj):
        return super().check_perm(obj) and can_change_person(self.request.user, obj)


class Erase(DeleteBulkAction):
    display_name = _("Erase")
    aria_label = _("Erase selected people")

    def get_execution_context(self):
        return {**super().get_execution_context(), "refuse": partial(messages.error, self.request)}

    @classmethod
    def execute_action(cls, objects, model=None, refuse=None, **kwargs):
        """Person by person: whoever has to stay is named, and keeps nobody else."""
        erased = 0
        for person in objects:
            try:
                erase_person(person.pk)
                erased += 1
            except Refused as refusal:
                refuse(f"{person}: {refusal}")
        return erased, 0

    def get_usage_url(self, item):
        return reverse("wagtailusers_users:edit", args=(item.pk,))


BULK_ACTIONS = (AssignRole, SetActive, Erase)
