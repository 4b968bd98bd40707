"""Publishing an outline: what it means for whom, before it happens."""

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages

from courses import actions, rules
from courses.desk.evidence import may_archive
from courses.desk.outline import course_or_404
from courses.desk.words import change_words, titles_of
from courses.models import CourseManifest, CoursePage, Enrolment, ItemProgress
from courses.states import EnrolmentState, ManifestKind
from courses.views.shared import number_of
from participants.refusals import Refused

EXAMPLES = 3
LONGEST_NOTE = 1000
KINDS = {
    ManifestKind.INITIAL: (gettext_lazy("First outline"), gettext_lazy("People can enrol now.")),
    ManifestKind.COSMETIC: (
        gettext_lazy("Cosmetic"),
        gettext_lazy("Everything carries over. People see the new order."),
    ),
    ManifestKind.ADDITIVE: (
        gettext_lazy("Additive"),
        gettext_lazy("New lessons are optional for people under way, and count for newcomers."),
    ),
    ManifestKind.MATERIAL: (
        gettext_lazy("Material"),
        gettext_lazy("The new outline counts for people under way. They are told."),
    ),
}


def publish(request, page_id: int):
    course = course_or_404(request, page_id)
    if not may_archive(request.user, course):
        raise PermissionDenied
    found = actions.compare_outline(course)
    if request.method != "POST":
        return _screen(request, course, found)
    again = [item["item"] for item in _again(found) if f"again-{item['item']}" in request.POST]
    kind, note = (
        request.POST.get("kind", ""),
        request.POST.get("note", "").replace("\0", "").strip(),
    )
    if "preview" in request.POST:
        return _screen(request, course, found, again=again)
    if fault := _fault(kind, note):
        return _screen(request, course, found, error=fault, again=again)
    try:
        manifest = actions.publish_outline(
            course,
            kind=kind,
            again=again if kind == ManifestKind.MATERIAL else (),
            note=note,
            seen=number_of(request.POST.get("seen")) or -1 if found.last else 0,
            by=request.user,
        )
    except Refused as refusal:
        now = actions.compare_outline(course)
        return _screen(request, course, now, error=refusal.message, again=again)
    if manifest == found.last:
        words = _("Nothing was published: nothing is different from outline no. %(number)s.")
        messages.warning(request, words % {"number": manifest.number})
    else:
        words = _("Outline no. %(number)s is published.")
        messages.success(request, words % {"number": manifest.number})
    return redirect("courses_outline", course.pk)


def _fault(kind: str, note: str) -> str | None:
    if kind not in ManifestKind.values:
        return _("Choose what the change means for people under way.")
    if len(note) > LONGEST_NOTE:
        return _("The reason is too long: shorten it to 1,000 characters.")
    if kind == ManifestKind.MATERIAL and not note:
        return _("Say why: people have to do more, and your colleagues will ask.")
    return None


def _screen(request, course: CoursePage, found, *, error: str | None = None, again=None):
    titles = titles_of([found.last] if found.last else [], found.tree)
    ticked = set(found.changed_texts() if again is None else again)
    context = {
        "course": course,
        "found": found,
        "error": error,
        "note": request.POST.get("note", ""),
        "limit": LONGEST_NOTE,
        "changes": [change_words(change, titles) for change in found.changes],
        "kinds": _kinds(course, found, request.POST.get("kind", ""), ticked),
        "again": [
            item | {"title": titles[item["item"]], "ticked": item["item"] in ticked}
            for item in _again(found)
        ],
        "nothing_required": not any(entry["required"] for entry in found.tree.entries),
        "people": _people(course),
    }
    return TemplateResponse(
        request, "courses/desk/publish.html", context, status=422 if error else 200
    )


def _people(course: CoursePage) -> dict:
    rows = Enrolment.objects.in_course(course.translation_key)
    return rows.aggregate(
        active=Count("pk", filter=Q(state=EnrolmentState.ACTIVE)),
        completed=Count("pk", filter=Q(state=EnrolmentState.COMPLETED)),
        withdrawn=Count("pk", filter=Q(state=EnrolmentState.WITHDRAWN)),
    )


def _again(found) -> list[dict]:
    """Lessons that were in the outline before, with how many people under way finished them."""
    if found.last is None:
        return []
    before = {entry.item_id for entry in found.last.items.all()}
    items = [e["item_id"] for e in found.tree.entries if e["item_id"] in before]
    done = ItemProgress.objects.filter(
        item__in=items,
        done_at__isnull=False,
        enrolment__state=EnrolmentState.ACTIVE,
        enrolment__run__course=found.last.course_id,
    )
    counts = dict(done.values_list("item").annotate(Count("pk")))
    return [{"item": item, "done": counts.get(item, 0)} for item in items]


def _kinds(course: CoursePage, found, chosen: str, ticked: set[int]) -> list[dict]:
    active = Enrolment.objects.active().in_course(course.translation_key)
    touched = active.count()
    people = _some(active)
    offered = found.kinds if found.last is None else [k for k in KINDS if k != ManifestKind.INITIAL]
    return [
        {
            "value": str(kind),
            "label": KINDS[kind][0],
            "words": KINDS[kind][1],
            "possible": kind in found.kinds,
            "unchanged": not (found.is_open or found.says_more),
            "chosen": str(kind) == chosen or found.kinds == [kind],
            "touched": 0 if kind == ManifestKind.INITIAL else touched,
            "examples": [_example(done, pinned, found, kind, ticked) for done, pinned in people],
        }
        for kind in offered
    ]


def _some(active) -> list[tuple[set[int], CourseManifest]]:
    """Up to three people under way who are differently far, without a name: what they have done,
    and the outline they are pinned to."""
    rows = active.select_related("manifest", "summary").order_by("-summary__required_done", "pk")
    chosen = list({e.summary.required_done: e for e in rows[:200]}.values())[:EXAMPLES]
    done: dict[int, set[int]] = {enrolment.pk: set() for enrolment in chosen}
    progress = ItemProgress.objects.filter(enrolment__in=chosen, done_at__isnull=False)
    for enrolment, item in progress.values_list("enrolment", "item"):
        done[enrolment].add(item)
    return [(done[e.pk], e.manifest) for e in chosen]


def _example(done: set[int], pinned: CourseManifest, found, kind: str, ticked: set[int]) -> str:
    """One person before and after. `ticked` is what a material outline has them do again."""
    new = [
        rules.Item(e["item_id"], e["required"], e["weight"], e["minutes"])
        for e in found.tree.entries
    ]
    before = rules.summarise(actions.in_force(pinned), done)
    if kind == ManifestKind.MATERIAL:
        items, kept = new, done - ticked
    else:
        items, kept = rules.in_force(pinned.items_for_rules(), new), done
    after = rules.summarise(items, kept)
    optional = sum(1 for item in items if not item.required and not item.retired)
    return ngettext(
        "Somebody with %(done)s of %(total)s lessons done then has %(new_done)s of %(new_total)s "
        "done, and %(optional)s optional lesson.",
        "Somebody with %(done)s of %(total)s lessons done then has %(new_done)s of %(new_total)s "
        "done, and %(optional)s optional lessons.",
        optional,
    ) % {
        "done": before.required_done,
        "total": before.required_total,
        "new_done": after.required_done,
        "new_total": after.required_total,
        "optional": optional,
    }
