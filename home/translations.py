"""Pages in several languages: who may translate into which, drafts of what is not translated yet,
and what changed in the source since somebody translated it.

The source text and its translations, piece by piece, are wagtail-localize's. A page that was
translated without it is compared with the source that was public when the translation went out.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.fields import StreamField
from wagtail.models import Locale, Page, PageLogEntry, Revision

from home.models import HomePage
from home.pagemap import SOURCE

# --- Who ----------------------------------------------------------------------------------------


def may_translate(user: Any, locale: Locale) -> bool:
    """Who may edit a language's home page; before there is one, who may edit all pages."""
    home = HomePage.objects.filter(locale=locale).first() or Page.get_first_root_node()
    return home.permissions_for_user(user).can_edit() if home.depth > 1 else _edits_all(user, home)


def _edits_all(user: Any, root: Page) -> bool:
    from wagtail.permission_policies.pages import PagePermissionPolicy

    return PagePermissionPolicy().user_has_permission_for_instance(user, "change", root)


def languages_of(user: Any) -> list[Locale]:
    """The languages that this person may translate into, in the order of the settings."""
    order = [code for code, _name in settings.LANGUAGES if code != SOURCE]
    locales = {locale.language_code: locale for locale in Locale.objects.all()}
    found = [locales[code] for code in order if code in locales]
    return [locale for locale in found if may_translate(user, locale)]


# --- Drafts -------------------------------------------------------------------------------------


@transaction.atomic
def draft_copy(page: Page, locale: Locale, *, by: Any = None) -> Page:
    """The page in this language; where there is none yet, a draft that waits for its translator,
    below drafts of whatever is missing above it.

    wagtail-localize would go on with the pages that this one links to, and write the source's text
    into those that are public in this language already.
    """
    from wagtail_localize.operations import TranslationCreator

    # One at a time: two pages may lack the same parents.
    Page.objects.select_for_update().get(pk=Page.get_first_root_node().pk)
    found = page.get_translation_or_none(locale)
    if found is None:
        creator = TranslationCreator(by, [locale])
        creator.create_translations(page.specific, include_related_objects=False)
        found = page.get_translation(locale)
    return found


@transaction.atomic
def as_draft(source: Page, copy: Page) -> None:
    """Call it when a page was copied for translation. Wagtail copies what is missing above it as
    live aliases in the source's language; here nothing is public that nobody translated."""
    from wagtail_localize.models import Translation, TranslationSource

    if copy.alias_of_id is None or copy.locale_id == source.locale_id:
        return
    copy = copy.specific
    copy.alias_of, copy.live, copy.has_unpublished_changes = None, False, True
    copy.first_published_at = copy.last_published_at = copy.live_revision = None
    copy.save(clean=False)
    copy.save_revision(clean=False)
    known, _new = TranslationSource.get_or_create_from_instance(source)
    Translation.objects.get_or_create(source=known, target_locale=copy.locale)


# --- What is to be translated -------------------------------------------------------------------

# How a page of `to_translate` stands in a language, with the condition that tells it.
NEW, DRAFT, CHANGED, BEGUN = "new", "draft", "changed", "begun"
TAKEN_OVER = Q(managed=True, taken_at__gte=F("last_published_at"))
STATES = {
    NEW: Q(twin_id=None),
    DRAFT: Q(twin_live=False),
    CHANGED: Q(twin_live=True) & ~TAKEN_OVER,
    BEGUN: Q(twin_live=True) & TAKEN_OVER,
}
# What comes next, and who translates decides: make a draft, work from the source's new text, go on
# with the draft, or say that the translation is right as it is.
START, TAKE_OVER, CONTINUE, CONFIRM = "start", "take_over", "continue", "confirm"


def state_of(row: Page) -> str:
    if row.twin_id is None:
        return NEW
    if not row.twin_live:
        return DRAFT
    return BEGUN if row.managed and row.taken_at >= row.last_published_at else CHANGED


def step_of(row: Page) -> str:
    """The next step for a page of `to_translate`."""
    if row.twin_id is None:
        return START
    if row.managed:
        changed = row.last_published_at and row.last_published_at > row.taken_at
        return TAKE_OVER if changed else CONTINUE
    return CONFIRM if row.twin_live else CONTINUE


@dataclass
class Difference:
    """One place of a page: the source text that was translated and the one that stands now."""

    path: str
    label: str = ""
    old: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether it was translated before; else nobody has translated it yet."""
        return bool(self.old)


def to_translate(locale: Locale) -> QuerySet:
    """Live pages of the source language that have no public translation, or whose source went out
    again since. Each knows its `twin_id`, whether that is live and whether it is `managed` by
    wagtail-localize."""
    from wagtail_localize.models import (
        StringSegment,
        StringTranslation,
        Translation,
        TranslationLog,
    )

    twin = Page.objects.filter(
        translation_key=OuterRef("translation_key"), locale=locale, alias_of=None
    )
    theirs = {"source__object_id": OuterRef("translation_key")}
    managed = Translation.objects.filter(
        **theirs, source__locale_id=OuterRef("locale_id"), target_locale=locale, enabled=True
    )
    done = StringTranslation.objects.filter(
        translation_of_id=OuterRef("string_id"),
        context_id=OuterRef("context_id"),
        locale=locale,
        has_error=False,
    )
    open_strings = StringSegment.objects.filter(
        ~Exists(done), **theirs, source__locale_id=OuterRef("locale_id")
    )
    written = TranslationLog.objects.filter(
        **theirs, source__locale_id=OuterRef("locale_id"), locale=locale
    ).order_by("-created_at")
    went_out = PageLogEntry.objects.filter(
        page=OuterRef("pk"),
        action="wagtail.publish",
        revision__isnull=False,
        timestamp__lte=OuterRef("twin_published"),
    ).order_by("-timestamp")
    pages = Page.objects.live().filter(
        locale__language_code=SOURCE, alias_of=None, depth__gt=1, content_type__in=_page_types()
    )
    return (
        pages.annotate(
            twin_id=Subquery(twin.values("pk")[:1]),
            twin_live=Subquery(twin.values("live")[:1]),
            twin_published=Subquery(twin.values("last_published_at")[:1]),
            managed=Exists(managed),
            taken_at=Subquery(managed.values("source__last_updated_at")[:1]),
            written_at=Subquery(written.values("created_at")[:1]),
            then=Subquery(went_out.values("revision_id")[:1]),
        )
        .filter(
            Q(twin_id=None)
            | Q(twin_live=False)
            | Q(managed=True) & (Q(last_published_at__gt=F("taken_at")) | Exists(open_strings))
            | Q(managed=True, taken_at__gt=F("written_at"))
            | Q(managed=False, last_published_at__gt=F("twin_published"))
        )
        .order_by("path")
    )


def _page_types() -> list[Any]:
    from django.contrib.contenttypes.models import ContentType
    from wagtail.models import get_page_models

    from home.models import BasePage

    models = [model for model in get_page_models() if issubclass(model, BasePage)]
    return list(ContentType.objects.get_for_models(*models).values())


def differences(pages: list[Page], locale: Locale) -> dict[int, list[Difference]]:
    """For pages of `to_translate`: the places whose text is to be translated, in reading order.
    The number of queries does not grow with the number of pages of a type."""
    sources = _specific([page.pk for page in pages])
    twins = _drafts([page.twin_id for page in pages if page.twin_id])
    known = _translated([page for page in pages if page.managed], locale)
    before = _as_translated([p for p in pages if p.twin_id and not p.managed], sources)
    found = {}
    for page in pages:
        now = _texts(sources[page.pk])
        if page.managed:
            was = None
            twin = _texts(twins.get(page.twin_id))
            old, new = _managed(now, known[page.translation_key], twin)
        else:
            was = before.get(page.pk)
            old, new = _compared(_texts(was), now)
        found[page.pk] = [
            Difference(
                path,
                label_of(sources[page.pk] if path in now else was or sources[page.pk], path),
                [_plain(text) for text in old.get(path, [])],
                [_plain(text) for text in new.get(path, [])],
            )
            for path in dict.fromkeys([*now, *old])
            if old.get(path) or new.get(path)
        ]
    return found


def is_untouched(page: Page) -> bool:
    """Whether a page was sent for translation, and nobody has translated a word of it."""
    from wagtail_localize.models import Translation

    found = Translation.objects.filter(
        source__object_id=page.translation_key, target_locale=page.locale_id, enabled=True
    ).first()
    if found is None:
        return False
    total, translated = found.get_progress()
    return total > 0 and translated == 0


def take_over(page: Page) -> None:
    """The source text as it is public now becomes what translators of all languages work from."""
    from wagtail_localize.models import TranslationSource

    TranslationSource.objects.get_for_instance(page.specific).update_from_db()


def confirm(twin: Page) -> None:
    """The public translation fits the source as it is public now. Nothing else changes: neither a
    draft that waits in it nor a date on which one goes out."""
    Page.objects.filter(pk=twin.pk, live=True).update(last_published_at=timezone.now())


def _managed(now: dict, known: dict, twin: dict) -> tuple[dict, dict]:
    """Old is what was translated, is in the translation still, and in the source no more."""
    old, new = {}, {}
    for path, strings in now.items():
        new[path] = [text for text in strings if text not in known.get(path, {})]
    for path, translated in known.items():
        there = set(twin.get(path, []))
        left = [
            text
            for text, words in translated.items()
            if text not in now.get(path, []) and words in there
        ]
        if left:
            old[path] = left
    return old, new


def _compared(before: dict, now: dict) -> tuple[dict, dict]:
    old, new = {}, {}
    for path in dict.fromkeys([*now, *before]):
        was, is_ = before.get(path, []), now.get(path, [])
        if was != is_:
            old[path] = [text for text in was if text not in is_]
            new[path] = [text for text in is_ if text not in was]
    return old, new


def _texts(page: Page | None) -> dict[str, list[str]]:
    """The texts of a page that can be translated, by place."""
    from wagtail_localize.segments import StringSegmentValue
    from wagtail_localize.segments.extract import extract_segments

    found: dict[str, list[str]] = defaultdict(list)
    for segment in extract_segments(page) if page is not None else []:
        if isinstance(segment, StringSegmentValue):
            found[segment.path].append(segment.string.data)
    return dict(found)


def _translated(pages: list[Page], locale: Locale) -> dict[Any, dict[str, dict[str, str]]]:
    """By page and place: each source text that was ever translated, with its translation."""
    from wagtail_localize.models import StringTranslation

    found: dict[Any, dict] = defaultdict(lambda: defaultdict(dict))
    rows = StringTranslation.objects.filter(
        locale=locale,
        context__object_id__in=[page.translation_key for page in pages],
        has_error=False,
    )
    for key, path, text, words in rows.order_by("updated_at").values_list(
        "context__object_id", "context__path", "translation_of__data", "data"
    ):
        found[key][path][text] = words
    return found


def _specific(ids: list[int]) -> dict[int, Page]:
    return {page.pk: page for page in Page.objects.filter(pk__in=ids).specific()}


def _drafts(ids: list[int]) -> dict[int, Page]:
    """The newest text of each, public or not."""
    pages = _specific(ids)
    latest = Revision.objects.filter(pk__in=[p.latest_revision_id for p in pages.values()])
    by_page = {int(revision.object_id): revision for revision in latest}
    return {
        pk: page.with_content_json(by_page[pk].content) if pk in by_page else page
        for pk, page in pages.items()
    }


def _as_translated(pages: list[Page], sources: dict[int, Page]) -> dict[int, Page]:
    """The source as it was public when its translation was last published."""
    revisions = Revision.objects.in_bulk([page.then for page in pages if page.then])
    return {
        page.pk: sources[page.pk].with_content_json(revisions[page.then].content)
        for page in pages
        if page.then in revisions
    }


def _plain(text: str) -> str:
    return unescape(strip_tags(text))


def label_of(page: Page, path: str) -> str:
    """A place in words: the field, or the kind of block with its own field."""
    name, *steps = path.split(".")
    own = page._meta.get_field(name)
    if isinstance(own, StreamField) and steps:
        block = next((b for b in getattr(page, name) if b.id == steps[0]), None)
        if block is None:
            return _("Taken out")
        words = [block.block.label]
        children = getattr(block.block, "child_blocks", {})
        if len(steps) > 1 and steps[1] in children:
            words.append(children[steps[1]].label)
        return ": ".join(str(word) for word in words)
    return capfirst(str(getattr(own, "verbose_name", name)))
