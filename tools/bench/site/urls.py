from django.urls import include, path, re_path
from wagtail.urls import serve_pattern
from wagtail.views import serve as stock_serve

from academy.urls import handler429, urlpatterns
from tools.bench.site.views import person

__all__ = ["handler429", "urlpatterns"]

urlpatterns = [
    path("bench/person/", person),
    path("bench/stock/", include([re_path(serve_pattern, stock_serve, name="bench_serve")])),
    *urlpatterns,
]
