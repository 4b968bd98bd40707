"""How files and errors are handed out."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client, RequestFactory
from django.views import defaults
from wagtail.models import Collection, CollectionViewRestriction

from tests.factories import home as make


@pytest.mark.parametrize(
    ("content", "name"), [(make.PDF, "map.pdf"), (b"a,b\n", "map.csv"), (b"<b>", "map.txt")]
)
def test_a_document_comes_as_a_file_to_keep_and_never_runs(db, client, content, name):
    item = make.document(file=ContentFile(content, name=name))
    response = client.get(item.url)
    assert b"".join(response.streaming_content) == content
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_a_document_of_a_private_collection_is_for_those_who_may(db, editor):
    private = Collection.get_first_root_node().add_child(name="Staff only")
    CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
    item = make.document(collection=private)
    stranger = Client().get(item.url)
    assert stranger.status_code == 302
    assert "/account/login/" in stranger["Location"]
    signed_in = Client()
    signed_in.force_login(editor)
    assert signed_in.get(item.url).status_code == 200


def test_a_document_is_found_under_its_own_name_only(db, client):
    item = make.document()
    assert client.get(item.url.replace("map.pdf", "other.pdf")).status_code == 404


def test_an_unknown_address_leads_on(db, client):
    make.home()
    response = client.get("/en/nowhere/")
    assert response.status_code == 404
    html = response.content.decode()
    assert "This page does not exist" in html
    assert '<a href="/en/">The home page</a>' in html


@pytest.mark.parametrize("language", ["fr", "de"])
def test_an_unknown_address_leads_on_in_every_language(db, client, language):
    make.home()
    response = client.get(f"/{language}/nowhere/")
    assert response.status_code == 404
    assert f'<html lang="{language}"' in response.content.decode()


def test_the_page_for_our_own_errors_needs_nothing_that_may_be_broken():
    # Without the database: a query would fail this test.
    response = defaults.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()


def test_a_form_without_its_key_says_what_to_do(db):
    response = Client(enforce_csrf_checks=True).post("/en/account/login/", {"login": "a"})
    assert response.status_code == 403
    assert "Please send the form again" in response.content.decode()
