"""Editors at Wagtail's desk: draft, preview, publish, and what is refused."""

import pytest
from django.urls import reverse
from wagtail.rich_text import RichText
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from courses.models import LessonPage
from home.pagemap import page_map
from participants.states import Role
from tests.factories import courses as make
from tests.factories import participants as people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_second_factor(settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False


@pytest.fixture
def lesson(course):
    return make.lessons_of(course)[0]


def sign_in(client, role):
    client.force_login(people.staff(role), backend=people.BACKEND)
    return client


def edit(client, lesson, words, *, minutes=7, blocks=None, **actions):
    body = blocks or [("text", rich_text(f"<p>{words}</p>"))]
    data = {
        "title": lesson.title,
        "slug": lesson.slug,
        "summary": "",
        "minutes": minutes,
        "required": "on",
        "completion": "declared",
        "body": streamfield(body),
        "seo_title": "",
        "search_description": "",
        "comments-TOTAL_FORMS": 0,
        "comments-INITIAL_FORMS": 0,
        **actions,
    }
    return client.post(reverse("wagtailadmin_pages:edit", args=[lesson.pk]), nested_form_data(data))


def public_words(client, lesson):
    pages = page_map()
    return client.get(pages.url(pages.nodes[lesson.pk], "en")).content.decode()


def test_a_publisher_edits_and_publishes_and_readers_see_it_at_once(client, lesson):
    assert "New words" not in public_words(client, lesson)
    sign_in(client, Role.PUBLISHER)
    assert client.get(reverse("wagtailadmin_pages:edit", args=[lesson.pk])).status_code == 200

    answer = edit(client, lesson, "New words", **{"action-publish": "1"})

    assert answer.status_code == 302
    assert "New words" in public_words(client, lesson)


def test_a_draft_is_seen_in_the_preview_and_by_nobody_else(client, lesson):
    sign_in(client, Role.PUBLISHER)
    edit(client, lesson, "Draft words")

    lesson.refresh_from_db()
    draft = lesson.get_latest_revision_as_object()
    preview = draft.make_preview_request().content.decode()

    assert "Draft words" in preview
    assert "Draft words" not in public_words(client, lesson)


@pytest.mark.parametrize("kind", ["catalogue", "course", "module", "lesson", "home"])
def test_every_kind_of_page_can_be_previewed(course, lesson, kind):
    page = {
        "catalogue": course.get_parent().specific,
        "course": course,
        "module": lesson.get_parent().specific,
        "lesson": lesson,
        "home": make.site_home(),
    }[kind]
    assert page.make_preview_request().status_code == 200


def test_a_new_lesson_can_be_previewed_before_it_was_ever_saved(lesson):
    new = LessonPage(title="Brand new", slug="new", locale=lesson.locale, minutes=5)
    new.body = [("text", RichText("<p>Never saved</p>"))]
    lesson.get_parent().add_child(instance=new)
    assert "Never saved" in new.make_preview_request().content.decode()


def test_an_author_may_not_publish(client, lesson):
    sign_in(client, Role.AUTHOR)
    edit(client, lesson, "Sneaked in", **{"action-publish": "1"})
    assert "Sneaked in" not in public_words(client, lesson)


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.HOST, Role.FACILITATOR])
def test_people_without_a_desk_are_kept_out(client, lesson, role):
    sign_in(client, role)
    assert client.get(reverse("wagtailadmin_pages:edit", args=[lesson.pk])).status_code == 302


@pytest.mark.parametrize("address", ["/admin/", "/en/account/login/?next=/admin/"])
def test_somebody_without_a_desk_is_led_out_and_never_round_in_a_circle(client, course, address):
    sign_in(client, Role.PARTICIPANT)
    answer = client.get(address, follow=True)
    assert answer.status_code == 200
    assert answer.request["PATH_INFO"] == reverse("dashboard")


@pytest.mark.parametrize("minutes", ["0", "11", "x", ""])
def test_a_lesson_is_between_one_and_ten_minutes_long(client, lesson, minutes):
    sign_in(client, Role.PUBLISHER)
    answer = edit(client, lesson, "New words", minutes=minutes, **{"action-publish": "1"})
    assert answer.status_code == 200
    assert "New words" in answer.content.decode()
    assert "New words" not in public_words(client, lesson)


def test_a_figure_without_source_is_refused_and_the_form_keeps_the_text(client, lesson):
    sign_in(client, Role.PUBLISHER)
    figure = {
        "title": "Unemployment",
        "unit": "%",
        "rows-count": "1",
        "rows-0-deleted": "",
        "rows-0-order": "0",
        "rows-0-type": "item",
        "rows-0-value-label": "Nationals",
        "rows-0-value-value": "5.1",
        "rows-0-id": "",
        "source": "",
        "source_url": "",
        "reference_year": "",
        "accessed": "",
        "note": "",
    }
    answer = edit(client, lesson, "", blocks=[("figure", figure)], **{"action-publish": "1"})
    assert answer.status_code == 200
    assert "Unemployment" in answer.content.decode()
    assert "Unemployment" not in public_words(client, lesson)
