"""A lesson: its body is rendered once for all, a person's own parts each time."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from courses import actions, rules
from courses.models import CoursePage, Enrolment, ItemPage, LessonPage, PartProgress, Reflection
from courses.states import Access, PartKind
from courses.views import shared
from courses.views.course import enrol_context, enrolment_context, left
from courses.views.gone import gone
from courses.views.news import news_context
from courses.views.outline import Standing, outline_for, standing
from home import tree
from home.pagecontext import language_of, link_to, page_context
from home.pagemap import SOURCE, Found, page_map
from home.prepared import Prepared
from home.serving import specific_page
from participants.owners import owner_of, signed_owner

ITEM_MODELS = ("lessonpage", "quizpage")


@dataclass
class Reader:
    """Who reads, how far they are, and what they just did on this very page."""

    where: Standing
    user: object
    answers: dict[str, list[str]] = field(default_factory=dict)
    drafts: dict[str, dict] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        if self.where.is_kept:
            return "enrolled"
        return "signed_in" if self.user.is_authenticated else "visitor"


def lesson(request, page: LessonPage, reader: Reader | None = None, status: int = 200):
    """The lesson with its place in the course. `reader` carries an answer that was just given."""
    course = course_of(page, request.is_preview)
    if course is None:
        return off_the_site(request, page.translation_key)
    reader = reader or Reader(standing(request.user, course.translation_key), request.user)
    if not may_read(course, reader):
        return redirect(own_url(course))
    # What was just sent comes before a text that was held earlier.
    reader.drafts = held_drafts(request, page.translation_key) | reader.drafts
    name_address(request, page)
    outline = outline_for(course.translation_key, reader.where)
    entry = outline.lesson(page.translation_key) if outline else None
    remember_visit(request, reader.where, entry, page)
    context = lesson_context(request, page, reader, outline, entry)
    return render(request, "courses/lesson_page.html", context, status=status)


def name_address(request, page) -> None:
    """An answer to a form shows the lesson under the form's address: language links and the like
    take the lesson's own."""
    node = page_map().nodes.get(page.pk)
    if node and not hasattr(request, "found"):
        request.found = Found(node, get_language(), own_url(page))


def place_context(request, page, reader: Reader, outline, entry) -> dict:
    """Where a lesson or quiz stands in its course, and how far its reader is."""
    where = reader.where
    marked = outline.marked(where, here=page.translation_key) if outline else None
    before, after = outline.neighbours(page.translation_key) if outline else (None, None)
    modules = marked.modules if marked else ()
    return {
        **page_context(page),
        "course": link_to(outline.course) if outline else None,
        "module_outline": next((m for m in modules if m.current), None),
        "outline": modules,
        "previous": before,
        "following": after,
        "enrolment": enrolment_context(where),
        "left": left(marked, where),
        "reader": reader.kind,
        "enrol": enrol_context(request, outline, where),
        "in_outline": entry is not None,
        "news": news_context(marked, where),
    }


def lesson_context(request, page, reader: Reader, outline, entry) -> dict:
    shown = segments(request, page, reader)
    return {
        **place_context(request, page, reader, outline, entry),
        "lesson": {
            "title": page.title,
            "summary": page.summary,
            "minutes": page.minutes,
            "number": entry.number if entry else None,
            "total": outline.total if outline else None,
            "updated": page.last_published_at,
            "lang": language_of(page),
            "completion": page.completion,
            "optional": entry.optional if entry else not page.required,
        },
        "segments": shown,
        "has_parts": any(segment["part"] for segment in shown),
        "done": done_context(page, reader, entry, shown),
    }


def course_of(page: ItemPage, is_preview: bool = False):
    """The public course around a lesson or quiz, from memory: in the reader's language, else in the
    source's, since a lesson may be translated before its course. None when neither is public."""
    pages = page_map()
    node = pages.nodes.get(page.pk)
    above = [n for n in pages.ancestors(node) if n.model == "coursepage"] if node else []
    if is_preview:
        return specific_page(above[0].id) if above else CoursePage.objects.ancestor_of(page).get()
    course = pages.in_language(above[0].key, get_language() or "") if above else None
    return specific_page(course.id) if course else None


def off_the_site(request, key: UUID):
    """At any address of a lesson or quiz that is archived, or whose course is: what that means, in
    words. One that is being revised leads those who are enrolled to the course; else it is not
    found."""
    pages = page_map()
    versions = [pages.by_key.get((key, code)) for code in (get_language(), SOURCE)]
    node = next((n for n in versions if n), None)
    if node is None or node.model not in ITEM_MODELS or node.restricted:
        raise Http404
    course = next((n for n in pages.ancestors(node) if n.model == "coursepage"), None)
    for place in (node, course):
        if place and not place.live and (answer := gone(request, place)):
            return answer
    public = pages.in_language(course.key, get_language()) if course else None
    if public is None or not standing(request.user, public.key).is_kept:
        raise Http404
    messages.warning(request, _("This lesson is being revised. Do it when it is open again."))
    return redirect(pages.url(public, get_language()))


def may_read(course, reader: Reader) -> bool:
    return course.access == Access.OPEN or reader.where.is_kept


def remember_visit(request, where: Standing, entry, page) -> None:
    """For "Continue" on any device. Writes only when somebody moves to another lesson."""
    if entry is None or request.method != "GET" or request.is_preview or not _is_visit(request):
        return
    if where.enrolment and where.last_item != entry.item.id:
        actions.open_item(where.enrolment.pk, entry.item.id, **seen(page))


def seen(page) -> dict:
    """The language and edition of a lesson that a record of progress keeps."""
    return {"language": language_of(page), "revision": page.live_revision_id}


def _is_visit(request) -> bool:
    """A browser that fetches ahead has not opened the lesson."""
    return "prefetch" not in request.headers.get("Sec-Purpose", "")


# --- Body -------------------------------------------------------------------------------------


def segments(request, page: LessonPage, reader: Reader) -> list[dict]:
    """The blocks in order: finished HTML, or a part with this reader's own state."""
    if request.is_preview:
        shown = _segments(page)
    else:
        shown = tree.remembered(("body", page.pk, get_language()), lambda: _segments(page))
    answers, notes = _own_parts(page, reader) if any(s["part"] for s in shown) else ({}, {})
    return [
        {**s, "part": _part(request, page, reader, s, answers, notes)} if s["part"] else s
        for s in shown
    ]


def _segments(page: LessonPage) -> list[dict]:
    kinds = set(PartKind.values)
    return [
        {"kind": b.block_type, "block_id": b.id, "html": "", "part": b.value}
        if b.block_type in kinds
        else {
            "kind": b.block_type,
            "block_id": b.id,
            "html": b.render({"page": page}),
            "part": None,
        }
        for b in page.body
    ]


def _own_parts(page, reader: Reader) -> tuple[dict, dict]:
    if reader.where.enrolment is None:
        return {}, {}
    enrolment = reader.where.enrolment
    parts = _parts_of(enrolment.pk, page.translation_key)
    return {p.part: p for p in parts}, own_notes(page.translation_key, enrolment)


_parts_of = Prepared(
    lambda enrolment, key: PartProgress.objects.filter(enrolment=enrolment, item__key=key),
    int,
    UUID,
)
_notes_of = Prepared(
    lambda user, run, key: Reflection.objects.filter(
        enrolment__user=user, enrolment__run=run, item__key=key
    ).order_by("enrolment__attempt"),
    int,
    int,
    UUID,
)


def own_notes(key: UUID, enrolment: Enrolment) -> dict[str, dict]:
    """By part: this attempt's note under `now`, the newest earlier attempt's under `earlier`."""
    found: dict[str, dict] = {}
    for note in _notes_of(enrolment.user_id, enrolment.run_id, key):
        when = "now" if note.enrolment_id == enrolment.pk else "earlier"
        found.setdefault(note.part, {})[when] = note
    return found


def _part(request, page, reader: Reader, segment: dict, answers: dict, notes: dict) -> dict:
    block_id, value = segment["block_id"], segment["part"]
    progress = answers.get(block_id)
    common = {
        "id": block_id,
        "required": bool(value.get("required")),
        "done": progress is not None and progress.done_at is not None,
        "reader": reader.kind,
        "lang": language_of(page),
        "preview": request.is_preview,
    }
    if segment["kind"] == PartKind.SELF_CHECK:
        chosen = reader.answers.get(block_id)
        if chosen is None and progress:
            chosen = progress.answer
        return common | self_check_context(page, block_id, value, chosen)
    own = notes.get(block_id, {})
    context = reflection_context(page.translation_key, reader, block_id, value["prompt"], own)
    return (
        common | context | {"sign_in_url": shared.sign_in_url(f"{own_url(page)}#part-{block_id}")}
    )


def self_check_context(page, block_id: str, value, chosen: list[str] | None) -> dict:
    """One self-check; with an answer, also the feedback of what was chosen."""
    options = self_check_options(value)
    answered = bool(chosen)
    return {
        "question": value["question"],
        "multiple": value["multiple"],
        "options": [
            {
                "key": option["key"],
                "text": option["text"],
                "chosen": option["key"] in (chosen or ()),
                "correct": option["correct"],
                "feedback": option["feedback"] if option["key"] in (chosen or ()) else "",
            }
            for option in value["options"]
        ],
        "answered": answered,
        "empty": chosen == [],
        "right": answered and rules.is_right(options, chosen),
        "explanation": str(value["explanation"] or ""),
        "url": reverse("courses:answer", args=[page.translation_key, block_id]),
    }


def self_check_options(value) -> list[rules.Option]:
    return [rules.Option(o["key"], bool(o["correct"])) for o in value["options"]]


def reflection_context(key: UUID, reader: Reader, block_id: str, prompt: str, notes: dict) -> dict:
    note, earlier = notes.get("now"), notes.get("earlier")
    draft = reader.drafts.get(block_id)
    text = note.text if note else ""
    return {
        "prompt": prompt,
        "text": draft["text"] if draft else text,
        "earlier": earlier.text if earlier else "",
        "unsaved": bool(draft) and draft["text"] != text,
        "stored_text": text if draft and draft.get("conflict") else None,
        "error": draft.get("error") if draft else None,
        "version": note.version if note else 0,
        "saved_at": note.saved_at if note else None,
        "limit": actions.LONGEST_REFLECTION,
        "owner": signed_owner(reader.user),
        "url": reverse("courses:reflection", args=[key, block_id]),
    }


# --- Done ---------------------------------------------------------------------------------------


def done_context(page, reader: Reader, entry, shown: list[dict]) -> dict:
    """The button at the end. `event` makes a double click one event."""
    where = reader.where
    state = entry is not None and entry.item.id in where.done
    todo = _open_parts(page, reader, entry, shown) if entry and not state else []
    return {
        "state": state,
        "url": reverse("courses:done", args=[page.translation_key]) if entry else None,
        "event": uuid4(),
        "outline": where.enrolment.manifest.number if where.enrolment else "",
        "again": entry is not None and entry.item.id in where.again,
        "excused": entry is not None and entry.item.id in where.excused,
        "missing": todo,
        "course_completed": bool(where.enrolment and where.enrolment.is_completed),
    }


def _open_parts(page, reader: Reader, entry, shown: list[dict]) -> list[dict]:
    """The required parts that this reader has still to do, in reading order. One that the lesson
    lacks in this language has the `url` of a version where it can be done."""
    parts = {segment["block_id"]: segment["part"] for segment in shown if segment["part"]}
    done = {block_id for block_id, part in parts.items() if part["done"]}
    lang = language_of(page)
    places = {
        block_id: {"url": "", "lang": lang, "text": _asks(part)} for block_id, part in parts.items()
    }
    if elsewhere := set(entry.item.parts) - set(parts):
        done |= _parts_done(reader, entry, elsewhere)
        places |= _parts_elsewhere(page, elsewhere - done)
    return [
        {"id": part, **places[part]}
        for part in rules.missing_parts(entry.item.parts, done)
        if part in places
    ]


def _parts_done(reader: Reader, entry, parts: set[str]) -> set[str]:
    rows = PartProgress.objects.filter(item=entry.item.id, part__in=parts, done_at__isnull=False)
    return set(rows.filter(enrolment=reader.where.enrolment).values_list("part", flat=True))


def _parts_elsewhere(page, wanted: set[str]) -> dict[str, dict]:
    """These parts as another public version of the lesson has them, the source's first."""
    pages, found = page_map(), {}
    for code in sorted(pages.languages(page.translation_key), key=lambda code: code != SOURCE):
        node = pages.by_key[page.translation_key, code]
        for block in specific_page(node.id).body:
            if block.id in wanted and block.id not in found:
                found[block.id] = {
                    "url": pages.url(node, code),
                    "lang": code,
                    "language": get_language_info(code)["name_translated"],
                    "text": _asks(block.value),
                }
    return found


def _asks(value) -> str:
    return value.get("question") or value.get("prompt")


def own_url(page) -> str:
    pages = page_map()
    node = pages.nodes.get(page.pk)
    return pages.url(node, get_language()) if node else ""


# --- Texts that were sent after the session had ended ---------------------------------------------


def keep_draft(request, key: UUID, block_id: str, text: str, owner: str) -> None:
    """Holds a text that arrived without a session until its owner has signed in again."""
    drafts = request.session.get("reflections", {})
    drafts[f"{key}/{block_id}"] = {"text": text[: actions.LONGEST_REFLECTION], "owner": owner}
    request.session["reflections"] = dict(list(drafts.items())[-5:])


def held_drafts(request, key: UUID) -> dict[str, dict]:
    """The held texts of this lesson, if they belong to the person who signed in. They stay held
    until they are saved, so a reload shows them again."""
    if not request.user.is_authenticated or "reflections" not in request.session:
        return {}
    prefix = f"{key}/"
    return {
        name.removeprefix(prefix): {"text": draft["text"]}
        for name, draft in request.session["reflections"].items()
        if name.startswith(prefix) and owner_of(draft["owner"]) == request.user.pk
    }


def drop_draft(request, key: UUID, block_id: str) -> None:
    drafts = request.session.get("reflections")
    if drafts and drafts.pop(f"{key}/{block_id}", None):
        request.session["reflections"] = drafts
