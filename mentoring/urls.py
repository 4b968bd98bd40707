from django.urls import path

from mentoring import views
from mentoring.views import concern, mentorship

app_name = "mentoring"

urlpatterns = [
    path("call/<uuid:key>/apply/<str:side>/", views.apply, name="apply"),
    path("application/<int:pk>/", views.application, name="application"),
    path("application/<int:pk>/step/<str:step>/", views.step, name="step"),
    path("application/<int:pk>/hand-in/", views.hand_in, name="hand_in"),
    path("application/<int:pk>/discard/", views.discard, name="discard"),
    path("application/<int:pk>/answer/", views.answer, name="answer"),
    path("application/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("match/<int:pk>/", views.match, name="match"),
    path("match/<int:pk>/reply/", views.reply, name="reply"),
]

urlpatterns += [
    path("match/<int:pk>/mentorship/", mentorship.mentorship, name="mentorship"),
    path("match/<int:pk>/mentorship/<slug:name>/", mentorship.act, name="mentorship_act"),
    path("match/<int:pk>/file/<int:file>/", mentorship.shared_file, name="mentorship_file"),
    path("concern/", concern.concern, name="concern"),
]
