"""What every page's template needs besides its own fields: language, way back, other languages."""

from uuid import UUID

from django.conf import settings
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from home.pagemap import page_map


def page_context(page) -> dict:
    return {
        "page": page,
        "page_language": language_of(page),
        "fallback_notice": fallback_notice(page),
        "trail": trail(page),
    }


def language_of(page) -> str:
    """The language a page is written in, without a query for what the map knows."""
    node = page_map().nodes.get(page.pk)
    return node.language if node else page.locale.language_code


def fallback_notice(page) -> str | None:
    """Words for readers who asked for another language than the page is written in."""
    wanted, shown = get_language(), language_of(page)
    if wanted == shown:
        return None
    return _("This page is not translated into %(wanted)s yet. You read it in %(shown)s.") % {
        "wanted": get_language_info(wanted)["name_translated"],
        "shown": get_language_info(shown)["name_translated"],
    }


def languages_of(key) -> list[dict]:
    """The languages in which a page can be read, with their own names and addresses."""
    pages, names = page_map(), dict(settings.LANGUAGES)
    return [
        {"code": code, "name": names[code], "url": pages.url(pages.by_key[key, code], code)}
        for code in pages.languages(key)
    ]


def trail(page) -> list[dict]:
    """Breadcrumbs from the home page to `page`, none on the home page itself."""
    pages = page_map()
    node = pages.nodes.get(page.pk)
    if node is None:
        return []
    language = get_language()
    steps = [pages.in_language(n.key, language) or n for n in pages.ancestors(node)]
    if len(steps) < 2:
        return []
    return [{"title": n.title, "url": pages.url(n, language), "lang": n.language} for n in steps]


def link_to(key: UUID) -> dict | None:
    """The title and address of a page in the reader's language, or in the source's."""
    pages, language = page_map(), get_language()
    node = pages.in_language(key, language)
    if node is None:
        return None
    return {"title": node.title, "url": pages.url(node, language), "lang": node.language}
