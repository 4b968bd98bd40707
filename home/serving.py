"""From an address to a page: one look-up in memory, the stock way where anything is special."""

import copy

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.module_loading import import_string
from django.utils.translation import get_language
from wagtail import hooks
from wagtail.models import Page
from wagtail.views import serve as stock_serve
from wagtail.views import serve_chain
from wagtail.wagtail_hooks import check_view_restrictions

from home import tree
from home.pagemap import Found, Node, page_map, sites


def serve(request: HttpRequest, path: str) -> HttpResponse:
    """Wagtail's `serve`, with one look-up for the whole path and the source as fall-back.

    Goes the stock way for other sites than the default one and for page types with routes of
    their own. Restrictions are checked by Wagtail's own hook wherever one may apply.
    """
    found = None if _is_other_site(request) else _find(path)
    if found is None:
        return _gone(request, path) or stock_serve(request, path)
    if _has_own_route(found):
        return stock_serve(request, path)
    if found.canonical != request.path and not found.node.alias:
        query = request.META.get("QUERY_STRING")
        return redirect(found.canonical + (f"?{query}" if query else ""))
    request.found = found
    return _answer(found, request)


def specific_page(page_id: int) -> Page:
    """The live page, shared by all requests; the copy may be changed without harm to others."""
    return copy.copy(tree.remembered(("page", page_id), lambda: _load(page_id)))


def may_view(node: Node, request: HttpRequest) -> bool:
    """Whether Wagtail's own restrictions let this request see the page: for addresses that answer
    about a page without being the page."""
    if not node.restricted:
        return True
    restrictions = specific_page(node.id).get_view_restrictions()
    return all(restriction.accept_request(request) for restriction in restrictions)


def _load(page_id: int) -> Page:
    """In one query where the map knows of what type the page is."""
    node = page_map().nodes.get(page_id)
    if node is None:
        return Page.objects.get(pk=page_id).specific
    return apps.get_model(node.label).objects.get(pk=page_id)


def _find(path: str) -> Found | None:
    pages = page_map()
    if not pages.roots:
        return None
    return pages.find(get_language() or "", [part for part in path.split("/") if part])


def _gone(request: HttpRequest, path: str) -> HttpResponse | None:
    """What a page type has to say at the address of a page that is not public; it may answer None,
    and the address is not found."""
    pages = page_map()
    language = get_language() or ""
    segments = [part for part in path.split("/") if part]
    node = pages.find_hidden(language, segments) if pages.roots else None
    if node is None or node.restricted:
        return None
    model = apps.get_model(node.label)
    view = getattr(model, "gone", None)
    return import_string(view)(request, node) if view else None


def _is_other_site(request: HttpRequest) -> bool:
    hosts = {site.hostname for site in sites() if not site.is_default_site}
    return bool(hosts) and request.get_host().split(":")[0] in hosts


def _has_own_route(found: Found) -> bool:
    page_class = type(specific_page(found.node.id))
    return page_class.route is not Page.route


def _answer(found: Found, request: HttpRequest) -> HttpResponse:
    """As `wagtail.views.serve`: the installed hooks first, then the page."""
    page = specific_page(found.node.id)
    for before in hooks.get_hooks("before_serve_page"):
        response = before(page, request, [], {})
        if isinstance(response, HttpResponse):
            return response
    chain = serve_chain
    for hook in reversed(hooks.get_hooks("on_serve_page")):
        if hook is not check_view_restrictions or found.node.restricted:
            chain = hook(chain)
    return chain(page, request, [], {})
