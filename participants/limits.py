"""How often somebody may ask, for questions by GET, which allauth's own limits do not count."""

from django.core.cache import cache


def allows(action: str, who: object, *, amount: int, seconds: int) -> bool:
    """Counts this question too. Without a working count nobody is kept out."""
    key = f"limit:{action}:{who}"
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) <= amount
    except ValueError:  # it ran out between the two
        return True
