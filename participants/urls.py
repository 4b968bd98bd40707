from django.urls import path

from participants import views

app_name = "participants"
urlpatterns = [
    path("account/profile/", views.profile, name="profile"),
    path("account/organisations/", views.organisations, name="organisations"),
    path("account/photo/<int:pk>/", views.photo, name="photo"),
    path("account/notices/", views.notices, name="notices"),
    path("account/notices/read/", views.notices_read, name="notices_read"),
    path("account/notices/settings/", views.notice_settings, name="notice_settings"),
    path("account/notices/address/", views.address_again, name="address_again"),
    path("account/notices/stop/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("feedback/", views.feedback, name="feedback"),
]
