from django.urls import path

from participants import views

app_name = "participants"
urlpatterns = [
    path("account/profile/", views.profile, name="profile"),
    path("account/organisations/", views.organisations, name="organisations"),
    path("account/photo/<int:pk>/", views.photo, name="photo"),
    path("feedback/", views.feedback, name="feedback"),
]
