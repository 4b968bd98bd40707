"""The catalogue: every choice is kept in the address, and every option says how many it leaves."""

import unicodedata
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from courses import rules
from courses.models import CataloguePage, CoursePage, Enrolment
from courses.states import EnrolmentState
from courses.views.outline import (
    Outline,
    Standing,
    newest_manifests,
    outline_for,
    outlines_of,
)
from home import tree
from home.models import Topic
from home.pagecontext import page_context
from home.pagemap import page_map
from participants.states import DegreeOfUrbanisation, LevelOfGovernment

PAGE_SIZE = 24
CARD_TOPICS = 2
LONGEST_QUERY = 100
LENGTHS = {
    "short": gettext_lazy("up to an hour"),
    "medium": gettext_lazy("one to two and a half hours"),
    "long": gettext_lazy("longer"),
}
FACETS = {
    "topic": gettext_lazy("Topic"),
    "language": gettext_lazy("Language"),
    "level": gettext_lazy("Level of government"),
    "place": gettext_lazy("Degree of urbanisation"),
    "length": gettext_lazy("Length"),
}


@dataclass(frozen=True)
class Listing:
    """All courses in one language of the interface: how they filter, how they look, and which
    options there are (facet → value → label)."""

    entries: tuple[rules.Entry, ...]
    cards: dict[int, dict]
    options: dict[str, dict[str, str]]


def catalogue(request, page: CataloguePage):
    """All courses that match what the address says, with counts for one step further."""
    listing = listing_of(get_language())
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    words = fold_text(query).split()
    chosen = _chosen(request, listing)
    found = [e for e in listing.entries if rules.matches(e, chosen, words)]
    pages = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    address = _Address(request.path, query, chosen)
    return render(
        request,
        "courses/catalogue_page.html",
        {
            **page_context(page),
            "lede": page.lede,
            "query": query,
            "query_form": address.hidden(),
            "facets": _facets(listing, chosen, words, address),
            "active": _active(listing, chosen, query, address),
            "clear_url": request.path,
            "results_count": len(found),
            "cards": with_progress([listing.cards[e.id] for e in pages], request.user),
            "pages": [
                {"number": n, "url": address.with_page(n), "current": n == pages.number}
                for n in pages.paginator.page_range
            ]
            if pages.paginator.num_pages > 1
            else [],
        },
    )


# --- All courses, kept in memory ------------------------------------------------------------


def listing_of(language: str) -> Listing:
    return tree.remembered(("catalogue", language), lambda: _listing(language))


def _listing(language: str) -> Listing:
    pages = page_map()
    nodes = [n for n in pages.nodes.values() if n.model == "coursepage" and not n.restricted]
    source = sorted(
        (n for n in nodes if n.language == settings.LANGUAGE_CODE), key=lambda n: n.path
    )
    shown = [node for n in source if (node := pages.in_language(n.key, language))]
    found = CoursePage.objects.prefetch_related("tagged_topics__tag").in_bulk(
        [node.id for node in shown]
    )
    outlines_of(newest_manifests().values(), language)  # all at once
    entries, cards = [], {}
    for node in shown:
        course = found[node.id]
        topics = [tagged.tag for tagged in course.tagged_topics.all()]
        outline = outline_for(node.key, Standing(), language)
        languages = lesson_languages(node.key, outline)
        entries.append(_entry(course, topics, languages, outline))
        cards[course.pk] = _card(node, course, topics, languages, outline)
    return Listing(tuple(entries), cards, _options(entries))


def _entry(course, topics, languages, outline: Outline | None) -> rules.Entry:
    lessons = [e.title for e in outline.lessons if e.number] if outline else []
    text = " ".join([course.title, course.summary, course.outcomes, *lessons])
    text += " " + " ".join(topic.label for topic in topics)
    values = {
        "topic": {topic.slug for topic in topics},
        "language": {language["code"] for language in languages},
        "level": set(course.levels),
        "place": {str(degree) for degree in course.degurba},
        "length": {rules.length_band(outline.minutes)} if outline else set(),
    }
    frozen = {facet: frozenset(options) for facet, options in values.items()}
    return rules.Entry(course.pk, frozen, fold_text(text))


def _card(node, course, topics, languages, outline: Outline | None) -> dict:
    levels = dict(LevelOfGovernment.choices)
    return {
        "key": node.key,
        "title": node.title,
        "url": page_map().url(node, get_language()),
        "lang": node.language,
        "summary": course.summary,
        "cover_seed": str(node.key),
        "topic_slug": topics[0].slug if topics else "",
        "topics": [topic.label for topic in topics[:CARD_TOPICS]],
        "first_lesson": _first_lesson(outline),
        "minutes": outline.minutes if outline else 0,
        "lessons": outline.total if outline else 0,
        "languages": languages,
        "levels": [str(levels[level]) for level in course.levels if level in levels],
        "announced": outline is None,
        "percent": None,
        "state": None,
        "state_label": _("Announced: the lessons are being written") if outline is None else "",
    }


def _first_lesson(outline: Outline | None) -> dict | None:
    entry = next((e for e in outline.lessons if e.url), None) if outline else None
    return entry and {"url": entry.url, "title": entry.title, "minutes": entry.minutes}


def lesson_languages(key: UUID, outline: Outline | None) -> list[dict]:
    """The languages a course can be read in; `partly` where only some lessons are translated."""
    pages, names = page_map(), dict(settings.LANGUAGES)
    if outline is None:
        return [{"code": c, "name": names[c], "partly": False} for c in pages.languages(key)]
    counts: dict[str, int] = {}
    for entry in outline.lessons:
        if entry.number is None:
            continue
        for code in pages.languages(entry.key):
            counts[code] = counts.get(code, 0) + 1
    total = outline.total
    return [
        {"code": code, "name": names[code], "partly": counts[code] < total}
        for code in names
        if code in counts
    ]


def _options(entries: list[rules.Entry]) -> dict[str, dict[str, str]]:
    """Only options that some course has, in the order of their lists."""
    labels = {
        "topic": {topic.slug: topic.label for topic in Topic.objects.all()},
        "language": dict(settings.LANGUAGES),
        "level": {value: str(label) for value, label in LevelOfGovernment.choices},
        "place": {str(value): str(label) for value, label in DegreeOfUrbanisation.choices},
        "length": {value: str(label) for value, label in LENGTHS.items()},
    }
    return {
        facet: {
            value: label
            for value, label in labels[facet].items()
            if any(value in e.values[facet] for e in entries)
        }
        for facet in FACETS
    }


def fold_text(text: str) -> str:
    """Lower case without accents, so "communauté" is found by "communaute"; works for Greek."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in kept).split())


def with_progress(cards: list[dict], user) -> list[dict]:
    """The cards with one person's progress: one query for somebody signed in."""
    if not user.is_authenticated:
        return cards
    rows = (
        Enrolment.objects.of(user)
        .standing()
        .order_by("enrolled_at")
        .values_list("run__course__key", "summary__percent", "state")
    )
    standing = {key: (percent, state) for key, percent, state in rows}
    return [card | _progress(standing.get(card["key"])) for card in cards]


def _progress(found: tuple[int, str] | None) -> dict:
    if found is None:
        return {}
    percent, state = found
    if state == EnrolmentState.COMPLETED:
        return {"percent": 100, "state": state, "state_label": _("Completed")}
    label = _("You are %(percent)s%% through") % {"percent": percent}
    return {"percent": percent, "state": state, "state_label": label}


# --- The choice, kept in the address ------------------------------------------------------------


class _Address:
    """The catalogue's address with a choice added or taken away."""

    def __init__(self, path: str, query: str, chosen: dict[str, set[str]]):
        self.path, self.query, self.chosen = path, query, chosen

    def build(self, chosen: dict[str, set[str]], query: str, page: int | None = None) -> str:
        pairs = [("q", query)] if query else []
        pairs += [(facet, v) for facet in FACETS for v in sorted(chosen.get(facet, ()))]
        pairs += [("page", page)] if page else []
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    def toggle(self, facet: str, value: str) -> str:
        values = self.chosen.get(facet, set()) ^ {value}
        return self.build({**self.chosen, facet: values}, self.query)

    def without(self, facet: str) -> str:
        return self.build({**self.chosen, facet: set()}, self.query)

    def without_query(self) -> str:
        return self.build(self.chosen, "")

    def with_page(self, number: int) -> str:
        return self.build(self.chosen, self.query, number)

    def hidden(self) -> list[dict]:
        """The choice as hidden fields of the search form."""
        return [{"name": facet, "value": v} for facet in FACETS for v in sorted(self.chosen[facet])]


def _chosen(request, listing: Listing) -> dict[str, set[str]]:
    """What the address chooses; values that no course has are left out, not an error."""
    return {
        facet: set(request.GET.getlist(facet)[:50]) & set(listing.options[facet])
        for facet in FACETS
    }


def _facets(listing: Listing, chosen, words, address: _Address) -> list[dict]:
    facets = []
    for facet, label in FACETS.items():
        options = listing.options[facet]
        counts = rules.count_options(listing.entries, facet, list(options), chosen, words)
        facets.append(
            {
                "name": facet,
                "label": label,
                "clear_url": address.without(facet) if chosen[facet] else None,
                "options": [
                    {
                        "value": value,
                        "label": text,
                        "count": counts[value],
                        "url": address.toggle(facet, value),
                        "selected": value in chosen[facet],
                    }
                    for value, text in options.items()
                ],
            }
        )
    return [facet for facet in facets if facet["options"]]


def _active(listing: Listing, chosen, query: str, address: _Address) -> list[dict]:
    active = [
        {"label": listing.options[facet][value], "remove_url": address.toggle(facet, value)}
        for facet in FACETS
        for value in sorted(chosen[facet])
    ]
    if query:
        label = _("“%(words)s”") % {"words": query}
        active.insert(0, {"label": label, "remove_url": address.without_query()})
    return active
