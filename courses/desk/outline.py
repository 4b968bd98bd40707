"""The outline desk: the structure of a course on one screen, and what learners have of it."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.models import Page

from courses import actions, rules
from courses.desk.evidence import may_archive, source_of
from courses.desk.words import change_words, titles_of
from courses.models import (
    CourseManifest,
    CoursePage,
    Enrolment,
    LearningItem,
    LessonPage,
    ModulePage,
)
from courses.views.shared import number_of
from home import tree


@dataclass
class Row:
    """A module or lesson as the desk lists it."""

    page: Page
    is_module: bool
    retired: bool
    languages: list[dict]
    words: int = 0
    first: bool = False
    last: bool = False

    @property
    def status(self) -> str:
        if self.page.alias_of_id:
            return _("alias, not in the outline")
        return _("archived") if self.retired else self.page.status_string


def courses_index(request):
    """All courses, and which of them have an outline that learners do not have yet."""
    courses = CoursePage.objects.filter(locale__language_code=settings.LANGUAGE_CODE)
    courses = [c for c in courses.order_by("title") if _may_see(request.user, c)]
    keys = [course.translation_key for course in courses]
    items = {i.key: i for i in LearningItem.objects.filter(key__in=keys)}
    newest = {m.course_id: m for m in CourseManifest.objects.latest_each()}
    under_way = _under_way(keys)
    rows = []
    for course in courses:
        item = items.get(course.translation_key)
        rows.append(
            {
                "course": course,
                "archived": bool(item and item.retired_at),
                "outline": newest.get(item.pk) if item else None,
                "open": _is_open(course),
                "under_way": under_way.get(course.translation_key, 0),
            }
        )
    return TemplateResponse(request, "courses/desk/index.html", {"rows": rows})


def outline(request, page_id: int):
    course = course_or_404(request, page_id)
    if course.pk != page_id:
        return redirect("courses_outline", course.pk)
    found = actions.compare_outline(course)
    last = found.last
    titles = titles_of([last] if last else [], found.tree)
    behind = Enrolment.objects.behind().in_course(course.translation_key).count()
    context = {
        "course": course,
        "modules": _rows(course),
        "found": found,
        "last": last,
        "changes": [change_words(c, titles) for c in found.changes if rules.is_structure(c)],
        "may_publish": may_archive(request.user, course),
        "behind": behind,
        "reached": max(last.touched - behind, 0) if last else 0,
        "archived": LearningItem.objects.filter(
            key=course.translation_key, retired_at__isnull=False
        ).exists(),
    }
    return TemplateResponse(request, "courses/desk/outline.html", context)


def outlines(request, page_id: int):
    """Who published which outline, when, why, and what was different."""
    course = course_or_404(request, page_id)
    manifests = list(
        CourseManifest.objects.filter(course__key=course.translation_key)
        .select_related("published_by")
        .with_items()
        .order_by("number")
    )
    titles = titles_of(manifests)
    rows = []
    for at, manifest in enumerate(manifests):
        changed = actions.changes_between(manifests[at - 1], manifest) if at else []
        rows.append({"manifest": manifest, "changes": [change_words(c, titles) for c in changed]})
    context = {"course": course, "rows": list(reversed(rows))}
    return TemplateResponse(request, "courses/desk/outlines.html", context)


@transaction.atomic
def arrange(request, page_id: int):
    """One step: a page goes up, down, before another one or into a module, or is duplicated. Who
    arranges the same course at the same time waits for it; who had to sign in first sees it."""
    course = course_or_404(request, page_id)
    if request.method != "POST":
        return redirect("courses_outline", course.pk)
    Page.objects.select_for_update().get(pk=course.pk)
    below = Page.objects.descendant_of(course)
    page = get_object_or_404(below, pk=number_of(request.POST.get("page")))
    move = request.POST.get("move", "")
    try:
        _arrange(request, page, move, below)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("courses_outline", course.pk)


def _arrange(request, page: Page, move: str, below) -> None:
    if move == "duplicate":
        _duplicate(request, page)
        return
    if move in ("up", "down"):
        neighbour = page.get_prev_sibling() if move == "up" else page.get_next_sibling()
        place = (neighbour, "left" if move == "up" else "right")
    else:
        target = below.filter(pk=number_of(request.POST.get("target"))).first()
        place = (target, {"before": "left", "after": "right", "into": "last-child"}.get(move))
    target, position = place
    if target is None or position is None or target == page:
        messages.warning(request, _("It stays where it is: there is no such place."))
        return
    _check_place(request, page, target, position)
    page.specific.move(target.specific, position, user=request.user)
    messages.success(
        request,
        _("“%(page)s” has another place. Learners keep the old outline until you publish it.")
        % {"page": page.title},
    )


def _check_place(request, page: Page, target: Page, position: str) -> None:
    """Modules stay in their course, lessons in modules; rights are Wagtail's own."""
    new_parent = target if position == "last-child" else target.get_parent()
    old_parent = page.get_parent()
    if new_parent == old_parent:
        if not old_parent.permissions_for_user(request.user).can_reorder_children():
            raise PermissionDenied
        return
    if not isinstance(page.specific, LessonPage) or not isinstance(new_parent.specific, ModulePage):
        raise ValidationError(_("A lesson can go into another module, and nothing else can."))
    if not page.permissions_for_user(request.user).can_move_to(new_parent):
        raise PermissionDenied
    if Page.objects.child_of(new_parent).filter(slug=page.slug).exists():
        raise ValidationError(
            _("That module has a page with the address “%(slug)s”. Change one of them first.")
            % {"slug": page.slug}
        )


def _duplicate(request, page: Page) -> None:
    parent = page.get_parent()
    if not page.permissions_for_user(request.user).can_copy_to(parent, recursive=True):
        raise PermissionDenied
    title = _("%(title)s (copy)") % {"title": page.title}
    copy = page.specific.copy(
        recursive=True,
        keep_live=False,
        copy_revisions=False,
        user=request.user,
        update_attrs={"title": title[:255], "draft_title": title[:255], "slug": _free_slug(page)},
    )
    copy.move(page.specific, "right", user=request.user)
    words = _("A copy of “%(page)s” is there as a draft. It begins without anybody's progress.")
    messages.success(request, words % {"page": page.title})


def _free_slug(page: Page) -> str:
    taken = set(Page.objects.child_of(page.get_parent()).values_list("slug", flat=True))
    base = slugify(page.slug, allow_unicode=True)[:240]
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


# --- What the screen shows ------------------------------------------------------------------------


def _rows(course: CoursePage) -> list[dict]:
    modules = list(_with_status(ModulePage.objects.child_of(course)))
    lessons = list(_with_status(LessonPage.objects.descendant_of(course)))
    keys = [page.translation_key for page in [*modules, *lessons]]
    retired = set(
        LearningItem.objects.filter(key__in=keys, retired_at__isnull=False).values_list(
            "key", flat=True
        )
    )
    languages = _languages(keys)
    listed = []
    for at, module in enumerate(modules):
        own = [lesson for lesson in lessons if lesson.path.startswith(module.path)]
        listed.append(
            {
                "row": Row(
                    module,
                    True,
                    bool(own) and all(lesson.translation_key in retired for lesson in own),
                    languages[module.translation_key],
                    first=at == 0,
                    last=at == len(modules) - 1,
                ),
                "lessons": [
                    Row(
                        lesson,
                        False,
                        lesson.translation_key in retired,
                        languages[lesson.translation_key],
                        words=_words(lesson),
                        first=n == 0,
                        last=n == len(own) - 1,
                    )
                    for n, lesson in enumerate(own)
                ],
            }
        )
    return listed


def _with_status(pages):
    """What a page's status is told from, in one query for all."""
    return pages.annotate_approved_schedule().prefetch_workflow_states().order_by("path")


def _languages(keys: list[UUID]) -> dict[UUID, list[dict]]:
    found: dict[UUID, list[dict]] = {key: [] for key in keys}
    rows = Page.objects.filter(translation_key__in=keys).order_by("locale__language_code")
    for key, code, live in rows.values_list("translation_key", "locale__language_code", "live"):
        found[key].append({"code": code, "live": live})
    return found


def _words(lesson: LessonPage) -> int:
    texts = lesson.body.stream_block.get_searchable_content(lesson.body)
    return sum(len(str(text).split()) for text in texts)


def _is_open(course: CoursePage) -> bool:
    """Kept in memory until something changes: comparing a course takes several queries."""
    return tree.remembered(
        ("outline open", course.pk), lambda: actions.compare_outline(course).is_open
    )


def _under_way(keys: list[UUID]) -> dict[UUID, int]:
    rows = Enrolment.objects.active().filter(run__course__key__in=keys)
    counted = rows.values("run__course__key").annotate(people=Count("pk"))
    return {row["run__course__key"]: row["people"] for row in counted}


def course_or_404(request, page_id: int) -> CoursePage:
    """The course in the source language, if this person may edit it."""
    # Of `Page`, since its own key refuses numbers that no database holds.
    page = get_object_or_404(Page, pk=page_id).specific
    if not isinstance(page, CoursePage):
        raise Http404
    course = source_of(page).specific
    if not _may_see(request.user, course):
        raise PermissionDenied
    return course


def _may_see(user, course: CoursePage) -> bool:
    return course.permissions_for_user(user).can_edit()
