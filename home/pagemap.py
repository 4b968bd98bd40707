"""The page tree in memory: addresses, trails and languages without a query.

One row per page, read in one query and kept by `home.tree` until something changes. A page that
has no translation is reached under the other language's address too: `/fr/courses/housing/` shows
the source text with a notice. So no link depends on whether somebody has translated something.
"""

from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.urls import get_script_prefix
from wagtail.models import Page, PageViewRestriction, Site

from home import tree

SOURCE = settings.LANGUAGE_CODE


@dataclass(frozen=True, slots=True)
class Node:
    """A page as links see it."""

    id: int
    path: str
    slug: str
    title: str
    language: str
    key: UUID
    model: str
    label: str
    live: bool
    alias: bool
    in_menus: bool
    restricted: bool

    @property
    def parent_path(self) -> str:
        return self.path[: -Page.steplen]


@dataclass(frozen=True, slots=True)
class Found:
    """A node as it answers one address: `canonical` is where it wants to be asked for."""

    node: Node
    language: str
    canonical: str


@dataclass
class PageMap:
    """All pages below the default site's root, in every language."""

    roots: dict[str, Node]
    nodes: dict[int, Node] = field(default_factory=dict)
    by_path: dict[str, Node] = field(default_factory=dict)
    by_key: dict[tuple[UUID, str], Node] = field(default_factory=dict)
    children: dict[str, list[Node]] = field(default_factory=dict)

    def add(self, node: Node) -> None:
        self.nodes[node.id] = node
        self.by_path[node.path] = node
        self.children.setdefault(node.parent_path, []).append(node)
        if not node.alias or (node.key, node.language) not in self.by_key:
            self.by_key[node.key, node.language] = node

    def in_language(self, key: UUID, language: str) -> Node | None:
        """The live page of this content in `language`, else in the source language."""
        for code in (language, SOURCE):
            node = self.by_key.get((key, code))
            if node and node.live:
                return node
        return None

    def languages(self, key: UUID) -> list[str]:
        codes = [code for code, _name in settings.LANGUAGES]
        return [c for c in codes if (n := self.by_key.get((key, c))) and n.live]

    def ancestors(self, node: Node) -> list[Node]:
        """From the home page down to the page itself."""
        steps = range(len(self._root_of(node).path), len(node.path) + 1, Page.steplen)
        return [self.by_path[node.path[:end]] for end in steps]

    def url(self, node: Node, language: str) -> str:
        """The address under which readers of `language` find this content."""
        shown = self.in_language(node.key, language) or node
        parts = [self._slug(step, language) for step in self.ancestors(shown)[1:]]
        return get_script_prefix() + "/".join([language, *parts, ""])

    def find(self, language: str, segments: list[str]) -> Found | None:
        """The live page at an address, its translation first, else the source's text."""
        places = self._places(language, segments)
        node = next((p for p in places if p.live), None)
        return node and Found(node, language, self.url(node, language))

    def find_hidden(self, language: str, segments: list[str]) -> Node | None:
        """The page at an address though it is not public; or, where there is none, the only live
        page of that slug below its parent's or grandparent's address: it was moved."""
        if places := self._places(language, segments):
            return places[0]
        for end in range(len(segments) - 1, max(len(segments) - 3, 0), -1):
            above = next((p for p in self._places(language, segments[:end]) if p.live), None)
            if above is not None and (node := self._moved(above, segments[-1])):
                return node
        return None

    def _moved(self, above: Node, slug: str) -> Node | None:
        """Looked for in the source's tree, which every other follows."""
        source = self.by_key.get((above.key, SOURCE), above)
        below = [
            n
            for n in self.nodes.values()
            if n.slug == slug and n.live and n.path.startswith(source.path) and n != source
        ]
        return below[0] if len(below) == 1 else None

    def _places(self, language: str, segments: list[str]) -> list[Node]:
        root = self.roots.get(language) or self.roots[SOURCE]
        places = self._versions(root, language)
        for segment in segments:
            child = next((c for p in places for c in self._children(p) if c.slug == segment), None)
            if child is None:
                return []
            places = self._versions(child, language)
        return places

    def _children(self, node: Node) -> list[Node]:
        return self.children.get(node.path, [])

    def _versions(self, node: Node, language: str) -> list[Node]:
        found = [self.by_key.get((node.key, code)) for code in dict.fromkeys((language, SOURCE))]
        return [n for n in found if n] or [node]

    def _slug(self, step: Node, language: str) -> str:
        translated = self.by_key.get((step.key, language))
        return translated.slug if translated and translated.live else step.slug

    def _root_of(self, node: Node) -> Node:
        return next(r for r in self.roots.values() if node.path.startswith(r.path))


def page_map() -> PageMap:
    return tree.remembered("page map", _build)


def sites() -> list[Site]:
    """All of them, the default one first."""
    return tree.remembered("sites", _sites)


def default_site() -> Site | None:
    return next((site for site in sites() if site.is_default_site), None)


def _sites() -> list[Site]:
    return list(Site.objects.select_related("root_page").order_by("-is_default_site", "pk"))


def _build() -> PageMap:
    site = default_site()
    if site is None:
        return PageMap(roots={})
    guarded = list(PageViewRestriction.objects.values_list("page__path", flat=True))
    nodes = [_node(row, guarded) for row in _rows()]
    key = site.root_page.translation_key
    roots = {n.language: n for n in nodes if n.key == key and not n.alias}
    pages = PageMap(roots=roots)
    for node in nodes:
        if any(node.path.startswith(root.path) for root in roots.values()):
            pages.add(node)
    return pages


def _rows():
    columns = (
        "id path slug title locale__language_code translation_key content_type_id live alias_of_id"
    )
    return (
        Page.objects.order_by("path")
        .values_list(*columns.split(), "show_in_menus", named=True)
        .iterator(chunk_size=2000)
    )


def _node(row, guarded: list[str]) -> Node:
    content_type = ContentType.objects.get_for_id(row.content_type_id)
    return Node(
        id=row.id,
        path=row.path,
        slug=row.slug,
        title=row.title,
        language=row.locale__language_code,
        key=row.translation_key,
        model=content_type.model,
        label=f"{content_type.app_label}.{content_type.model}",
        live=row.live,
        alias=row.alias_of_id is not None,
        in_menus=row.show_in_menus,
        restricted=any(row.path.startswith(path) for path in guarded),
    )
