"""What pages of the floor below show of the pillars above: filled here, so they need no import."""

from django import template
from django.utils.translation import get_language

from academy.views import catalogue_url
from courses.views.catalogue import listing_of, with_progress

register = template.Library()
FEATURED = 3


@register.simple_tag(takes_context=True)
def featured_courses(context):
    """Cards of the first courses that can be read now; announced ones fill what is left."""
    cards = list(listing_of(get_language()).cards.values())
    ordered = sorted(cards, key=lambda card: card["announced"])[:FEATURED]
    return with_progress(ordered, context["request"].user)


@register.simple_tag
def first_lesson():
    """Where a visitor can begin at once: `{url, title, minutes}`, or None."""
    cards = [c for c in listing_of(get_language()).cards.values() if c["first_lesson"]]
    return cards[0]["first_lesson"] if cards else None


@register.simple_tag
def all_courses_url():
    return catalogue_url()
