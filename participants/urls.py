from django.urls import path

from participants import views

app_name = "participants"
urlpatterns = [
    path("account/profile/", views.profile, name="profile"),
    path("account/devices/", views.devices, name="devices"),
    path("account/devices/end/", views.devices_end, name="devices_end"),
    path("account/devices/<int:pk>/end/", views.device_end, name="device_end"),
    path("account/data/", views.my_data, name="my_data"),
    path("account/data/kept/<str:label>/", views.kept, name="data_kept"),
    path("account/data/copy/", views.export, name="data_export"),
    path("account/data/copy/<uuid:token>/", views.download, name="data_download"),
    path("account/data/ask/", views.ask, name="data_ask"),
    path("account/data/erase/", views.erase, name="data_erase"),
    path("account/data/erased/", views.erased, name="erased"),
    path("privacy/register/", views.register, name="register"),
    path("account/organisations/", views.organisations, name="organisations"),
    path("account/photo/<int:pk>/", views.photo, name="photo"),
    path("account/notices/", views.notices, name="notices"),
    path("account/notices/read/", views.notices_read, name="notices_read"),
    path("account/notices/settings/", views.notice_settings, name="notice_settings"),
    path("account/notices/address/", views.address_again, name="address_again"),
    path("account/notices/stop/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("feedback/", views.feedback, name="feedback"),
]
