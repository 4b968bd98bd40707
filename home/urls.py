from django.urls import path

from home import views

app_name = "home"
urlpatterns = [
    path("site.css", views.site_css, name="site_css"),
]
