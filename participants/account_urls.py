"""allauth's addresses, and the ones where we ask for one more proof than it does."""

from allauth.account import views as allauth_views
from allauth.account.decorators import reauthentication_required
from django.urls import include, path

from participants import views
from participants.reauthentication import recently_authenticated

email = reauthentication_required(allow_get=True, app="allauth.account")(allauth_views.email)
set_password = recently_authenticated(allauth_views.password_set)

urlpatterns = [
    path("email/", email, name="account_email"),
    path("password/set/", set_password, name="account_set_password"),
    path("reauthenticate/code/", views.prove_by_code, name="prove_by_code"),
    path("", include("allauth.urls")),
]
