"""Archive instead of delete, at the editor's desk: the offer in words, and its two screens."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin import messages
from wagtail.models import Page

from courses import actions
from courses.models import (
    CoursePage,
    Enrolment,
    ItemPage,
    ItemProgress,
    LearningItem,
    ModulePage,
)
from courses.querysets import items_below

KINDS = (CoursePage, ModulePage, ItemPage)
LONGEST_NOTE = 1000


def archive(request, page_id: int):
    """Says what archiving means for the people in the course, then does it."""
    page = _page(request, page_id)
    if request.method == "POST":
        note = request.POST.get("note", "").replace("\0", "").strip()
        if len(note) > LONGEST_NOTE:
            messages.error(request, _("The reason is too long: shorten it to 1,000 characters."))
            return _screen(request, page, "courses/desk/archive.html", note=note, status=422)
        actions.archive(page, note=note, by=request.user)
        messages.success(
            request,
            _("“%(page)s” is archived. What people did is kept.") % {"page": page.title},
            buttons=[messages.button(_restore_url(page), _("Restore"))],
        )
        return redirect(way_back(page))
    return _screen(request, page, "courses/desk/archive.html")


def restore(request, page_id: int):
    page = _page(request, page_id)
    if request.method == "POST":
        actions.restore(page, by=request.user)
        words = _("“%(page)s” is back, with everybody's progress.")
        messages.success(request, words % {"page": page.title})
        return redirect(way_back(page))
    return _screen(request, page, "courses/desk/restore.html")


def refuse_deleting(request, page: Page):
    """Wagtail's question "delete this page?" is answered with the offer to archive it."""
    found = actions.pages_with_evidence(page)
    if not found:
        return None
    _offer(request, found)
    target = page.specific
    if isinstance(target, KINDS) and may_archive(request.user, source_of(target)):
        return redirect("courses_archive", source_of(target).pk)
    return redirect("wagtailadmin_explore", page.pk)


def refuse_deleting_many(request, action_type, objects, action_class_instance):
    if action_type != "delete" or not objects or not isinstance(objects[0], Page):
        return None
    found = [p for page in objects for p in actions.pages_with_evidence(page)]
    if not found:
        return None
    _offer(request, found)
    return redirect("wagtailadmin_explore", objects[0].get_parent().pk)


class EvidenceMiddleware:
    """Whatever other way leads to deleting a page with evidence ends in words, not in an error."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, actions.HasEvidence):
            return None
        _offer(request, [exception.page])
        return redirect("wagtailadmin_explore", exception.page.get_parent().pk)


def _offer(request, found: list[Page]) -> None:
    words = ngettext(
        "Nothing was deleted: people have worked with “%(page)s”. Archive it instead: it goes off "
        "the site, and what people did is kept.",
        "Nothing was deleted: people have worked with “%(page)s” and %(more)s more. Archive them "
        "instead: they go off the site, and what people did is kept.",
        len(found),
    )
    known = {"page": found[0].get_admin_display_title(), "more": len(found) - 1}
    target = found[0].specific
    button = []
    if isinstance(target, KINDS) and may_archive(request.user, source_of(target)):
        url = reverse("courses_archive", args=[source_of(target).pk])
        button = [messages.button(url, _("Archive…"))]
    messages.warning(request, words % known, buttons=button)


def source_of(page: Page) -> Page:
    """The page in the source language; the page itself where there is none."""
    if page.locale.language_code == settings.LANGUAGE_CODE:
        return page
    versions = page.get_translations()
    return versions.filter(locale__language_code=settings.LANGUAGE_CODE).first() or page


def course_of(page: Page) -> CoursePage | None:
    page = page.specific
    if isinstance(page, CoursePage):
        return page
    return CoursePage.objects.ancestor_of(page).first()


def way_back(page: Page) -> str:
    course = course_of(page)
    if course is None:
        return reverse("wagtailadmin_explore", args=[page.get_parent().pk])
    return reverse("courses_outline", args=[course.pk])


def may_archive(user, page: Page) -> bool:
    """Archiving takes off the site, so it needs the right to publish."""
    return page.permissions_for_user(user).can_publish()


def _page(request, page_id: int) -> Page:
    page = get_object_or_404(Page, pk=page_id).specific
    if not isinstance(page, KINDS):
        raise PermissionDenied
    page = source_of(page).specific
    if not may_archive(request.user, page):
        raise PermissionDenied
    return page


def _restore_url(page: Page) -> str:
    return reverse("courses_restore", args=[page.pk])


def _screen(request, page: Page, template: str, *, note: str = "", status: int = 200):
    course = course_of(page)
    keys = [item.translation_key for item in items_below(page)]
    items = LearningItem.objects.filter(key__in=keys)
    in_course = Enrolment.objects.in_course(course.translation_key) if course else None
    done = ItemProgress.objects.filter(item__in=items, done_at__isnull=False)
    versions = Page.objects.filter(translation_key=page.translation_key, live=True)
    context = {
        "page": page,
        "note": note,
        "limit": LONGEST_NOTE,
        "under_way": in_course.active().count() if in_course is not None else 0,
        "people_done": get_user_model()
        .objects.filter(enrolments__progress__in=done)
        .distinct()
        .count(),
        "items": len(keys),
        "languages": [p.locale.get_display_name() for p in versions.select_related("locale")],
        "back": way_back(page),
        "is_course": isinstance(page, CoursePage),
    }
    return TemplateResponse(request, template, context, status=status)
