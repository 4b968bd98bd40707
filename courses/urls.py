from django.urls import path

from courses import views

app_name = "courses"

urlpatterns = [
    path("course/<uuid:key>/enrol/", views.enrol, name="enrol"),
    path("course/<uuid:key>/again/", views.retake, name="retake"),
    path("course/<uuid:key>/why/", views.why, name="why"),
    path("enrolment/<int:pk>/news/", views.news_seen, name="news_seen"),
    path("enrolment/<int:pk>/goal/", views.goal, name="goal"),
    path("enrolment/<int:pk>/leave/", views.leave, name="leave"),
    path("enrolment/<int:pk>/certificate/", views.certificate, name="certificate"),
    path("lesson/<uuid:key>/done/", views.done, name="done"),
    path("lesson/<uuid:key>/answer/<str:part>/", views.answer, name="answer"),
    path("lesson/<uuid:key>/reflection/<str:part>/", views.reflection, name="reflection"),
    path("quiz/<uuid:key>/start/", views.start, name="quiz_start"),
    path("quiz/attempt/<int:pk>/", views.attempt, name="attempt"),
    path("quiz/attempt/<int:pk>/answers/", views.answers, name="quiz_answers"),
    path("quiz/attempt/<int:pk>/submit/", views.submit, name="quiz_submit"),
]
