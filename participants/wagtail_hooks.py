from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from participants.desk import privacy
from participants.desk.organisations import MembershipViewSet, OrganisationViewSet
from participants.desk.people import BULK_ACTIONS
from participants.desk.records import FeedbackViewSet, RoleChangeReport

# After Wagtail's own of the same names, which they replace.
for action in BULK_ACTIONS:
    hooks.register("register_bulk_action", action, order=100)


@hooks.register("register_admin_viewset")
def viewsets():
    return [OrganisationViewSet(), MembershipViewSet(), FeedbackViewSet()]


@hooks.register("register_admin_urls")
def report_urls():
    return [
        *privacy.urls(),
        path("reports/role-changes/", RoleChangeReport.as_view(), name="role_changes"),
        path(
            "reports/role-changes/results/",
            RoleChangeReport.as_view(results_only=True),
            name="role_changes_results",
        ),
    ]


class RoleChangesMenuItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm("participants.view_rolechange")


@hooks.register("register_reports_menu_item")
def role_changes_menu_item():
    return RoleChangesMenuItem(
        _("Changes of role"), reverse("role_changes"), icon_name="history", order=900
    )


@hooks.register("register_admin_menu_item")
def data_protection_menu():
    return privacy.menu()
