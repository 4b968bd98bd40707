"""Forms that come slowly leave a thread for everybody else."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from academy.middleware import SlowBodyMiddleware


@pytest.fixture
def posts(settings, monkeypatch):
    """What happens while a first form is being read, or was read, decides over a second one."""
    settings.WEB_THREADS = 2
    monkeypatch.setattr(SlowBodyMiddleware, "LITTLE", 0)
    inside = []

    def view(request):
        while inside:
            inside.pop()(request)
        return HttpResponse("thank you")

    return SlowBodyMiddleware(view), inside


def post():
    return RequestFactory().post("/fr/account/login/", {"login": "ada@example.org"})


def test_a_form_without_a_place_is_answered_in_words_and_pages_go_on(posts):
    middleware, inside = posts
    answers = []
    inside.append(lambda request: answers.append(middleware(RequestFactory().get("/fr/"))))
    inside.append(lambda request: answers.append(middleware(post())))
    assert middleware(post()).content == b"thank you"
    refused, page = answers
    assert (refused.status_code, refused["Retry-After"]) == (503, "30")
    assert "Le site est momentanément indisponible" in refused.content.decode()
    assert page.content == b"thank you"


def test_a_form_that_was_read_holds_no_place(posts):
    middleware, inside = posts
    answers = []

    def read_then_next(request):
        assert request.POST["login"] == "ada@example.org"
        answers.append(middleware(post()))

    inside.append(read_then_next)
    assert middleware(post()).content == b"thank you"
    assert answers[0].content == b"thank you"


def test_a_large_form_without_files_is_read_as_ever(posts):
    middleware, inside = posts
    read = []
    inside.append(lambda request: read.append(request.POST["login"]))
    form = "application/x-www-form-urlencoded"
    sent = RequestFactory().post("/fr/account/login/", "login=ada", content_type=form)
    assert middleware(sent).status_code == 200
    assert read == ["ada"]
    assert middleware(post()).status_code == 200


def test_a_form_that_nobody_read_leaves_its_place(posts):
    middleware, _inside = posts
    assert [middleware(post()).status_code for _ in range(3)] == [200, 200, 200]


def test_a_little_form_holds_no_place_once_it_is_there(posts, monkeypatch):
    monkeypatch.undo()
    middleware, inside = posts
    answers = []
    inside.append(lambda request: answers.append(middleware(post())))
    assert middleware(post()).content == b"thank you"
    assert answers[0].content == b"thank you"
