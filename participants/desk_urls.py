"""Stands before Wagtail's own addresses of the same name."""

from django.urls import path

from participants import views

urlpatterns = [
    path("login/", views.desk_login),
    path("logout/", views.desk_logout),
    path("password_reset/", views.desk_password_reset),
    path("password_reset/<path:rest>", views.desk_password_reset),
]
