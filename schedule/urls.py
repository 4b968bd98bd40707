from django.urls import path

from schedule import views

app_name = "schedule"
urlpatterns = [
    path("", views.dates, name="dates"),
    path("address/", views.address, name="address"),
    path("<uuid:uid>.ics", views.download, name="download"),
]
