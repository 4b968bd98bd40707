from django.urls import path

from participants import views

app_name = "participants"
urlpatterns = [
    path("account/profile/", views.profile, name="profile"),
    path("account/devices/", views.devices, name="devices"),
    path("account/devices/end/", views.devices_end, name="devices-end"),
    path("account/devices/<int:pk>/end/", views.device_end, name="device-end"),
    path("account/organisations/", views.organisations, name="organisations"),
    path("account/photo/<int:pk>/", views.photo, name="photo"),
    path("feedback/", views.feedback, name="feedback"),
]
