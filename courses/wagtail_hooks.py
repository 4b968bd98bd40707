from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.menus.pages import PageMenuItem
from wagtail.permission_policies.pages import PagePermissionPolicy

from courses import actions
from courses.desk import enrolments, evidence, notices, outline, publish
from courses.models import CoursePage
from home.pagemap import SOURCE, page_map

hooks.register("before_delete_page", evidence.refuse_deleting)
hooks.register("before_bulk_action", evidence.refuse_deleting_many)

for change in ("move", "copy", "delete", "publish", "unpublish"):
    hooks.register(f"after_{change}_page", notices.after_change)
hooks.register("after_bulk_action", notices.after_many)


@hooks.register("register_admin_urls")
def desk_urls():
    return [
        path("courses/", outline.courses_index, name="courses_index"),
        path("courses/outline/<int:page_id>/", outline.outline, name="courses_outline"),
        path("courses/outline/<int:page_id>/arrange/", outline.arrange, name="courses_arrange"),
        path("courses/outline/<int:page_id>/publish/", publish.publish, name="courses_publish"),
        path("courses/outline/<int:page_id>/history/", outline.outlines, name="courses_outlines"),
        path("courses/enrolments/", enrolments.enrolments, name="courses_enrolments"),
        path("courses/enrolments/<int:pk>/", enrolments.enrolment, name="courses_enrolment"),
        path("courses/enrolments/<int:pk>/credit/", enrolments.credit, name="courses_credit"),
        path(
            "courses/enrolments/<int:pk>/certificate/",
            enrolments.certificate,
            name="courses_certificate",
        ),
        path("courses/archive/<int:page_id>/", evidence.archive, name="courses_archive"),
        path("courses/restore/<int:page_id>/", evidence.restore, name="courses_restore"),
    ]


@hooks.register("register_admin_menu_item")
def courses_menu_item():
    return CoursesItem(_("Courses"), reverse("courses_index"), icon_name="list-ol", order=150)


@hooks.register("register_admin_menu_item")
def enrolments_menu_item():
    url = reverse("courses_enrolments")
    return EnrolmentsItem(_("Enrolments"), url, icon_name="group", order=160)


class CoursesItem(MenuItem):
    """For whoever works in the source language: outlines are its own."""

    def is_shown(self, request):
        if request.user.is_superuser:
            return True
        granted = PagePermissionPolicy().get_cached_permissions_for_user(request.user)
        homes = [n.path for code, n in page_map().roots.items() if code != SOURCE]
        return any(not right.page.path.startswith(tuple(homes)) for right in granted)


class EnrolmentsItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm("courses.view_enrolment")


class OutlineItem(PageMenuItem):
    label = _("Outline")
    icon_name = "list-ol"
    url_name = "courses_outline"

    def is_shown(self, user):
        page = self.page.specific
        return isinstance(page, CoursePage) and page.permissions_for_user(user).can_edit()


class ArchiveItem(PageMenuItem):
    """Archive, or restore what is archived."""

    label = _("Archive…")
    icon_name = "folder-inverse"
    url_name = "courses_archive"

    def is_shown(self, user):
        return evidence.may_archive(user, self.page)


class RestoreItem(ArchiveItem):
    label = _("Restore")
    icon_name = "rotate"
    url_name = "courses_restore"

    def is_shown(self, user):
        return super().is_shown(user) and actions.is_archived(self.page)


@hooks.register("register_page_header_buttons")
def page_header_buttons(page, user, view_name, next_url=None):
    yield OutlineItem(page=page, priority=5)
    yield ArchiveItem(page=page, priority=45)
    yield RestoreItem(page=page, priority=46)
