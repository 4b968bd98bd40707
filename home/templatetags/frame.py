"""The top and the end of every page, drawn once for all to whom they look the same."""

from contextlib import suppress
from functools import cache

from django import template
from django.template.loader import get_template
from django.urls import NoReverseMatch, reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from home import tree

register = template.Library()

# Stand in for what differs from page to page and from form to form.
TOKEN, ADDRESS = "the-token-of-the-form", "the-address-in-"
OWN = ("is_authenticated", "unread_notices", "is_staff")
# As templates/components/header.html names them.
MENU = ("dashboard", "account_login", "participants:profile", "participants:notices")
MENU += ("participants:my_data",)


@register.simple_tag(takes_context=True)
def site_header(context) -> SafeString:
    """Drawn once for each language, place in the navigation, and what it says of the reader."""
    site, user = context.get("site_info"), context.get("user")
    path = request.path if (request := context.get("request")) else ""
    if not site:
        return _drawn("header", {"user": user, "path": path})
    reader = {name: getattr(user, name, None) for name in OWN} if user else {}
    links = site["language_links"]
    held = [link | {"url": f"{ADDRESS}{link['code']}-"} for link in links]
    shown = {"site": {**site, "language_links": held}, "user": reader, "path": path}
    current = tuple(item["current"] for item in site["nav_items"])
    key = ("header", get_language(), tuple(reader.values()), current, _named(path, site))
    html = tree.remembered(key, lambda: _drawn("header", shown | {"csrf_token": TOKEN}))
    for link, place in zip(links, held, strict=True):
        html = html.replace(place["url"], escape(link["url"]))
    if TOKEN in html:  # a visitor gets neither a form nor the cookie that goes with it
        html = html.replace(TOKEN, str(context.get("csrf_token", "")))
    return mark_safe(html)  # noqa: S308, templates made it


@register.simple_tag(takes_context=True)
def site_footer(context) -> SafeString:
    site = context.get("site_info")
    if not site:
        return _drawn("footer", {})
    return tree.remembered(("footer", get_language()), lambda: _drawn("footer", {"site": site}))


def _named(path: str, site: dict) -> str:
    """The address if the header links to it, and so marks it."""
    known = {item["url"] for item in site["nav_items"]}
    return path if path in known or path in _menu(get_language()) else ""


@cache
def _menu(language: str | None) -> set[str]:
    """Where the account's menu leads; those of an app that is not installed are left out."""
    found = set()
    for name in MENU:
        with suppress(NoReverseMatch):
            found.add(reverse(name))
    return found


def _drawn(name: str, context: dict) -> SafeString:
    return get_template(f"components/{name}.html").render(context | {"language": get_language()})
