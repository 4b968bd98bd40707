"""The site's addresses with the demonstration's own, as under its settings."""

from django.urls import include, path

from academy.urls import urlpatterns as site

urlpatterns = [path("demo/", include("academy.demo.urls")), *site]
