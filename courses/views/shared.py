"""What the pages of a course have in common."""

from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from home.pagemap import page_map


def sign_in_url(back_to: str) -> str:
    return f"{reverse('account_login')}?{urlencode({'next': back_to})}"


def sign_up_url(back_to: str) -> str:
    return f"{reverse('account_signup')}?{urlencode({'next': back_to})}"


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


def trail(page, *, own_title: bool = True) -> list[dict]:
    """Breadcrumbs from the home page to `page`; modules lead to their place on the course."""
    pages = page_map()
    node = pages.nodes.get(page.pk)
    if node is None:
        return []
    language = get_language()
    steps = []
    for step in pages.ancestors(node):
        shown = pages.in_language(step.key, language) or step
        steps.append({"title": shown.title, "url": pages.url(shown, language), "lang": shown.language})
    return steps if own_title else steps[:-1]


def link_to(key: UUID) -> dict | None:
    """The title and address of a page in the reader's language, or in the source's."""
    pages, language = page_map(), get_language()
    node = pages.in_language(key, language)
    if node is None:
        return None
    return {"title": node.title, "url": pages.url(node, language), "lang": node.language}
