"""The site's addresses, with pages looked up by Wagtail's own view in place of ours."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import re_path
from django.urls.resolvers import LocalePrefixPattern
from wagtail.urls import serve_pattern
from wagtail.views import serve as stock_serve

from academy import urls

handler429 = urls.handler429
_all = urls.urlpatterns
_below_languages = [
    inner
    for one in _all
    if isinstance(one.pattern, LocalePrefixPattern)
    for inner in one.url_patterns
    if getattr(inner, "name", "") != "wagtail_serve"
]
urlpatterns = [
    *(one for one in _all if not isinstance(one.pattern, LocalePrefixPattern)),
    *i18n_patterns(*_below_languages, re_path(serve_pattern, stock_serve, name="wagtail_serve")),
]
