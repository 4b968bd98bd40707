from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import PageViewRestriction

from courses import actions
from courses.models import (
    CourseManifest,
    Enrolment,
    ItemProgress,
    PartProgress,
    Reflection,
)
from courses.states import Access, LessonCompletion
from home import tree
from home.pagemap import page_map
from participants.owners import signed_owner
from tests.courses.conftest import person
from tests.factories import courses as make

pytestmark = pytest.mark.django_db


def url(page, language="en"):
    pages = page_map()
    return pages.url(pages.nodes[page.pk], language)


@pytest.fixture
def signed_in(client, reader):
    client.force_login(reader)
    return client


@pytest.fixture
def enrolment(reader, course):
    return actions.enrol(reader.pk, make.run_of(course).pk)


@pytest.fixture
def working(db):
    """A course with one lesson that holds a self-check and a note."""
    page = make.course("Working", lessons=(0,))
    body = [make.text_block("Words."), make.self_check(part="check"), make.reflection(part="note")]
    make.lesson(page.get_children().get(), "Work", body=body)
    actions.publish_outline(page)
    return page


def work_url(name, page, part=None):
    lesson = make.lessons_of(page)[0]
    return reverse(f"courses:{name}", args=[lesson.translation_key, *([part] if part else [])])


# --- Who may open what ---


def test_a_visitor_reads_catalogue_course_and_lesson_of_an_open_course(client, course):
    lesson = make.lessons_of(course)[0]
    for page in (course.get_parent(), course, lesson):
        assert client.get(url(page)).status_code == 200


def test_lessons_for_enrolled_people_lead_a_visitor_to_the_course(client, reader, course):
    course.access = Access.ENROLLED
    course.save_revision().publish()
    lesson = make.lessons_of(course)[0]

    assert client.get(url(lesson)).url == url(course)

    actions.enrol(reader.pk, make.run_of(course).pk)
    client.force_login(reader)
    assert client.get(url(lesson)).status_code == 200


def test_an_unpublished_lesson_and_the_lessons_of_an_unpublished_course_are_not_found(
    client, course
):
    first, second = make.lessons_of(course)[:2]
    first_url, second_url = url(first), url(second)
    first.unpublish()
    assert client.get(first_url).status_code == 404
    course.unpublish()
    assert client.get(second_url).status_code == 404


def test_a_module_leads_to_its_place_on_the_course(client, course):
    module = make.lessons_of(course)[2].get_parent()
    assert client.get(url(module)).url == f"{url(course)}#module-2"


@pytest.mark.parametrize("name", ["enrol", "dashboard"])
def test_a_visitor_is_led_to_the_sign_in_and_back(client, course, name):
    target = (
        reverse("dashboard")
        if name == "dashboard"
        else reverse("courses:enrol", args=[course.translation_key])
    )
    answer = client.get(target)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
    assert target in answer.url


def test_somebody_elses_enrolment_does_not_exist(client, enrolment):
    client.force_login(person("other@example.org"))
    answer = client.post(reverse("courses:leave", args=[enrolment.pk]))
    assert answer.status_code == 404
    enrolment.refresh_from_db()
    assert enrolment.is_active


@pytest.mark.parametrize("name", ["done", "answer", "reflection"])
def test_work_on_a_lesson_that_does_not_exist_is_not_found(signed_in, name):
    parts = [] if name == "done" else ["check"]
    assert signed_in.post(reverse(f"courses:{name}", args=[uuid4(), *parts])).status_code == 404


def test_a_part_that_does_not_exist_is_not_found(signed_in, working):
    assert signed_in.post(work_url("answer", working, "nope")).status_code == 404
    assert signed_in.post(work_url("reflection", working, "check")).status_code == 404


# --- Enrolling ---


def test_enrolling_leads_to_the_first_lesson(signed_in, reader, course):
    page = reverse("courses:enrol", args=[course.translation_key])
    assert signed_in.get(page).status_code == 200
    assert not Enrolment.objects.exists()

    answer = signed_in.post(page)

    assert answer.url == url(make.lessons_of(course)[0])
    assert Enrolment.objects.get().user == reader


def test_somebody_without_a_profile_fills_it_first_and_comes_back(client, course):
    client.force_login(person("new@example.org", profile=False))
    page = reverse("courses:enrol", args=[course.translation_key])

    answer = client.get(page)

    assert answer.url.startswith(reverse("participants:profile"))
    assert "next=" in answer.url
    assert not Enrolment.objects.exists()


def test_enrolling_in_an_announced_course_leads_back_with_words(signed_in):
    announced = make.course("Later", lessons=())
    answer = signed_in.post(reverse("courses:enrol", args=[announced.translation_key]), follow=True)
    assert answer.redirect_chain == [(url(announced), 302)]
    assert "still being written" in answer.content.decode()


def test_leaving_keeps_the_progress_and_says_so(signed_in, course, enrolment):
    answer = signed_in.post(reverse("courses:leave", args=[enrolment.pk]), follow=True)
    assert "it waits for you" in answer.content.decode()
    enrolment.refresh_from_db()
    assert enrolment.state == "withdrawn"


# --- Reading and working ---


def test_done_leads_to_the_next_lesson_and_at_the_end_to_the_course(signed_in, course, enrolment):
    lessons = make.lessons_of(course)
    places = [
        signed_in.post(reverse("courses:done", args=[lesson.translation_key])).url
        for lesson in lessons
    ]
    assert places == [url(lesson) for lesson in lessons[1:]] + [url(course)]
    enrolment.refresh_from_db()
    assert enrolment.is_completed


def test_the_end_of_the_course_is_reached_in_the_readers_language(signed_in, course, enrolment):
    for lesson in make.lessons_of(course):
        address = reverse("courses:done", args=[lesson.translation_key]).replace("/en/", "/de/")
        place = signed_in.post(address).url
    assert place == url(course, "de")


def test_the_back_button_and_a_second_click_end_in_the_same_state(signed_in, course, enrolment):
    lesson = make.lessons_of(course)[0]
    data = {"event": str(uuid4())}
    for _click in range(3):
        signed_in.post(reverse("courses:done", args=[lesson.translation_key]), data)
    assert ItemProgress.objects.count() == 1
    assert [e.verb for e in enrolment.events.all()] == ["enrolled", "done"]


@pytest.mark.parametrize("event", ["", "not-a-uuid", "🎒"])
def test_a_broken_event_id_still_saves_the_work(signed_in, course, enrolment, event):
    lesson = make.lessons_of(course)[0]
    signed_in.post(reverse("courses:done", args=[lesson.translation_key]), {"event": event})
    assert ItemProgress.objects.get().done_at is not None


def test_done_without_a_session_leads_to_the_sign_in_and_back(client, course):
    lesson = make.lessons_of(course)[0]
    answer = client.post(reverse("courses:done", args=[lesson.translation_key]))
    assert answer.url.startswith(reverse("account_login"))
    assert not ItemProgress.objects.exists()


def test_done_by_somebody_who_is_not_enrolled_saves_nothing(signed_in, course):
    lesson = make.lessons_of(course)[0]
    assert signed_in.post(reverse("courses:done", args=[lesson.translation_key])).url == url(lesson)
    assert not ItemProgress.objects.exists()


def test_continue_leads_to_the_lesson_that_was_opened_last(signed_in, course, enrolment):
    third = make.lessons_of(course)[2]
    signed_in.get(url(third))

    assert signed_in.get(url(course)).context["next"]["url"] == url(third)
    assert signed_in.get(reverse("dashboard")).context["next"]["url"] == url(third)


def test_a_browser_that_fetches_ahead_does_not_move_the_place(signed_in, course, enrolment):
    signed_in.get(url(make.lessons_of(course)[2]), headers={"Sec-Purpose": "prefetch"})
    assert [e.verb for e in enrolment.events.all()] == ["enrolled"]


def test_what_is_left_lists_exactly_the_lessons_that_are_missing(signed_in, course, enrolment):
    lessons = make.lessons_of(course)
    signed_in.post(reverse("courses:done", args=[lessons[1].translation_key]))
    left = signed_in.get(url(course)).context["left"]
    assert [entry["title"] for entry in left] == ["Lesson 1.1", "Lesson 2.1", "Lesson 2.2"]


# --- Self-checks ---


def test_a_visitor_gets_feedback_and_nothing_is_kept(client, working):
    answer = client.post(work_url("answer", working, "check"), {"choice": "a"})
    words = answer.content.decode()
    assert answer.status_code == 200
    assert "About a." in words
    assert "About b." not in words
    assert not PartProgress.objects.exists()


def test_an_enrolled_readers_answer_is_kept_and_shown_again(signed_in, reader, working):
    actions.enrol(reader.pk, make.run_of(working).pk)
    answer = signed_in.post(work_url("answer", working, "check"), {"choice": "b"})
    assert answer.url == f"{url(make.lessons_of(working)[0])}#part-check"
    assert PartProgress.objects.get().answer == ["b"]
    assert "About b." in signed_in.get(answer.url).content.decode()


@pytest.mark.parametrize("choice", [[], ["zz"], ["a", "b"], ["🎒"]])
def test_an_answer_that_cannot_be_used_is_refused_in_words(signed_in, reader, working, choice):
    actions.enrol(reader.pk, make.run_of(working).pk)
    answer = signed_in.post(work_url("answer", working, "check"), {"choice": choice})
    assert answer.status_code == 422
    assert "Choose one answer, then check it." in answer.content.decode()
    assert not PartProgress.objects.exists()


def test_htmx_gets_the_part_alone(client, working):
    answer = client.post(
        work_url("answer", working, "check"), {"choice": "b"}, headers={"HX-Request": "true"}
    )
    words = answer.content.decode()
    assert "About b." in words
    assert "<html" not in words


# --- Notes ---


def note(client, working, **data):
    data = {"text": "The school waits. Σχολείο 🎒", "version": "0"} | data
    return client.post(work_url("reflection", working, "note"), data)


def test_a_note_is_kept_for_its_writer(signed_in, reader, working):
    actions.enrol(reader.pk, make.run_of(working).pk)
    answer = note(signed_in, working)
    assert answer.status_code == 302
    assert "Σχολείο 🎒" in signed_in.get(answer.url).content.decode()


def test_a_note_of_somebody_not_enrolled_comes_back_with_the_reason(signed_in, working):
    answer = note(signed_in, working)
    assert answer.status_code == 422
    assert "Enrol in the course first" in answer.content.decode()
    assert "Σχολείο 🎒" in answer.content.decode()


def test_a_note_that_is_too_long_comes_back_whole(signed_in, reader, working):
    actions.enrol(reader.pk, make.run_of(working).pk)
    answer = note(signed_in, working, text="ä" * 10_001)
    assert answer.status_code == 422
    assert "ä" * 10_001 in answer.content.decode()
    assert not Reflection.objects.exists()


@pytest.mark.parametrize("version", ["", "-1", "x", "9" * 40, "²"])
def test_a_broken_version_never_overwrites_a_note(signed_in, reader, working, version):
    actions.enrol(reader.pk, make.run_of(working).pk)
    note(signed_in, working, text="First")
    answer = note(signed_in, working, text="Second", version=version)
    assert answer.status_code == 422
    assert {"First", "Second"} <= set(answer.content.decode().replace("<", ">").split(">"))
    assert Reflection.objects.get().text == "First"


def test_a_note_sent_after_the_session_ended_is_there_after_signing_in(client, reader, working):
    actions.enrol(reader.pk, make.run_of(working).pk)
    owner = signed_owner(reader)

    answer = note(client, working, owner=owner)

    assert answer.url.startswith(reverse("account_login"))
    client.force_login(reader)
    lesson = url(make.lessons_of(working)[0])
    assert "Σχολείο 🎒" in client.get(lesson).content.decode()
    assert not Reflection.objects.exists()
    note(client, working, owner=owner)
    assert Reflection.objects.get().text == "The school waits. Σχολείο 🎒"
    assert "was not saved yet" not in client.get(lesson).content.decode()


def test_a_held_note_is_shown_to_nobody_else_who_signs_in(client, reader, working):
    note(client, working, owner=signed_owner(reader))
    client.force_login(person("other@example.org"))
    assert "Σχολείο" not in client.get(url(make.lessons_of(working)[0])).content.decode()


def test_a_lesson_done_by_its_parts_says_what_is_still_open(signed_in, reader):
    page = make.course("Parts", lessons=(0,))
    body = [make.self_check(required=True, part="check")]
    module = page.get_children().get()
    make.lesson(module, "Decide", body=body, completion=LessonCompletion.PARTS)
    actions.publish_outline(page)
    actions.enrol(reader.pk, make.run_of(page).pk)
    lesson = make.lessons_of(page)[0]

    answer = signed_in.post(reverse("courses:done", args=[lesson.translation_key]), follow=True)

    assert "One part of this lesson is still open" in answer.content.decode()
    assert [m["text"] for m in answer.context["done"]["missing"]] == ["Who decides?"]
    assert not ItemProgress.objects.filter(done_at__isnull=False).exists()


# --- Languages ---


def test_a_lesson_without_a_translation_is_read_in_the_source_with_a_notice(client, course):
    lesson = make.lessons_of(course)[0]
    answer = client.get(url(lesson, "fr"))
    assert answer.status_code == 200
    assert answer.context["fallback_notice"]
    assert 'lang="en"' in answer.content.decode()


def test_progress_made_in_one_language_shows_in_the_other(signed_in, course, enrolment):
    lesson = make.lessons_of(course)[0]
    signed_in.post(reverse("courses:done", args=[lesson.translation_key]).replace("/en/", "/fr/"))
    assert signed_in.get(url(course)).context["enrolment"]["done"] == 1


# --- Numbers of queries ---


@pytest.mark.parametrize("lessons", [(1,), (3,), (20, 20, 24)])
def test_course_lesson_and_dashboard_need_the_same_few_queries_whatever_the_lessons(
    signed_in, reader, lessons, django_assert_num_queries
):
    page = make.course("Sized", lessons=lessons)
    actions.enrol(reader.pk, make.run_of(page).pk)
    lesson = make.lessons_of(page)[0]
    addresses = {url(page): 5, url(lesson): 5, reverse("dashboard"): 7}
    for address, count in addresses.items():
        signed_in.get(address)
        with django_assert_num_queries(count):
            signed_in.get(address)


@pytest.mark.parametrize("courses", [1, 3])
def test_the_catalogue_needs_the_same_few_queries_whatever_the_courses(
    signed_in, courses, django_assert_num_queries
):
    for number in range(courses):
        page = make.course(f"Course {number}")
    address = url(page.get_parent())
    signed_in.get(address)
    with django_assert_num_queries(4):
        signed_in.get(address)


def test_the_first_request_after_a_change_stays_within_the_budget(
    signed_in, reader, course, enrolment, django_assert_max_num_queries
):
    lesson = make.lessons_of(course)[0]
    signed_in.get(url(lesson))
    for address in (url(course), url(lesson), reverse("dashboard")):
        tree.touch()
        with django_assert_max_num_queries(20):
            signed_in.get(address)


def test_the_first_dashboard_and_catalogue_take_as_many_queries_for_one_course_as_for_three(
    signed_in, reader
):
    def first(address):
        tree.touch()
        with CaptureQueriesContext(connection) as queries:
            signed_in.get(address)
        return len(queries)

    counts = []
    for number in range(3):
        page = make.course(f"Course {number}")
        actions.enrol(reader.pk, make.run_of(page).pk)
        signed_in.get(reverse("dashboard"))
        counts.append([first(reverse("dashboard")), first(url(page.get_parent()))])
    assert counts[1] == counts[2]
    assert max(counts[2]) <= 20


@pytest.mark.parametrize("lessons", [(3,), (20, 20, 24)])
def test_marking_a_lesson_done_takes_the_same_nine_queries_whatever_the_lessons(
    signed_in, reader, lessons
):
    """Person, tree and enrolment; then, locked: the enrolment, the tree again, what is done, and
    three that write. The session has one more where no cache holds it."""
    page = make.course("Sized", lessons=lessons)
    actions.enrol(reader.pk, make.run_of(page).pk)
    first, second = make.lessons_of(page)[:2]
    for lesson in (first, second):
        signed_in.get(url(lesson))
    form = {"data": "outline=1", "content_type": "application/x-www-form-urlencoded"}
    signed_in.post(reverse("courses:done", args=[first.translation_key]), **form)
    with CaptureQueriesContext(connection) as queries:
        signed_in.post(reverse("courses:done", args=[second.translation_key]), **form)
    asked = [query["sql"] for query in queries]
    frame = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    kept = [q for q in asked if not q.startswith(frame) and "django_session" not in q]
    assert len(kept) == 9


# --- Catalogue ---


@pytest.fixture
def several(db):
    make.course("Housing for all", levels=["local"], degurba=[1])
    make.course("Rural welcome", levels=["regional"], degurba=[3], lessons=())
    return make.course("Καλωσόρισμα", slug="greek", levels=["local"], degurba=[3]).get_parent()


def titles(answer):
    return [card["title"] for card in answer.context["cards"]]


def test_filters_in_the_address_choose_courses_and_count_the_next_step(client, several):
    answer = client.get(url(several), {"level": "local"})
    assert titles(answer) == ["Housing for all", "Καλωσόρισμα"]
    place = next(f for f in answer.context["facets"] if f["name"] == "place")
    assert {o["value"]: o["count"] for o in place["options"]} == {"1": 1, "3": 1}


def test_free_text_finds_words_without_accents_and_in_greek(client, several):
    assert titles(client.get(url(several), {"q": "HOUS"})) == ["Housing for all"]
    assert titles(client.get(url(several), {"q": "καλωσορισμα"})) == ["Καλωσόρισμα"]
    assert titles(client.get(url(several), {"q": "🎒"})) == titles(client.get(url(several)))


@pytest.mark.parametrize("query", ["level=nonsense", "page=99", "page=x", "q=%00", "place=%F0%9F"])
def test_nonsense_in_the_address_is_ignored(client, several, query):
    assert client.get(f"{url(several)}?{query}").status_code == 200


def test_a_choice_without_courses_says_what_to_do(client, several):
    answer = client.get(url(several), {"q": "nowhere"})
    assert titles(answer) == []
    assert url(several) in answer.content.decode()


def test_a_card_shows_how_far_somebody_is(signed_in, reader, several):
    page = make.course("Mine")
    enrolment = actions.enrol(reader.pk, make.run_of(page).pk)
    actions.complete_item(enrolment.pk, make.entries_of(page)[0].item_id)
    card = next(c for c in signed_in.get(url(several)).context["cards"] if c["title"] == "Mine")
    assert (card["percent"], card["state_label"]) == (25, "You are 25% through")


def test_an_announced_course_shows_its_outline_and_no_button_to_enrol(client, several):
    page = make.course("Soon", lessons=())
    answer = client.get(url(page))
    assert answer.context["course"]["announced"]
    assert answer.context["enrol"] is None
    assert not CourseManifest.objects.filter(course__key=page.translation_key).exists()


# --- What strangers found -------------------------------------------------------------------------


def test_a_restricted_course_gives_nothing_away_through_its_forms(client, reader, working):
    PageViewRestriction.objects.create(page=working, restriction_type="login")
    assert client.post(work_url("answer", working, "check")).status_code == 404
    group = PageViewRestriction.objects.get()
    group.restriction_type = "groups"
    group.save()
    client.force_login(reader)
    enrol = reverse("courses:enrol", args=[working.translation_key])
    assert client.post(enrol).status_code == 404
    assert not Enrolment.objects.exists()


def test_a_required_part_that_an_editor_took_out_holds_nobody_up(signed_in, reader):
    page = make.course("Parts", lessons=(0,))
    body = [make.text_block("Words."), make.self_check(required=True, part="check")]
    module = page.get_children().get()
    make.lesson(module, "Decide", body=body, completion=LessonCompletion.PARTS)
    actions.publish_outline(page)
    enrolment = actions.enrol(reader.pk, make.run_of(page).pk)
    lesson = make.lessons_of(page)[0]
    del lesson.body[1]
    lesson.save_revision().publish()

    signed_in.post(reverse("courses:done", args=[lesson.translation_key]))

    enrolment.refresh_from_db()
    assert enrolment.is_completed


def test_a_text_just_sent_comes_before_one_that_was_held(client, reader, working):
    actions.enrol(reader.pk, make.run_of(working).pk)
    note(client, working, text="OLD", owner=signed_owner(reader))
    client.force_login(reader)
    answer = note(client, working, text="n" * 10_001)
    assert answer.status_code == 422
    assert "n" * 10_001 in answer.content.decode()


def test_a_note_with_a_null_character_is_saved_without_it(signed_in, reader, working):
    actions.enrol(reader.pk, make.run_of(working).pk)
    note(signed_in, working, text="a\0b")
    assert Reflection.objects.get().text == "ab"


def test_switching_the_language_keeps_the_choice_in_the_catalogue(client, several):
    links = client.get(url(several), {"level": "local"}).context["site_info"]["language_links"]
    assert [link["url"] for link in links] == [
        f"{url(several, code)}?level=local" for code in ("en", "fr", "de", "el")
    ]


def test_a_lesson_shown_after_an_answer_links_to_itself_in_other_languages(client, working):
    answer = client.post(work_url("answer", working, "check"), {"choice": "a"})
    links = answer.context["site_info"]["language_links"]
    lesson = make.lessons_of(working)[0]
    assert [link["url"] for link in links] == [url(lesson, c) for c in ("en", "fr", "de", "el")]
