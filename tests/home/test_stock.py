"""In the source language, pages answer as by Wagtail's own look-up: to strangers, to people who
signed in, to members of a group; while another process publishes."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings as configured
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client, override_settings
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import PageViewRestriction, Site

from home.models import StandardPage
from home.serving import serve as own_serve
from tests.factories import courses as make
from tests.factories import participants as people

STOCK = override_settings(ROOT_URLCONF="tests.home.stock_urls")
# Forms and sessions have numbers of their own each time.
NUMBERS = re.compile(r"[0-9a-f-]{36}|[A-Za-z0-9]{64}")


def text_page(title, parent=None, **fields):
    page = StandardPage(title=title, slug=title.lower(), locale=make.locale("en"), **fields)
    return make.published(parent or make.site_home(), page)


def answer(client, address, **extra):
    found = client.get(address, **extra)
    text = NUMBERS.sub("", found.content.decode())
    main = text[text.find("<main") : text.find("</main>")]
    return found.status_code, found.headers.get("Location"), main


def assert_same(*addresses, clients=(), **extra):
    """The same answers in our way and in Wagtail's, to each of these browsers."""
    for client in clients or [Client()]:
        for address in addresses:
            own = answer(client, address, **extra)
            with STOCK:
                assert (address, own) == (address, answer(client, address, **extra))


@pytest.fixture
def browsers(db):
    """A stranger's, somebody's who signed in, a member's of the group "Inner circle"."""
    group = Group.objects.create(name="Inner circle")
    member = people.person("member@example.org")
    member.groups.add(group)
    clients = [Client(), Client(), Client()]
    clients[1].force_login(people.person("reader@example.org"))
    clients[2].force_login(member)
    return clients


def test_the_two_ways_are_two(db):
    from django.urls import resolve

    assert resolve("/en/about/").func is own_serve
    with STOCK:
        assert resolve("/en/about/").func is not own_serve


def test_pages_and_what_is_none(browsers):
    text_page("Team", text_page("About", summary="Who we are"))
    addresses = ["/en/", "/en/about/", "/en/about/team/", "/en/team/", "/en/about/nobody/"]
    assert_same(*addresses, "/en/about", "/en/about/?page=2", clients=browsers)


@pytest.mark.parametrize("kind", ["login", "password", "groups"])
def test_restrictions_for_a_page_and_all_below_it(browsers, kind):
    inside = text_page("Inside", summary="Only for us")
    text_page("Deeper", inside, summary="Only for us")
    made = PageViewRestriction.objects.create(page=inside, restriction_type=kind, password="x")
    made.groups.set(Group.objects.filter(name="Inner circle"))
    assert_same("/en/inside/", "/en/inside/deeper/", clients=browsers)
    seen = ["Only for us" in b.get("/en/inside/deeper/").content.decode() for b in browsers]
    assert (
        seen
        == {
            "login": [False, True, True],
            "password": [False, False, False],
            "groups": [False, False, True],
        }[kind]
    )


def test_a_password_opens_the_page_and_those_below(browsers):
    inside = text_page("Inside", summary="Only for us")
    text_page("Deeper", inside, summary="Only for us")
    made = PageViewRestriction.objects.create(
        page=inside, restriction_type="password", password="sesame"
    )
    for browser in browsers:
        form = {"password": "sesame", "return_url": "/en/inside/"}
        url = f"/en/_util/authenticate_with_password/{made.pk}/{inside.pk}/"
        assert browser.post(url, form).url == "/en/inside/"
        assert "Only for us" in browser.get("/en/inside/deeper/").content.decode()
    assert_same("/en/inside/", "/en/inside/deeper/", clients=browsers)


def test_aliases_show_what_they_are_aliases_of(browsers):
    source = text_page("About", summary="Who we are")
    other = text_page("Other")
    source.create_alias(parent=other, update_slug="again")
    assert "Who we are" in browsers[0].get("/en/other/again/").content.decode()
    assert_same("/en/other/again/", "/en/about/", clients=browsers)
    source.unpublish()
    assert_same("/en/other/again/", "/en/about/", clients=browsers)


def test_unpublished_pages_hide_themselves_and_not_those_below(browsers):
    about = text_page("About")
    text_page("Team", about)
    about.unpublish()
    assert_same("/en/about/", clients=browsers)
    assert browsers[0].get("/en/about/").status_code == 404


def test_a_page_that_was_never_published_and_a_draft_of_a_public_one(browsers):
    draft = StandardPage(title="Draft", slug="draft", live=False, locale=make.locale("en"))
    make.site_home().add_child(instance=draft)
    draft.save_revision()
    about = text_page("About", summary="Old words")
    about.summary = "New words"
    about.save_revision()
    assert_same("/en/draft/", "/en/about/", clients=browsers)
    assert "Old words" in browsers[0].get("/en/about/").content.decode()


def test_previews_show_the_draft_to_editors_alone(browsers):
    about = text_page("About", summary="Old words")
    about.summary = "New words"
    about.save_revision()
    desk = people.administrator("editor@example.org")
    with override_settings(STAFF_REQUIRES_SECOND_FACTOR=False):
        browsers[1].force_login(desk)
        shown = browsers[1].get(f"/admin/pages/{about.pk}/view_draft/")
    assert "New words" in shown.content.decode()
    refused = browsers[0].get(f"/admin/pages/{about.pk}/view_draft/")
    assert "New words" not in refused.content.decode()
    assert_same("/en/about/", clients=browsers)


def test_redirects_lead_on_where_no_page_is(browsers):
    about = text_page("About")
    site = Site.objects.get(is_default_site=True)
    Redirect.add_redirect("/en/old", about, site=site)
    Redirect.add_redirect("/en/away", "https://example.org/", site=site)
    Redirect.add_redirect("/en/about", "https://example.org/", site=site)  # the page wins
    assert_same("/en/old/", "/en/away/", "/en/about/", clients=browsers)
    assert browsers[0].get("/en/away/").url == "https://example.org/"


def test_pages_that_route_below_themselves_are_asked(browsers, monkeypatch):
    """As routable pages do: an address that no page has is theirs to answer."""
    about = text_page("About", summary="All of it")
    text_page("Team", about)
    stock = StandardPage.route

    def route(self, request, components):
        if components[:1] == ["archive"]:
            from wagtail.url_routing import RouteResult

            self.summary = f"Archive of {components[1]}"
            return RouteResult(self)
        return stock(self, request, components)

    monkeypatch.setattr(StandardPage, "route", route)
    shown = browsers[0].get("/en/about/archive/2024/").content.decode()
    assert "Archive of 2024" in shown
    addresses = ["/en/about/", "/en/about/archive/2024/", "/en/about/team/", "/en/about/x/"]
    assert_same(*addresses, clients=browsers)


def test_another_site_has_pages_of_its_own(browsers):
    text_page("About", summary="Ours")
    other = text_page("Other")
    text_page("About", other, summary="Theirs")
    text_page("Shop", other)
    Site.objects.create(hostname="other.example.org", root_page=other)
    for host in ("localhost", "other.example.org", "unknown.example.org"):
        assert_same("/en/", "/en/about/", "/en/shop/", clients=browsers, HTTP_HOST=host)
    theirs = browsers[0].get("/en/about/", HTTP_HOST="other.example.org")
    assert "Theirs" in theirs.content.decode()


PUBLISHES = """
import sys, django
django.setup()
from home.models import StandardPage
page = StandardPage.objects.get(slug="about")
print("ready", flush=True)
for number, step in enumerate(sys.stdin):
    page = StandardPage.objects.get(pk=page.pk)
    if step.strip() == "move":
        page.slug = f"about-{number}"
    page.summary = f"Edition {number}"
    page.save_revision().publish()
    print(f"{page.slug} {page.summary}", flush=True)
"""


@pytest.mark.postgres
def test_what_another_process_publishes_is_shown_by_the_next_request(transactional_db, tmp_path):
    text_page("About", summary="Edition 0")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.support.worker_settings",
        "WORKER_DATABASE": str(connection.settings_dict["NAME"]),
        "WORKER_FOLDER": str(tmp_path),
        "WORKER_MAIL_PORT": "0",
    }
    client = Client()
    with subprocess.Popen(
        [sys.executable, "-c", PUBLISHES],
        cwd=configured.BASE_DIR,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as editor:
        assert editor.stdout.readline() == "ready\n"
        slug = "about"
        for step in ["text", "text", "move", "text", "move", "text"]:
            client.get(f"/en/{slug}/")
            editor.stdin.write(f"{step}\n")
            editor.stdin.flush()
            slug, _blank, summary = editor.stdout.readline().strip().partition(" ")
            assert summary in client.get(f"/en/{slug}/").content.decode()
            assert_same(f"/en/{slug}/", "/en/about/", clients=[client])
        editor.stdin.close()
