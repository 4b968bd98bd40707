import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from wagtail.models import Locale, Page

from home.models import HomePage, StandardPage, Topic
from home.models.topics import LABELS
from tests.factories import home as make


def test_pages_stand_where_they_belong(db):
    root, home = Page.get_first_root_node(), make.home()
    assert HomePage.can_exist_under(root)
    assert not HomePage.can_exist_under(home)
    assert StandardPage.can_exist_under(home)
    assert not StandardPage.can_exist_under(root)
    assert StandardPage.allowed_subpage_models() == [StandardPage]


def test_there_is_one_home_page_for_each_language(db):
    root, home = Page.get_first_root_node(), make.home()
    assert not HomePage.can_create_at(root)
    twin = HomePage(title="Again", slug="again", headline="A", lede="B", locale=home.locale)
    with pytest.raises(ValidationError, match="This language has a home page already"):
        root.add_child(instance=twin)

    french, _new = Locale.objects.get_or_create(language_code="fr")
    assert HomePage.can_create_at(root)
    assert home.copy_for_translation(french).locale == french
    assert not HomePage.can_create_at(root)


def test_every_topic_of_the_first_list_has_a_label_that_can_be_translated(db):
    topics = {topic.slug: topic.name for topic in Topic.objects.all()}
    assert topics == {slug: str(label) for slug, label in LABELS.items()}
    assert [t.group for t in Topic.objects.all()] == (
        ["sectoral"] * 4 + ["cross_cutting"] * 5 + ["extra"] * 6
    )


def test_a_topic_that_was_added_is_shown_under_its_own_name(db):
    assert Topic.objects.create(name="Sport", slug="sport").label == "Sport"


def test_topics_are_kept_by_editors_with_the_right_and_by_nobody_else(desk, client):
    address = reverse("wagtailsnippets_home_topic:list")
    assert desk.get(address).status_code == 200
    assert client.get(address).status_code == 302
    added = desk.post(
        reverse("wagtailsnippets_home_topic:add"),
        {"name": "Sport", "slug": "sport", "group": "extra", "position": "20"},
    )
    assert added.status_code == 302
    assert Topic.objects.get(slug="sport").group == "extra"
    again = desk.post(
        reverse("wagtailsnippets_home_topic:add"),
        {"name": "Sport", "slug": "sport", "group": "extra", "position": "20"},
    )
    assert set(again.context["form"].errors) == {"name", "slug"}


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_topics_costs_the_same_with_any_number(desk, django_assert_num_queries, count):
    Topic.objects.all().delete()
    for number in range(count):
        Topic.objects.create(name=f"Topic {number}", slug=f"topic-{number}")
    desk.get(reverse("wagtailsnippets_home_topic:list"))
    with django_assert_num_queries(9):
        desk.get(reverse("wagtailsnippets_home_topic:list"))
