from django.urls import path

from academy.demo import views

app_name = "demo"
urlpatterns = [
    path("mail/", views.mail_list, name="mail_list"),
    path("mail/<slug:name>/", views.mail_detail, name="mail_detail"),
    path("mail/<slug:name>/as-designed/", views.mail_as_designed, name="mail_as_designed"),
]
