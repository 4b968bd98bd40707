"""When the site cannot answer, people read why in their language, and nothing is asked again."""

import io

import pytest
from django.db import InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client

from home import tree


@pytest.fixture
def visitor(client):
    client.raise_request_exception = False
    return client


@pytest.fixture
def away(monkeypatch):
    """The database: no connection, old or new, says anything."""

    def fail(self, *args, **kwargs):
        raise OperationalError("connection to server at db.internal failed: password hush")

    connections["default"].close()
    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", fail)
    monkeypatch.setattr(BaseDatabaseWrapper, "cursor", fail)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/en/", "The site cannot be reached for a moment"),
        ("/fr/account/login/", "Le site est momentanément indisponible"),
        ("/de/my-academy/", "Die Seite ist gerade nicht erreichbar"),
        ("/el/nothing-here/", "Ο ιστότοπος δεν είναι προσωρινά διαθέσιμος"),
    ],
)
def test_without_a_database_a_page_says_so_in_the_persons_language(visitor, away, path, words):
    visitor.cookies["sessionid"] = "abcdefghijklmnopqrstuvwxyz012345"
    answer = visitor.get(path)
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert words in answer.content.decode()
    assert "hush" not in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"


def test_what_was_sent_with_a_file_is_not_read_without_a_database(away):
    visitor = Client(enforce_csrf_checks=True, raise_request_exception=False)
    for cookie in ("sessionid", "csrftoken"):
        visitor.cookies[cookie] = "abcdefghijklmnopqrstuvwxyz012345"
    answer = visitor.post("/en/account/profile/", {"photo": io.BytesIO(b"a picture")})
    assert answer.status_code == 503
    assert "The site cannot be reached for a moment" in answer.content.decode()


def test_a_line_that_broke_in_the_middle_is_the_same(visitor, db, monkeypatch):
    def broken():
        raise InterfaceError("the connection is closed")

    monkeypatch.setattr(tree, "token", broken)
    assert visitor.get("/en/").status_code == 503


def test_what_is_broken_in_the_code_is_another_page(visitor, db, monkeypatch):
    def broken():
        raise ValueError("hush")

    monkeypatch.setattr(tree, "token", broken)
    answer = visitor.get("/fr/")
    assert answer.status_code == 500
    assert "hush" not in answer.content.decode()
    assert "Retry-After" not in answer
