"""What learners read when their course changed under them."""

import pytest
from django.urls import reverse

from courses import actions
from courses.models import LearningItem, Reflection
from courses.states import ManifestKind
from tests.courses.conftest import person
from tests.factories import courses as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def enrolment(reader, course):
    return actions.enrol(reader.pk, make.run_of(course).pk)


@pytest.fixture
def signed_in(client, reader):
    client.force_login(reader)
    return client


def item_of(page) -> LearningItem:
    return LearningItem.objects.get(key=page.translation_key)


def url_of(page) -> str:
    """The address in English; pages of tests stand below the site's root."""
    from home.pagemap import page_map

    return page_map().url(page_map().nodes[page.pk], "en")


def text_of(client, address) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def add_late_lesson(course):
    return make.lesson(make.lessons_of(course)[0].get_parent(), "Late")


def test_an_added_lesson_is_told_once_and_is_marked_as_optional(signed_in, course, enrolment):
    late = add_late_lesson(course)
    actions.publish_outline(course, kind=ManifestKind.ADDITIVE)

    for address in (url_of(course), reverse("dashboard"), url_of(late)):
        assert "This course changed:" in text_of(signed_in, address)
    assert "new, optional for you" in text_of(signed_in, url_of(course))
    seen = reverse("courses:news_seen", args=[enrolment.pk])
    assert signed_in.post(seen, {"next": url_of(course)}).url == url_of(course)
    assert "This course changed:" not in text_of(signed_in, url_of(course))


def test_news_lead_back_to_this_site_only(signed_in, enrolment):
    seen = reverse("courses:news_seen", args=[enrolment.pk])
    assert signed_in.post(seen, {"next": "https://elsewhere.example"}).url == reverse("dashboard")


def test_nobody_reads_the_news_of_somebody_else_away(client, enrolment):
    client.force_login(person("other@example.org"))
    seen = reverse("courses:news_seen", args=[enrolment.pk])
    assert client.post(seen).status_code == 404


def test_the_course_is_in_line_even_before_the_worker_came_by(signed_in, course, enrolment):
    add_late_lesson(course)
    actions.publish_outline(course, kind=ManifestKind.MATERIAL)

    words = text_of(signed_in, url_of(course))

    assert "0 of 5 done" in words
    assert "new, and it counts" in words


def test_a_lesson_that_was_optional_counts_after_a_material_outline(signed_in, course, enrolment):
    add_late_lesson(course)
    actions.publish_outline(course, kind=ManifestKind.ADDITIVE)
    signed_in.post(reverse("courses:news_seen", args=[enrolment.pk]))
    actions.publish_outline(
        course, kind=ManifestKind.MATERIAL, again=[make.entries_of(course)[1].item_id]
    )

    words = text_of(signed_in, url_of(course))

    assert "new, and it counts" in words
    assert "0 of 5 done" in words


def test_a_lesson_to_do_again_says_so_and_a_stale_screen_is_not_taken_as_read(
    signed_in, course, enrolment
):
    first = make.lessons_of(course)[0]
    actions.complete_item(enrolment.pk, item_of(first).pk)
    actions.publish_outline(course, kind=ManifestKind.MATERIAL, again=[item_of(first).pk])

    assert "changed: do it again" in text_of(signed_in, url_of(course))
    assert "You finished this lesson before it changed." in text_of(signed_in, url_of(first))
    done = reverse("courses:done", args=[first.translation_key])
    response = signed_in.post(done, {"outline": "1"}, follow=True)
    assert "This lesson changed while you had it open." in response.content.decode()
    signed_in.post(done, {"outline": "2"})
    assert "changed: do it again" not in text_of(signed_in, url_of(course))


def test_an_archived_lesson_is_excused_in_words_and_hidden_from_newcomers(
    signed_in, client, course, enrolment
):
    actions.archive(make.lessons_of(course)[1])

    words = text_of(signed_in, url_of(course))
    assert "archived: you need not do it" in words
    assert "0 of 3 done" in words
    client.logout()
    assert "Lesson 1.2" not in text_of(client, url_of(course))


def test_a_moved_lesson_is_told_with_its_new_module(signed_in, course, enrolment):
    first, *_rest, last = make.lessons_of(course)
    first.move(last.get_parent(), "last-child")
    actions.publish_outline(course, kind=ManifestKind.COSMETIC)

    assert "moved to the module “Module 2”" in text_of(signed_in, url_of(course))


def test_an_unpublished_lesson_is_being_revised(signed_in, course, enrolment):
    make.lessons_of(course)[1].unpublish()
    assert "being revised" in text_of(signed_in, url_of(course))


# --- Why ---


def test_why_names_rule_lessons_and_events(signed_in, course, enrolment):
    first, second, *_rest = make.lessons_of(course)
    actions.complete_item(enrolment.pk, item_of(first).pk, language="en", revision=7)
    actions.archive(second)

    words = text_of(signed_in, reverse("courses:why", args=[course.translation_key]))

    assert "1 of 3 lessons and quizzes that count are done." in words
    assert "edition 7" in words
    assert "archived: you need not do it" in words
    assert "finished a lesson" in words


def test_why_is_for_ones_own_record_only(client, course, enrolment):
    address = reverse("courses:why", args=[course.translation_key])
    assert client.get(address).url.startswith(reverse("account_login"))
    client.force_login(person("other@example.org"))
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("query", ["?attempt=7", "?attempt=x", "?attempt=-1"])
def test_an_attempt_that_does_not_exist_is_not_found(signed_in, course, enrolment, query):
    address = reverse("courses:why", args=[course.translation_key])
    assert signed_in.get(address + query).status_code == 404
    assert signed_in.get(address + "?page=zzz").status_code == 200


def test_an_excused_lesson_of_a_completed_course_stays_excused(signed_in, course, enrolment):
    *most, last = make.lessons_of(course)
    for lesson in most:
        actions.complete_item(enrolment.pk, item_of(lesson).pk)
    actions.archive(last)
    actions.bring_up_to_date()
    actions.restore(last)

    words = text_of(signed_in, reverse("courses:why", args=[course.translation_key]))

    assert "excused: it was archived when you completed the course" in words


@pytest.mark.parametrize("lessons", [1, 3])
def test_why_needs_the_same_queries_whatever_the_lessons(
    client, reader, lessons, django_assert_num_queries
):
    page = make.course("Sized", lessons=(lessons,))
    actions.enrol(reader.pk, make.run_of(page).pk)
    client.force_login(reader)
    address = reverse("courses:why", args=[page.translation_key])
    client.get(address)
    with django_assert_num_queries(9):
        client.get(address)


# --- Once more ---


def test_a_completed_course_is_taken_once_more_and_both_records_show(
    signed_in, reader, course, enrolment
):
    for lesson in make.lessons_of(course):
        actions.complete_item(enrolment.pk, item_of(lesson).pk)
    again = reverse("courses:retake", args=[course.translation_key])
    assert again in text_of(signed_in, url_of(course))
    assert "Your completed course stays as it is" in text_of(signed_in, again)

    signed_in.post(again)
    signed_in.post(again)

    attempts = list(reader.enrolments.order_by("attempt").values_list("attempt", "state"))
    assert attempts == [(1, "completed"), (2, "active")]
    why = reverse("courses:why", args=[course.translation_key])
    assert "Attempt 1" in text_of(signed_in, why)
    assert "You completed this course on" in text_of(signed_in, why + "?attempt=1")


def test_who_has_not_completed_the_course_is_led_back_to_it(signed_in, course, enrolment):
    again = reverse("courses:retake", args=[course.translation_key])
    assert signed_in.get(again).url == url_of(course)
    assert signed_in.post(again).url == url_of(course)


def test_a_note_of_an_earlier_attempt_is_shown_beside_the_new_one(signed_in, reader):
    part = make.reflection()
    page = make.course("Noted", lessons=())
    module = make.published(
        page, make.ModulePage(title="M", slug="m", summary="", locale=make.locale("en"))
    )
    lesson = make.lesson(module, "Only", body=[part])
    actions.publish_outline(page)
    first = actions.enrol(reader.pk, make.run_of(page).pk)
    actions.save_reflection(first.pk, item_of(lesson).pk, part["id"], "Η πόλη μας", version=0)
    actions.complete_item(first.pk, item_of(lesson).pk)
    actions.retake(reader.pk, first.run_id)

    words = text_of(signed_in, url_of(lesson))

    assert "Your note from your earlier attempt" in words
    assert "Η πόλη μας" in words
    assert Reflection.objects.count() == 1
