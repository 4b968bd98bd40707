"""What holds when a person clicks twice at once, in two tabs or on two devices."""

from functools import partial

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page

from courses import actions
from courses.models import CourseManifest, Enrolment, ItemProgress, ProgressEvent, Reflection
from courses.states import LessonCompletion
from participants.states import Role
from tests.courses.conftest import person
from tests.factories import courses as make
from tests.factories import participants as people
from tests.support.races import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(count, work):
    """`work(number)` in as many threads at one moment: what each returned, or the refusal."""
    found = together(*(partial(work, number) for number in range(count)))
    return [getattr(one, "reason", one) for one in found]


@pytest.fixture
def page():
    return make.course()


@pytest.fixture
def run(page):
    return make.run_of(page)


def test_enrolling_from_six_tabs_makes_one_enrolment(run):
    user = person()

    found = at_once(6, lambda _n: actions.enrol(user.pk, run.pk).pk)

    assert set(found) == {Enrolment.objects.get().pk}
    assert [e.verb for e in ProgressEvent.objects.all()] == ["enrolled"]


def test_leaving_from_six_tabs_is_one_leave(run):
    enrolment = actions.enrol(person().pk, run.pk)

    at_once(6, lambda _n: actions.withdraw(enrolment.pk).state)

    assert ProgressEvent.objects.filter(verb="withdrawn").count() == 1


def test_marking_a_lesson_done_from_six_tabs_counts_it_once(page, run):
    enrolment = actions.enrol(person().pk, run.pk)
    item = make.entries_of(page)[0].item_id

    at_once(6, lambda _n: actions.complete_item(enrolment.pk, item).pk)

    assert ItemProgress.objects.filter(done_at__isnull=False).count() == 1
    assert ProgressEvent.objects.filter(verb="done").count() == 1
    assert actions.rebuild_progress(enrolment.pk, write=False) == []


def test_finishing_all_lessons_at_once_completes_the_course_once(page, run):
    enrolment = actions.enrol(person().pk, run.pk)
    items = [entry.item_id for entry in make.entries_of(page)]

    at_once(4, lambda n: actions.complete_item(enrolment.pk, items[n]).pk)

    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.summary.percent) == ("completed", 100)
    assert ProgressEvent.objects.filter(verb="completed").count() == 1


def test_leaving_and_finishing_at_once_ends_in_one_of_the_two(page, run):
    enrolment = actions.enrol(person().pk, run.pk)
    items = [entry.item_id for entry in make.entries_of(page)]
    for item in items[:-1]:
        actions.complete_item(enrolment.pk, item)

    at_once(
        2,
        lambda n: (
            actions.withdraw(enrolment.pk).state
            if n
            else actions.complete_item(enrolment.pk, items[-1]).state
        ),
    )

    enrolment.refresh_from_db()
    completed = enrolment.completed_at is not None
    assert enrolment.state == ("completed" if completed else "withdrawn")
    assert ProgressEvent.objects.filter(verb="done").count() == (4 if completed else 3)


def test_opening_lessons_on_two_devices_keeps_the_log_and_the_place_in_step(page, run):
    enrolment = actions.enrol(person().pk, run.pk)
    items = [entry.item_id for entry in make.entries_of(page)]

    at_once(4, lambda n: actions.open_item(enrolment.pk, items[n]))

    assert actions.rebuild_progress(enrolment.pk, write=False) == []


def test_a_note_saved_in_two_tabs_at_once_keeps_one_and_refuses_the_other(run):
    page = make.course("Notes", lessons=(0,))
    body = [make.reflection(part="note")]
    make.lesson(page.get_children().get(), "Think", body=body)
    actions.publish_outline(page)
    enrolment = actions.enrol(person().pk, make.run_of(page).pk)
    item = make.entries_of(page)[0].item_id

    found = at_once(
        2,
        lambda n: actions.save_reflection(enrolment.pk, item, "note", f"Tab {n}", version=0).text,
    )

    kept = Reflection.objects.get().text
    assert sorted(found) == sorted([kept, "newer_version"])


def test_a_right_answer_given_twice_at_once_is_one_event(run):
    page = make.course("Check", lessons=(0,))
    body = [make.self_check(required=True, part="check")]
    module = page.get_children().get()
    make.lesson(module, "Decide", body=body, completion=LessonCompletion.PARTS)
    actions.publish_outline(page)
    enrolment = actions.enrol(person().pk, make.run_of(page).pk)
    item = make.entries_of(page)[0].item_id

    at_once(
        4,
        lambda _n: (
            actions.answer_self_check(enrolment.pk, item, "check", ["b"], right=True).done_at
        ),
    )

    verbs = sorted(e.verb for e in enrolment.events.all())
    assert verbs == ["completed", "done", "enrolled", "part_done"]


def test_publishing_an_outline_twice_at_once_makes_one(page):
    module = make.lessons_of(page)[0].get_parent()
    make.lesson(module, "Another")

    at_once(4, lambda _n: actions.publish_outline(page, kind="additive").number)

    assert [m.number for m in CourseManifest.objects.order_by("number")] == [1, 2]


def test_two_editors_who_arrange_at_once_wait_for_each_other(page, settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False
    lessons = make.lessons_of(page)
    url = reverse("courses_arrange", args=[page.pk])

    def move(number):
        client = Client()
        client.force_login(editors[number], backend=people.BACKEND)
        data = {"page": lessons[number].pk, "move": "down" if number % 2 == 0 else "up"}
        return client.post(url, data).status_code

    editors = [people.staff(Role.PUBLISHER) for _number in range(4)]
    assert at_once(4, move) == [302] * 4
    assert not any(Page.find_problems())
