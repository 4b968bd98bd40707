"""What arrives without a session waits in the visitor's session until its owner has signed in."""

from django.http import QueryDict

from participants.owners import owner_of

HELD = "mentoring"
MOST_HELD = 4
LONGEST_HELD = 100_000


def hold(request, place: str) -> None:
    sent = request.POST.copy()
    owner = sent.pop("owner", [""])[0]
    sent.pop("csrfmiddlewaretoken", None)
    text = sent.urlencode()
    if len(text) <= LONGEST_HELD:
        waiting = request.session.get(HELD, {})
        waiting[place] = {"owner": owner, "data": text}
        request.session[HELD] = dict(list(waiting.items())[-MOST_HELD:])


def held(request, place: str) -> QueryDict | None:
    """Stays held until it is saved, so a reload shows it again."""
    kept = request.session.get(HELD, {}).get(place)
    if not kept or owner_of(kept["owner"]) != request.user.pk:
        return None
    return QueryDict(kept["data"])


def drop(request, place: str) -> None:
    waiting = request.session.get(HELD, {})
    if waiting.pop(place, None):
        request.session[HELD] = waiting
