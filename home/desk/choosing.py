"""A choice from a list of the desk: the rows that somebody ticked, or all that its filters find."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from home.rules import number_of

LONGEST_SEARCH = 200


class NobodyChosen(Exception):
    """The list cannot be worked on as it was sent; `args[0]` says what to do."""


def chosen(request: HttpRequest, mine: QuerySet, filter_set: Any) -> QuerySet:
    """Never more than `mine`, which knows `named(words)`. The form sends `id`s, or `who=all` with
    the `query` of the list, whose filters `filter_set` reads."""
    if request.POST.get("who") != "all":
        ids = [number_of(text) for text in request.POST.getlist("id")]
        found = mine.filter(pk__in=ids)
        if not found.exists():
            raise NobodyChosen(_("Tick somebody in the list first, or choose everybody in it."))
        return found
    query = QueryDict(request.POST.get("query", ""))
    filters = filter_set(query, request=request)
    words = query.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    if not filters.is_valid():
        raise NobodyChosen(_("One of the filters is not understood. Set it again, then choose."))
    found = filters.filter_queryset(mine)
    return found.named(words) if words else found
