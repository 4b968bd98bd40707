"""What the pages of mentoring have in common."""

from django.http import Http404
from django.utils.translation import get_language

from home.pagemap import Node, page_map
from home.serving import may_view, specific_page
from mentoring.models import Application, Call, CallPage


def node_of(call: Call) -> Node | None:
    """The live page of a call in the reader's language, else in the source's."""
    return page_map().in_language(call.key, get_language())


def page_of(call: Call) -> CallPage | None:
    node = node_of(call)
    return specific_page(node.id) if node else None


def link_of(call: Call) -> dict:
    """The title, address and language of a call; without an address where its page is off."""
    node = node_of(call)
    if node is None:
        return {"title": call.name, "url": None, "lang": None}
    url = page_map().url(node, get_language())
    return {"title": node.title, "url": url, "lang": node.language}


def own_or_404(request, pk: int) -> Application:
    """Somebody else's application does not exist."""
    rows = Application.objects.of(request.user).select_related("call__programme", "organisation")
    found = rows.prefetch_related("topics").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def is_open(call: Call, now) -> bool:
    """To apply, one needs the page with its conditions as well."""
    return call.is_open(now) and node_of(call) is not None


def visible_or_404(request, call: Call) -> CallPage:
    node = node_of(call)
    if node is None or not may_view(node, request):
        raise Http404
    return specific_page(node.id)
