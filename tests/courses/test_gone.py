"""What people send from a lesson that went meanwhile is kept; every address answers in words."""

import json

import pytest
from django.urls import reverse

from courses import actions
from courses.models import ItemProgress, LearningItem, LessonPage, PartProgress, Reflection
from courses.states import LessonCompletion, ManifestKind
from home import translations
from home.pagemap import page_map
from participants.owners import signed_owner
from participants.refusals import Refused
from tests.courses.conftest import person
from tests.factories import courses as make

pytestmark = pytest.mark.django_db
NOTE = "The school waits. Σχολείο 🎒"


@pytest.fixture
def working(db):
    """A course with a lesson that holds a self-check and a note, and one without parts."""
    page = make.course("Working", lessons=(0,))
    body = [make.text_block("Words."), make.self_check(part="check"), make.reflection(part="note")]
    module = page.get_children().get()
    make.lesson(module, "Work", body=body)
    make.lesson(module, "Rest")
    actions.publish_outline(page)
    return page


@pytest.fixture
def enrolment(reader, working):
    return actions.enrol(reader.pk, make.run_of(working).pk)


@pytest.fixture
def signed_in(client, reader):
    client.force_login(reader)
    return client


def lesson_of(course) -> LessonPage:
    return make.lessons_of(course)[0]


def url_of(page, language="en") -> str:
    pages = page_map()
    return pages.url(pages.nodes[page.pk], language)


def work_url(name, course, part=None):
    return reverse(
        f"courses:{name}", args=[lesson_of(course).translation_key, *([part] if part else [])]
    )


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def take_part_out(course, part):
    lesson = LessonPage.objects.get(pk=lesson_of(course).pk)
    kept = [b for b in lesson.body.get_prep_value() if b["id"] != part]
    lesson.body = json.dumps(kept)
    lesson.save_revision().publish()


GOING = {
    "archived": lambda course: actions.archive(lesson_of(course)),
    "unpublished": lambda course: lesson_of(course).unpublish(),
    "course archived": actions.archive,
    "course unpublished": lambda course: course.unpublish(),
    "part taken out": lambda course: take_part_out(course, "note"),
}


# --- Notes ---


@pytest.mark.parametrize("way", GOING)
def test_a_note_is_kept_though_its_place_went_meanwhile(signed_in, working, enrolment, way):
    signed_in.get(url_of(lesson_of(working)))
    GOING[way](working)

    answer = signed_in.post(
        work_url("reflection", working, "note"), {"text": NOTE, "version": "0"}, follow=True
    )

    assert answer.status_code == 200
    assert "Your note is saved. Only you can read it." in text_of(answer)
    assert NOTE in text_of(answer)
    assert "Who waits for whom?" in text_of(answer)
    assert Reflection.objects.get().text == NOTE


def test_a_note_of_a_lesson_that_a_material_outline_took_out_is_kept(signed_in, working, enrolment):
    lesson = lesson_of(working)
    signed_in.get(url_of(lesson))
    lesson.unpublish()
    actions.publish_outline(working, kind=ManifestKind.MATERIAL)
    actions.bring_up_to_date()

    url = work_url("reflection", working, "note")
    signed_in.post(url, {"text": NOTE, "version": "0"})

    assert NOTE in text_of(signed_in.get(url))
    assert not PartProgress.objects.exists()
    assert actions.rebuild_progress(enrolment.pk, write=False) == []


def test_a_note_that_was_changed_elsewhere_is_not_lost_there_either(signed_in, working, enrolment):
    url = work_url("reflection", working, "note")
    signed_in.post(url, {"text": "First", "version": "0"})
    actions.archive(lesson_of(working))

    answer = signed_in.post(url, {"text": "Second", "version": "0"})

    assert answer.status_code == 422
    assert {"First", "Second"} <= set(answer.content.decode().replace("<", ">").split(">"))
    assert Reflection.objects.get().text == "First"
    answer = signed_in.post(url, {"text": "ä" * 10_001, "version": "1"})
    assert answer.status_code == 422
    assert "ä" * 10_001 in answer.content.decode()


def test_a_note_for_an_archived_lesson_sent_without_a_session_waits_for_its_writer(
    client, reader, working, enrolment
):
    actions.archive(lesson_of(working))
    url = work_url("reflection", working, "note")
    owner = signed_owner(reader)

    answer = client.post(url, {"text": NOTE, "version": "0", "owner": owner})

    assert answer.url.startswith(reverse("account_login"))
    client.force_login(reader)
    assert NOTE in text_of(client.get(url))
    assert not Reflection.objects.exists()
    client.post(url, {"text": NOTE, "version": "0", "owner": owner})
    assert Reflection.objects.get().text == NOTE


def test_somebody_who_left_or_never_came_gets_the_text_back_and_nobodys_else(
    client, working, enrolment
):
    url = work_url("reflection", working, "note")
    actions.save_reflection(
        enrolment.pk, make.entries_of(working)[0].item_id, "note", "Mine", version=0
    )
    actions.archive(lesson_of(working))
    other = person("other@example.org")
    client.force_login(other)
    answer = client.post(url, {"text": NOTE, "version": "0"})
    assert (answer.status_code, NOTE in text_of(answer)) == (422, True)
    assert "Mine" not in text_of(answer)
    assert client.get(url).status_code == 302
    client.force_login(enrolment.user)
    actions.withdraw(enrolment.pk)
    answer = client.post(url, {"text": NOTE, "version": "1"})
    assert (answer.status_code, NOTE in text_of(answer)) == (422, True)
    assert "You left this course." in text_of(answer)


@pytest.mark.parametrize("part", ["nope", "check", "x" * 80, "%00", "🎒", "%25"])
def test_a_part_that_never_was_is_not_found(signed_in, working, enrolment, part):
    url = work_url("reflection", working, "note").replace("/note/", f"/{part}/")
    assert signed_in.post(url, {"text": NOTE}).status_code == 404
    actions.archive(lesson_of(working))
    assert signed_in.post(url, {"text": NOTE}).status_code == 404


def test_notes_of_an_archived_lesson_are_read_at_its_address(signed_in, client, working, enrolment):
    signed_in.post(work_url("reflection", working, "note"), {"text": NOTE, "version": "0"})
    address = url_of(lesson_of(working))
    actions.archive(lesson_of(working))

    assert NOTE in text_of(signed_in.get(address))
    client.force_login(person("other@example.org"))
    assert NOTE not in text_of(client.get(address))


def test_a_note_does_not_finish_an_archived_lesson_whose_other_parts_are_open(reader):
    page = make.course("Parts", lessons=(0,))
    body = [make.self_check(required=True, part="c"), make.reflection(required=True, part="n")]
    module = page.get_children().get()
    make.lesson(module, "Decide", body=body, completion=LessonCompletion.PARTS)
    actions.publish_outline(page)
    enrolment = actions.enrol(reader.pk, make.run_of(page).pk)
    actions.archive(lesson_of(page))
    item = make.entries_of(page)[0].item_id

    actions.save_reflection(enrolment.pk, item, "n", NOTE, version=0)
    with pytest.raises(Refused):
        actions.complete_item(enrolment.pk, item)

    assert not ItemProgress.objects.filter(done_at__isnull=False).exists()


# --- Done, and answers ---


@pytest.mark.parametrize("name", ["done", "answer"])
def test_work_on_an_archived_lesson_is_told_what_happened(client, reader, working, enrolment, name):
    url = work_url(name, working, "check" if name == "answer" else None)
    actions.archive(lesson_of(working))
    for user in (None, reader):
        if user:
            client.force_login(user)
        answer = client.post(url, {"choice": "b"})
        assert answer.status_code == 410
        assert "Nobody has to do it any more." in text_of(answer)
    assert not ItemProgress.objects.filter(done_at__isnull=False).exists()


def test_htmx_is_sent_to_the_address_that_tells(signed_in, working, enrolment):
    address = url_of(lesson_of(working))
    actions.archive(lesson_of(working))
    answer = signed_in.post(work_url("answer", working, "check"), headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == address


def test_work_on_a_lesson_that_is_being_revised_leads_to_the_course(client, working, enrolment):
    lesson_of(working).unpublish()
    url = work_url("done", working)
    assert client.post(url).status_code == 404
    client.force_login(enrolment.user)
    answer = client.post(url, follow=True)
    assert answer.redirect_chain == [(url_of(working), 302)]
    assert "This lesson is being revised." in text_of(answer)


def test_an_answer_to_a_question_that_was_taken_out_leads_back_in_words(
    signed_in, working, enrolment
):
    take_part_out(working, "check")
    answer = signed_in.post(work_url("answer", working, "check"), {"choice": "b"}, follow=True)
    assert answer.redirect_chain == [(url_of(lesson_of(working)), 302)]
    assert "taken out of the lesson" in text_of(answer)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_lessons_of_an_archived_course_say_so(client, working, language):
    address = url_of(lesson_of(working), language)
    actions.archive(working)

    answer = client.get(address)

    assert answer.status_code == 410
    assert "Working" in text_of(answer)


def test_lessons_of_a_course_that_is_only_unpublished_are_not_found(client, working):
    address = url_of(lesson_of(working))
    working.unpublish()
    assert client.get(address).status_code == 404


# --- The last lesson, by whatever work ---


@pytest.mark.parametrize("name", ["answer", "reflection", "done"])
@pytest.mark.parametrize("htmx", [False, True])
def test_whoever_completes_the_course_is_congratulated(signed_in, reader, name, htmx):
    part = {"answer": make.self_check(required=True, part="p")}.get(
        name, make.reflection(required=name == "reflection", part="p")
    )
    page = make.course("Parts", lessons=(0,))
    done_by = LessonCompletion.DECLARED if name == "done" else LessonCompletion.PARTS
    make.lesson(page.get_children().get(), "Decide", body=[part], completion=done_by)
    actions.publish_outline(page)
    actions.enrol(reader.pk, make.run_of(page).pk)
    headers = {"HX-Request": "true"} if htmx else {}

    url = work_url(name, page, None if name == "done" else "p")
    answer = signed_in.post(url, {"choice": "b", "text": NOTE, "version": "0"}, headers=headers)

    assert (answer.get("HX-Redirect") or answer.url) == url_of(page)
    assert "You have completed this course. Well done." in text_of(signed_in.get(url_of(page)))
    assert "Well done." not in text_of(signed_in.get(url_of(page)))


# --- A translation that lacks a part ---


@pytest.fixture
def half_translated(reader):
    """A lesson whose translation lacks a part that its source asks for, and has no translated
    course around it."""
    page = make.course("Parts", lessons=(0,))
    first = make.self_check(required=True, part="first")
    second = make.self_check(required=True, part="second")
    lesson = make.lesson(
        page.get_children().get(), "Decide", body=[first], completion=LessonCompletion.PARTS
    )
    french = make.locale("fr")
    make.site_home().copy_for_translation(french).save_revision().publish()
    twin = translations.draft_copy(lesson, french)
    make.translate_texts(lesson, french, publish=False)
    twin.specific.get_latest_revision().publish()
    lesson = LessonPage.objects.get(pk=lesson.pk)
    lesson.body = json.dumps([first, second])
    lesson.save_revision().publish()
    actions.publish_outline(page)
    return page


def test_a_part_that_the_translation_lacks_is_shown_with_the_way_to_it(
    signed_in, reader, half_translated
):
    enrolment = actions.enrol(reader.pk, make.run_of(half_translated).pk)
    lesson = lesson_of(half_translated)
    french = url_of(lesson, "fr")
    signed_in.post(work_url("answer", half_translated, "first"), {"choice": "b"})

    answer = signed_in.get(french)

    missing = [(m["id"], m["url"], m["lang"]) for m in answer.context["done"]["missing"]]
    assert missing == [("second", url_of(lesson), "en")]
    assert f'href="{url_of(lesson)}#part-second"' in answer.content.decode()
    actions.answer_self_check(
        enrolment.pk, make.entries_of(half_translated)[0].item_id, "second", ["b"], right=True
    )
    assert signed_in.get(french).context["done"]["missing"] == []
    assert signed_in.get(french).context["done"]["state"]


def test_a_lesson_with_all_its_parts_asks_no_more_of_the_database(
    signed_in, reader, half_translated, django_assert_num_queries
):
    actions.enrol(reader.pk, make.run_of(half_translated).pk)
    for language, count in (("en", 7), ("fr", 8)):
        address = url_of(lesson_of(half_translated), language)
        signed_in.get(address)
        with django_assert_num_queries(count):
            signed_in.get(address)


# --- Coming back by GET ---


def test_whoever_had_to_sign_in_comes_back_to_a_page(signed_in, reader, working, enrolment):
    lesson, course = url_of(lesson_of(working)), url_of(working)
    ways = {
        work_url("done", working): lesson,
        work_url("answer", working, "check"): f"{lesson}#part-check",
        work_url("reflection", working, "note"): f"{lesson}#part-note",
        reverse("courses:leave", args=[enrolment.pk]): course,
        reverse("courses:news_seen", args=[enrolment.pk]): course,
    }
    before = enrolment.news_seen_at
    for address, target in ways.items():
        assert signed_in.get(address).url == target
    enrolment.refresh_from_db()
    assert (enrolment.is_active, enrolment.news_seen_at) == (True, before)
    signed_in.force_login(person("other@example.org"))
    for name in ("leave", "news_seen"):
        assert signed_in.get(reverse(f"courses:{name}", args=[enrolment.pk])).status_code == 404


def test_coming_back_says_that_progress_was_waiting(signed_in, working, enrolment):
    signed_in.post(reverse("courses:leave", args=[enrolment.pk]))
    enrol = reverse("courses:enrol", args=[working.translation_key])
    assert "waits for you" in text_of(signed_in.get(enrol))
    answer = signed_in.post(enrol, follow=True)
    assert "Welcome back. What you had finished is there" in text_of(answer)


def test_a_finished_attempt_stays_under_finished_while_the_course_is_taken_again(
    signed_in, working, enrolment
):
    for entry in make.entries_of(working):
        actions.complete_item(enrolment.pk, entry.item_id)
    actions.retake(enrolment.user_id, enrolment.run_id)

    context = signed_in.get(reverse("dashboard")).context

    assert [course["title"] for course in context["courses"]] == ["Working"]
    certificate = reverse("courses:certificate", args=[enrolment.pk])
    assert [course["certificate_url"] for course in context["finished"]] == [certificate]


# --- Aliases ---


def test_an_alias_is_not_in_the_outline_and_goes_off_with_the_archive(working, enrolment):
    lesson = lesson_of(working)
    alias = lesson.create_alias(update_slug="again")
    module = lesson.get_parent().specific
    assert not actions.compare_outline(working).is_open

    actions.archive(module)
    assert not LessonPage.objects.filter(live=True).exists()
    LessonPage.objects.get(pk=lesson.pk).save_revision().publish()
    assert not LessonPage.objects.get(pk=alias.pk).live
    actions.restore(module)
    assert LessonPage.objects.get(pk=alias.pk).live


def test_looking_writes_nothing(working):
    make.lesson(working.get_children().get(), "New")
    LearningItem.objects.filter(key=lesson_of(working).translation_key)
    before = LearningItem.objects.count()
    found = actions.compare_outline(working)
    assert [change.kind for change in found.changes] == ["added"]
    assert LearningItem.objects.count() == before
