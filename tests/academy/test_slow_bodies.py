"""Forms that come slowly leave a thread for everybody else."""

import contextlib
from io import BytesIO

import pytest
from django.http import HttpResponse, UnreadablePostError
from django.test import RequestFactory

from academy.middleware import AsideMiddleware, SlowBodyMiddleware


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


def post(**more):
    return RequestFactory().post("/fr/account/login/", {"login": "ada@example.org"}, **more)


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


@pytest.mark.parametrize("length", ["000000000042", "100000000000"])
def test_no_way_to_write_a_length_gets_past(posts, length):
    middleware, inside = posts
    answers = []
    inside.append(lambda request: answers.append(middleware(post(CONTENT_LENGTH=length))))
    middleware(post())
    assert answers[0].status_code == 503


def test_reports_of_browsers_take_the_places_of_forms(posts):
    middleware, inside = posts
    aside, answers = AsideMiddleware(middleware), []
    report = RequestFactory().post("/csp-report", b"{}", content_type="application/csp-report")
    inside.append(lambda request: answers.append(aside(report)))
    middleware(post())
    assert answers[0].status_code == 503
    assert aside(report).status_code == 204


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


PARTS = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'


@pytest.mark.parametrize("little", [0, SlowBodyMiddleware.LITTLE])
@pytest.mark.parametrize(
    ("kind", "came"),
    [
        ("application/x-www-form-urlencoded", b"login=ada&text=half of wh"),
        (
            "multipart/form-data; boundary=b",
            PARTS % (b"login", b"ada") + PARTS % (b"text", b"half"),
        ),
    ],
)
def test_what_broke_off_is_not_taken_for_the_whole(posts, monkeypatch, little, kind, came):
    """As the server hands on what came before a line broke: nothing tells that more was sent."""
    monkeypatch.setattr(SlowBodyMiddleware, "LITTLE", little)
    middleware, inside = posts
    read = []

    def write_down(request):
        with contextlib.suppress(UnreadablePostError):
            read.append(request.POST["login"])

    inside.append(write_down)
    given = {"CONTENT_LENGTH": str(len(came) + 100), "wsgi.input": BytesIO(came)}
    middleware(RequestFactory().post("/fr/account/login/", content_type=kind, **given))
    assert not read
    assert middleware(post()).status_code == 200
