from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language

from courses.models import LearningItem, Reflection
from courses.views.outline import outline_for, standing
from home.pagecontext import link_to
from home.pagemap import Node, page_map


def gone(request, node: Node) -> HttpResponse | None:
    """At the address of an archived lesson or course: what that means, and the way on. A page that
    was moved leads to where it is now. Anything else is not found."""
    pages = page_map()
    if node.live:
        # Not for good: it may move back, and browsers keep what is permanent.
        return redirect(pages.url(node, get_language()))
    item = LearningItem.objects.filter(key=node.key, retired_at__isnull=False).first()
    if item is None:
        return None
    above = [n for n in pages.ancestors(node) if n.model == "coursepage"]
    course = link_to(above[0].key) if above else None
    where = standing(request.user, above[0].key) if above else None
    outline = outline_for(above[0].key, where) if course else None
    context = {
        "title": node.title,
        "lang": node.language,
        "is_course": node.model == "coursepage",
        "archived_on": item.retired_at,
        "done": where is not None and item.pk in where.done,
        "enrolled": where is not None and where.is_kept,
        "course": course,
        "next": outline.next_for(where) if outline else None,
        "notes": _own_notes(request.user, item),
    }
    return render(request, "courses/gone.html", context, status=410)


def _own_notes(user, item: LearningItem) -> list[dict]:
    """What somebody wrote for themselves in a lesson, newest first: nobody else reads it."""
    if not user.is_authenticated:
        return []
    notes = Reflection.objects.filter(enrolment__user=user, item=item).exclude(text="")
    return [
        {
            "text": note.text,
            "saved_at": note.saved_at,
            "url": reverse("courses:reflection", args=[item.key, note.part]),
        }
        for note in notes.order_by("-saved_at")
    ]
