"""Addresses, languages and restrictions, against what Wagtail itself would answer."""

import pytest
from django.db import transaction
from wagtail.models import Page, PageViewRestriction

from home import tree
from home.models import StandardPage
from home.pagemap import page_map
from tests.factories import courses as make

pytestmark = pytest.mark.django_db


def text_page(title, parent=None, language="en", **fields):
    page = StandardPage(title=title, slug=title.lower(), locale=make.locale(language), **fields)
    return make.published(parent or make.site_home(), page)


def translated(page, title, **fields):
    """A live translation below the translated parent, made when missing."""
    french = make.locale("fr")
    parent = page.get_parent().specific
    above = parent.get_translation_or_none(french)
    if above is None and parent.depth > 1:
        above = parent.copy_for_translation(french, copy_parents=True)
        above.save_revision().publish()
    copy = page.copy_for_translation(french)
    copy.title, copy.slug = title, title.lower()
    for name, value in fields.items():
        setattr(copy, name, value)
    copy.save_revision().publish()
    copy.refresh_from_db()
    return copy


def test_a_page_is_found_under_every_language_with_the_source_as_fall_back(client):
    text_page("About")
    for language in ("en", "fr", "de", "el"):
        answer = client.get(f"/{language}/about/")
        assert (language, answer.status_code) == (language, 200)
        assert bool(answer.context["fallback_notice"]) == (language != "en")


def test_a_translation_answers_its_own_address_and_the_sources_leads_there(client):
    translated(text_page("About"), "Apropos")
    assert client.get("/fr/apropos/").status_code == 200
    assert client.get("/fr/about/?a=1").url == "/fr/apropos/?a=1"
    assert client.get("/en/about/").status_code == 200


def test_a_child_without_translation_lives_below_the_translated_address(client):
    parent = text_page("About")
    text_page("Team", parent)
    translated(parent, "Apropos")
    answer = client.get("/fr/apropos/team/")
    assert answer.status_code == 200
    assert answer.context["page_language"] == "en"


def test_a_draft_translation_is_not_shown_and_the_source_is(client):
    copy = translated(text_page("About"), "Apropos")
    copy.unpublish()
    answer = client.get("/fr/about/")
    assert (answer.status_code, answer.context["page_language"]) == (200, "en")
    assert client.get("/fr/apropos/").status_code == 302


def test_unknown_and_unpublished_pages_are_not_found(client):
    page = text_page("About")
    assert client.get("/en/nothing/").status_code == 404
    page.unpublish()
    assert client.get("/en/about/").status_code == 404


@pytest.mark.parametrize("kind", ["login", "password"])
def test_a_restricted_page_is_kept_from_strangers_in_every_language(client, kind):
    page = text_page("Inside", summary="Only for us")
    PageViewRestriction.objects.create(page=page, restriction_type=kind, password="x")
    for language in ("en", "fr"):
        answer = client.get(f"/{language}/inside/")
        assert "Only for us" not in answer.content.decode()
        assert answer.status_code == (302 if kind == "login" else 200)


def test_a_restriction_holds_for_pages_below(client):
    parent = text_page("Inside")
    text_page("Deeper", parent, summary="Only for us")
    assert client.get("/en/inside/deeper/").status_code == 200
    PageViewRestriction.objects.create(page=parent, restriction_type="login")
    assert client.get("/en/inside/deeper/").status_code == 302


def test_moved_and_renamed_pages_are_found_at_their_new_address_at_once(client):
    first, second = text_page("First"), text_page("Second")
    assert client.get("/en/second/").status_code == 200
    second.move(first, "last-child")
    assert client.get("/en/second/").url == "/en/first/second/"
    assert client.get("/en/first/second/").status_code == 200
    first.refresh_from_db()
    first.slug = "one"
    first.save_revision().publish()
    assert client.get("/en/one/second/").status_code == 200


def test_a_published_text_is_shown_at_once_and_a_draft_is_not(client):
    page = text_page("About", summary="Old words")
    assert "Old words" in client.get("/en/about/").content.decode()
    page.summary = "New words"
    page.save_revision()
    assert "New words" not in client.get("/en/about/").content.decode()
    page.save_revision().publish()
    assert "New words" in client.get("/en/about/").content.decode()


def test_every_page_answers_where_wagtail_says_it_is(client):
    make.course()
    text_page("Team", text_page("About"))
    for page in Page.objects.descendant_of(make.site_home(), inclusive=True).specific():
        address = page.get_url()
        node = page_map().nodes[page.pk]
        assert page_map().url(node, "en") == address
        assert client.get(address).status_code in {200, 302}


def test_a_rolled_back_change_leaves_nothing_behind(client):
    page = text_page("About", summary="Old words")
    client.get("/en/about/")
    before = tree.token()

    def change():
        with transaction.atomic():
            page.summary = "Never said"
            page.save_revision().publish()
            assert "Never said" in client.get("/en/about/").content.decode()
            raise InterruptedError

    with pytest.raises(InterruptedError):
        change()

    assert tree.token() == before
    assert "Old words" in client.get("/en/about/").content.decode()


def test_what_is_remembered_is_built_once_for_each_version():
    tree.touch()
    built = []
    for _time in range(2):
        tree.remembered("a thing", lambda: built.append(1))
    tree.touch()
    tree.remembered("a thing", lambda: built.append(2))
    assert built == [1, 2]


def test_the_token_is_read_once_a_request(django_assert_num_queries):
    tree.touch()
    with django_assert_num_queries(1), tree.once_a_request():
        assert tree.token() == tree.token()
    with django_assert_num_queries(2):
        assert tree.token() == tree.token()


def test_a_text_page_needs_the_same_few_queries_each_time(client, django_assert_num_queries):
    text_page("About")
    client.get("/en/about/")
    with django_assert_num_queries(1):
        client.get("/en/about/")
