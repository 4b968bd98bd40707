"""How things are drawn and written on every page: covers, icons, rings, minutes."""

from datetime import date, datetime
from functools import cache, lru_cache

from babel.dates import format_date
from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from home import covers
from home.pagemap import SOURCE

register = template.Library()

CIRCLE = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z"
# Drawn on a grid of 24, by lines only; the class sets width and colour.
ICONS = {
    "account": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5a7.5 7.5 0 0 1 15 0",
    "arrow": "M4 12h15M13 6l6 6-6 6",
    "back": "M20 12H5M11 6l-6 6 6 6",
    "check": "M4.5 12.5l5 5 10-11",
    "clock": f"{CIRCLE}M12 7v5l3.5 2",
    "close": "M6 6l12 12M18 6L6 18",
    "download": "M12 4v11M7 10.5l5 5 5-5M4.5 20h15",
    "error": "M8 3h8l5 5v8l-5 5H8l-5-5V8zM12 7.5v5.5M12 16.4v.1",
    "external": "M14 4h6v6M20 4l-9 9M18 14v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1h5",
    "filter": "M4 6h16M7 12h10M10 18h4",
    "info": f"{CIRCLE}M12 11v5.5M12 7.6v.1",
    "language": f"{CIRCLE}M3 12h18M12 3q8 9 0 18M12 3q-8 9 0 18",
    "lessons": "M5 6h.1M5 12h.1M5 18h.1M9.5 6H20M9.5 12H20M9.5 18H20",
    "level": "M4 20V10l8-6 8 6v10M9 20v-6h6v6",
    "note": "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
    "place": "M12 21q-7-7-7-11.5a7 7 0 0 1 14 0q0 4.5-7 11.5zM12 12a2.5 2.5 0 1 0-.1 0",
    "question": f"{CIRCLE}M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3q-1 .5-1 1.7M12 16.9v.1",
    "search": "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM15.5 15.5L20 20",
    "success": f"{CIRCLE}M8 12.5l3 3 5.5-6.5",
    "warning": "M12 4L2.5 20h19zM12 10v4.5M12 17.3v.1",
}


@register.simple_tag
def one_sheet() -> str:
    """The address of the sheet that stands for all; none where each is served by itself."""
    return getattr(staticfiles_storage, "one_sheet", "")


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A drawing that adds nothing to the words beside it, hidden from screen readers."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>', ICONS[name]
    )


@register.simple_tag
@lru_cache(maxsize=512)
def cover(seed: object, topic_slug: str = "") -> SafeString:
    """The picture a course has without a photo; the same for the same seed and topic."""
    hue, paths = covers.draw(str(seed), topic_slug or "")
    drawn = format_html_join("", '<path class="tone-{}" d="{}"/>', paths.items())
    return format_html(
        '<svg class="cover hue-{}" viewBox="0 0 400 200" preserveAspectRatio="xMidYMid slice"'
        ' aria-hidden="true">{}</svg>',
        hue,
        drawn,
    )


@register.simple_tag
def progress_ring(percent: int) -> SafeString:
    """A share of 100 as a ring, without words: say the figure beside it."""
    drawn = max(0, min(100, int(percent)))
    return format_html(
        '<svg class="ring" viewBox="0 0 40 40" aria-hidden="true">'
        '<circle class="track" cx="20" cy="20" r="16" pathLength="100"/>'
        '<circle class="value" cx="20" cy="20" r="16" pathLength="100" stroke-dasharray="{} 100"'
        ' transform="rotate(-90 20 20)"/></svg>',
        drawn,
    )


@register.filter
def minutes(value: int | None) -> str:
    """80 → "1 h 20 min". Nothing for nothing."""
    if not value:
        return ""
    hours, rest = divmod(int(value), 60)
    if not hours:
        return _("%(minutes)s min") % {"minutes": rest}
    if not rest:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}


@register.filter
def lessons(count: int) -> str:
    return ngettext("%(count)s lesson", "%(count)s lessons", count) % {"count": count}


@register.filter
def long_date(day: date | None) -> str:
    """The month spelled out and the day first, in every language."""
    if day is None:
        return ""
    if isinstance(day, datetime) and timezone.is_aware(day):
        day = timezone.localtime(day)
    return format_date(day, "long", locale_name())


def locale_name() -> str:
    """The reader's language as Babel knows it; English is the one of Europe."""
    language = get_language() or SOURCE
    return "en_GB" if language == "en" else language.replace("-", "_")


@register.simple_tag
def lang_attr(code: str | None, around: str | None) -> SafeString:
    """` lang="fr"` where the words are in another language than what stands around them."""
    if not code or code == around:
        return mark_safe("")
    return format_html(' lang="{}"', code)
