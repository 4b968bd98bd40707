from django.conf import settings
from django.urls import translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from home import tree
from home.models import SiteSettings
from home.pagemap import SOURCE, default_site, page_map


def site(request):
    """`site_info`: what header and footer need, from memory. Lazy: mails and fragments skip it."""
    return {"site_info": SimpleLazyObject(lambda: site_info(request))}


def site_info(request) -> dict:
    language = get_language()
    info = tree.remembered(("site", language), lambda: _shared(language))
    path = request.path
    nav = [item | {"current": path.startswith(item["url"])} for item in info["nav_items"]]
    return info | {"nav_items": nav, "language_links": _language_links(request, language)}


def _shared(language: str) -> dict:
    chosen = SiteSettings.for_site(default_site())
    logo = chosen.logo.get_rendition("max-320x96") if chosen.logo_id else None
    return {
        "name": chosen.name,
        "tagline": chosen.tagline,
        "source": SOURCE,
        "logo_url": logo.url if logo else None,
        "contact_email": chosen.contact_email,
        "demonstration": chosen.is_demonstration,
        "css_url": chosen.css_url,
        "home_url": f"/{language}/",
        "nav_items": _nav_items(language),
        "footer_links": _footer_links(chosen, language),
        "privacy_url": _page_url(chosen.privacy_page_id, language),
    }


def _nav_items(language: str) -> list[dict]:
    pages = page_map()
    root = pages.roots.get(SOURCE)
    nodes = pages.children.get(root.path, []) if root else []
    shown = [pages.in_language(n.key, language) for n in nodes if n.in_menus and n.live]
    return [
        {"title": n.title, "url": pages.url(n, language), "lang": n.language} for n in shown if n
    ]


def _footer_links(chosen: SiteSettings, language: str) -> list[dict]:
    named = {
        _("Help"): chosen.help_page_id,
        _("Accessibility statement"): chosen.accessibility_page_id,
        _("Privacy"): chosen.privacy_page_id,
        _("Cookies"): chosen.cookies_page_id,
    }
    found = {title: _page_url(page_id, language) for title, page_id in named.items()}
    return [{"title": title, "url": url} for title, url in found.items() if url]


def _page_url(page_id: int | None, language: str) -> str | None:
    node = page_map().nodes.get(page_id)
    return page_map().url(node, language) if node and node.live else None


def _language_links(request, language: str) -> list[dict]:
    """The same content in the other languages: by its identity for pages, by name for the rest."""
    found = getattr(request, "found", None)
    links = []
    for code, name in settings.LANGUAGES:
        if found:
            query = request.META.get("QUERY_STRING") if request.method == "GET" else ""
            url = page_map().url(found.node, code) + (f"?{query}" if query else "")
        else:
            url = translate_url(request.get_full_path(), code)
        links.append({"code": code, "name": name, "url": url, "current": code == language})
    return links
