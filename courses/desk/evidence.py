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
from courses.models import CoursePage, Enrolment, ItemProgress, LearningItem, LessonPage
from courses.views.shared import number_of

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
    if not actions.is_archived(page):
        messages.warning(request, _("“%(page)s” is not archived.") % {"page": page.title})
        return redirect(way_back(page))
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
    if may_archive(request.user, page):
        return redirect("courses_archive", source_of(page).pk)
    return redirect("wagtailadmin_explore", page.pk)


def refuse_deleting_many(request, action_type, objects, action_class_instance):
    if action_type != "delete" or not objects or not isinstance(objects[0], Page):
        return None
    found = [p for page in objects for p in actions.pages_with_evidence(page)]
    if not found:
        return None
    _offer(request, found)
    return redirect("wagtailadmin_explore", objects[0].get_parent().pk)


def _answer_first(request, page_ids: list[int]):
    """For pages that this person may work with: the offer to archive, before Wagtail asks whether
    they are sure, or says that they may not delete."""
    pages = Page.objects.filter(pk__in=page_ids)
    own = [p for p in pages if p.permissions_for_user(request.user).can_edit()]
    if len(own) == 1:
        return refuse_deleting(request, own[0])
    return refuse_deleting_many(request, "delete", own, None)


def _chosen(query) -> list[int]:
    """The pages that a list names one by one, or all below the one that it shows."""
    named = query.getlist("id")
    if "all" not in named:
        return [number_of(one) for one in named]
    above = Page.objects.filter(pk=number_of(query.get("childOf"))).first()
    return list(above.get_children().values_list("pk", flat=True)) if above else []


class EvidenceMiddleware:
    """Whatever way leads to deleting a page with evidence ends in words, not in an error."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        name = request.resolver_match.view_name
        if name == "wagtailadmin_pages:delete":
            return _answer_first(request, [kwargs["page_id"]])
        which = [kwargs.get(part) for part in ("app_label", "model_name", "action")]
        if name == "wagtail_bulk_action" and which == ["wagtailcore", "page", "delete"]:
            return _answer_first(request, _chosen(request.GET))
        return None

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
    button = []
    if may_archive(request.user, found[0]):
        url = reverse("courses_archive", args=[source_of(found[0]).pk])
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
    """Archiving takes off the site, in all languages: it needs the right to publish the source."""
    if not actions.is_archivable(page):
        return False
    return source_of(page).permissions_for_user(user).can_publish()


def _page(request, page_id: int) -> Page:
    page = get_object_or_404(Page, pk=page_id)
    if not may_archive(request.user, page):
        raise PermissionDenied
    return source_of(page).specific


def _restore_url(page: Page) -> str:
    return reverse("courses_restore", args=[page.pk])


def _screen(request, page: Page, template: str, *, note: str = "", status: int = 200):
    course = course_of(page)
    lessons = LessonPage.objects.descendant_of(page, inclusive=True)
    items = LearningItem.objects.filter(key__in=lessons.values("translation_key"))
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
        "lessons": lessons.count(),
        "languages": [p.locale.get_display_name() for p in versions.select_related("locale")],
        "back": way_back(page),
        "is_course": isinstance(page, CoursePage),
    }
    return TemplateResponse(request, template, context, status=status)
