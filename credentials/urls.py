from django.urls import path

from credentials import views

app_name = "credentials"
urlpatterns = [
    path("<uuid:code>/", views.verify, name="verify"),
    path("<uuid:code>/document/", views.document, name="document"),
    path("<uuid:code>/rename/", views.rename, name="rename"),
]
