from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from wagtail.models import Site

from home.models import SiteSettings
from home.pagecontext import page_context


def page(request, shown):
    """A page whose template needs no more than the page itself: the home page, a page of text."""
    return render(request, shown.get_template(request), page_context(shown))


@require_safe
@cache_control(public=True, max_age=31536000, immutable=True)
def site_css(request):
    """The site's own colours. Its address carries a version, so it may be kept for good."""
    site = Site.objects.filter(is_default_site=True).first()
    css = SiteSettings.for_site(site).css if site else ""
    return HttpResponse(css, content_type="text/css; charset=utf-8")
