import pytest
from django.urls import reverse

from participants.models import User


def directives(response):
    parts = response["Content-Security-Policy"].split(";")
    return {name: set(values) for name, *values in (part.split() for part in parts)}


def test_public_pages_may_run_nothing_but_our_own_files(db, client):
    policy = directives(client.get(reverse("account_login")))
    assert policy["default-src"] == {"'none'"}
    assert policy["script-src"] == policy["style-src"] == policy["img-src"] == {"'self'"}
    assert "frame-src" not in policy


@pytest.mark.django_db
def test_the_editors_desk_keeps_a_policy_that_wagtail_can_live_with(client, settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False
    client.force_login(User.objects.create_superuser("a@example.org", "a-long-one", name="A"))
    policy = directives(client.get(reverse("wagtailadmin_home")))
    assert policy["script-src"] == policy["style-src"] == {"'self'", "'unsafe-inline'"}
    assert policy["img-src"] == {"'self'", "data:", "blob:"}
    assert policy["frame-src"] == {"'self'"}
    assert policy["default-src"] == {"'none'"}
