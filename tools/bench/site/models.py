from wagtail.models import Page


class TrivialPage(Page):
    """As little as a Wagtail page can be, one level below the home page."""

    template = "bench/trivial.html"
