"""Progress survives whatever editors do through Wagtail's own screens."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupApprovalTask, Page, Workflow, WorkflowTask
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from courses import actions
from courses.models import EnrolmentSummary, LearningItem, LessonPage, ProgressEvent
from participants import sweeps
from participants.states import Role
from tests.factories import courses as make
from tests.factories import participants as people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_step(settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False


@pytest.fixture
def desk(client):
    client.force_login(people.staff(Role.ADMINISTRATOR), backend=people.BACKEND)
    return client


@pytest.fixture
def lesson(course, reader):
    """A lesson that somebody finished."""
    lesson = make.lessons_of(course)[0]
    enrolment = actions.enrol(reader.pk, make.run_of(course).pk)
    actions.complete_item(enrolment.pk, item_of(lesson).pk)
    return lesson


@pytest.fixture(autouse=True)
def _nothing_is_lost(lesson):
    """Before and after each test: the same events, one of four lessons done, equal to a rebuild."""
    before = list(ProgressEvent.objects.order_by("pk").values())
    yield
    actions.bring_up_to_date()
    assert list(ProgressEvent.objects.order_by("pk").values())[: len(before)] == before
    summary = EnrolmentSummary.objects.get()
    assert summary.required_done == 1
    assert actions.rebuild_progress(summary.pk, write=False) == []


def said(response) -> str:
    """The messages of the screen that the editor comes to."""
    return " ".join(str(message) for message in response.context["messages"])


NOT_PUBLISHED = "The outline of “Foundations” is not published: learners keep what they have"


def item_of(page) -> LearningItem:
    return LearningItem.objects.get(key=page.translation_key)


def form(lesson, title, **extra):
    body = streamfield([("text", rich_text("<p>Other words.</p>"))])
    fields = {
        "title": title,
        "slug": lesson.slug,
        "summary": "Better.",
        "minutes": "5",
        "required": "on",
        "completion": "declared",
        "body": body,
        "search_description": "Better.",
        "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": ""},
    }
    return nested_form_data(fields) | extra


def test_editing_and_publishing_keeps_the_outline_and_the_progress(desk, course, lesson):
    url = reverse("wagtailadmin_pages:edit", args=[lesson.pk])
    response = desk.post(url, form(lesson, "Better", **{"action-publish": "1"}), follow=True)

    assert "has been published" in said(response)
    assert NOT_PUBLISHED not in said(response)
    assert LessonPage.objects.get(pk=lesson.pk).title == "Better"
    assert not actions.compare_outline(course).is_open
    assert actions.compare_outline(course).changed_texts() == [item_of(lesson).pk]


def test_a_date_publishes_and_another_one_takes_off_and_the_lesson_is_revised(course, lesson):
    lesson.title = "On its date"
    lesson.go_live_at = timezone.now() + timedelta(hours=1)
    lesson.save_revision().publish()
    assert LessonPage.objects.get(pk=lesson.pk).title == "Lesson 1.1"
    revision = LessonPage.objects.get(pk=lesson.pk).scheduled_revision
    revision.approved_go_live_at = timezone.now() - timedelta(minutes=1)
    revision.content["go_live_at"] = revision.approved_go_live_at.isoformat()
    revision.save()
    call_command("publish_scheduled")
    assert LessonPage.objects.get(pk=lesson.pk).title == "On its date"

    LessonPage.objects.filter(pk=lesson.pk).update(expire_at=timezone.now() - timedelta(hours=1))
    call_command("publish_scheduled")
    assert not LessonPage.objects.get(pk=lesson.pk).live
    found = actions.compare_outline(course)
    assert [c.kind for c in found.changes] == ["removed"]


def test_a_date_brings_an_archived_lesson_back_with_its_record(lesson):
    actions.archive(lesson)
    fresh = LessonPage.objects.get(pk=lesson.pk)
    fresh.go_live_at = timezone.now() - timedelta(hours=1)
    fresh.save_revision(approved_go_live_at=fresh.go_live_at)
    call_command("publish_scheduled")

    assert LessonPage.objects.get(pk=lesson.pk).live
    assert item_of(lesson).retired_at is None


def test_a_change_of_what_counts_is_told_when_it_is_published(desk, lesson):
    url = reverse("wagtailadmin_pages:edit", args=[lesson.pk])
    fields = form(lesson, "Lesson 1.1", **{"action-publish": "1"})
    del fields["required"]
    assert NOT_PUBLISHED in said(desk.post(url, fields, follow=True))


def test_the_sweep_of_each_minute_publishes_what_has_a_date(lesson):
    fresh = LessonPage.objects.get(pk=lesson.pk)
    fresh.title, fresh.go_live_at = "In its minute", timezone.now() - timedelta(seconds=1)
    fresh.save_revision(approved_go_live_at=fresh.go_live_at)
    sweeps.run()

    assert LessonPage.objects.get(pk=lesson.pk).title == "In its minute"


def test_the_end_of_a_workflow_publishes_the_text(desk, lesson):
    task = GroupApprovalTask.objects.create(name="Check")
    task.groups.add(people.group(Role.REVIEWER))
    task.save()
    workflow = Workflow.objects.create(name="Approval")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    lesson.title = "Approved"
    lesson.save_revision()
    state = workflow.start(LessonPage.objects.get(pk=lesson.pk), people.staff(Role.AUTHOR))
    desk.force_login(people.staff(Role.REVIEWER), backend=people.BACKEND)
    step = [lesson.pk, "approve", state.current_task_state.pk]
    url = reverse("wagtailadmin_pages:workflow_action", args=step)
    response = desk.post(url, {"comment": "Good"}, follow=True)

    assert response.redirect_chain[-1][0] == reverse("wagtailadmin_pages:edit", args=[lesson.pk])
    state.refresh_from_db()
    assert state.status == state.STATUS_APPROVED
    assert LessonPage.objects.get(pk=lesson.pk).title == "Approved"


def test_an_old_revision_comes_back_without_touching_anybody(desk, course, lesson):
    old = lesson.latest_revision
    lesson.title = "Newer"
    lesson.save_revision().publish()
    url = reverse("wagtailadmin_pages:edit", args=[lesson.pk])
    fields = {"revision": old.pk, "action-publish": "1"}
    response = desk.post(url, form(lesson, "Lesson 1.1", **fields), follow=True)

    assert "has been published" in said(response)
    assert LessonPage.objects.get(pk=lesson.pk).title == "Lesson 1.1"
    assert LessonPage.objects.get(pk=lesson.pk).translation_key == lesson.translation_key


def test_several_lessons_are_moved_at_once_and_the_outline_is_open(desk, course, lesson):
    target = make.lessons_of(course)[-1].get_parent()
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "move"])
    response = desk.post(f"{url}?id={lesson.pk}", {"chooser": target.pk}, follow=True)

    assert NOT_PUBLISHED in said(response)
    assert Page.objects.get(pk=lesson.pk).get_parent().pk == target.pk
    assert [c.kind for c in actions.compare_outline(course).changes] == ["moved"]


def test_several_lessons_are_unpublished_at_once(desk, course, lesson):
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "unpublish"])
    assert NOT_PUBLISHED in said(desk.post(f"{url}?id={lesson.pk}", follow=True))
    assert not LessonPage.objects.get(pk=lesson.pk).live
    assert actions.compare_outline(course).is_open


def test_one_lesson_is_moved_and_the_outline_is_open(desk, course, lesson):
    target = make.lessons_of(course)[-1].get_parent()
    url = reverse("wagtailadmin_pages:move_confirm", args=[lesson.pk, target.pk])
    response = desk.post(url, follow=True)

    assert NOT_PUBLISHED in said(response)
    assert Page.objects.get(pk=lesson.pk).get_parent().pk == target.pk


def test_one_lesson_is_unpublished_and_the_outline_is_open(desk, lesson):
    url = reverse("wagtailadmin_pages:unpublish", args=[lesson.pk])
    assert NOT_PUBLISHED in said(desk.post(url, follow=True))


def test_a_lesson_nobody_worked_with_is_deleted_which_needs_no_outline(desk, course, lesson):
    other = make.lessons_of(course)[-1]
    url = reverse("wagtailadmin_pages:delete", args=[other.pk])
    words = said(desk.post(url, follow=True))
    assert "deleted" in words
    assert NOT_PUBLISHED not in words
    assert not actions.compare_outline(course).is_open
    assert not Page.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize("which", ["lesson", "module", "course", "catalogue"])
def test_what_holds_evidence_is_not_deleted_alone_or_with_others(desk, course, lesson, which):
    page = {
        "lesson": lesson,
        "module": lesson.get_parent(),
        "course": course,
        "catalogue": make.catalogue(),
    }[which]
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    alone = reverse("wagtailadmin_pages:delete", args=[page.pk])
    for response in (desk.post(alone, follow=True), desk.post(f"{url}?id={page.pk}", follow=True)):
        assert "Nothing was deleted: people have worked with" in said(response)
        assert Page.objects.filter(pk=lesson.pk, live=True).exists()


def test_wagtails_own_order_screen_opens_the_outline(desk, course, lesson):
    url = reverse("wagtailadmin_pages:set_page_position", args=[lesson.pk])
    desk.post(f"{url}?position=1")
    assert [c.kind for c in actions.compare_outline(course).changes] == ["reordered"]


def test_wagtails_copy_screen_makes_a_new_identity(desk, course, lesson):
    url = reverse("wagtailadmin_pages:copy", args=[lesson.pk])
    parent = lesson.get_parent()
    fields = {"new_title": "Copy", "new_slug": "copy", "new_parent_page": parent.pk, "alias": ""}
    response = desk.post(url, fields, follow=True)

    assert NOT_PUBLISHED not in said(response)
    copy = LessonPage.objects.get(slug="copy")
    assert item_of(copy).origin == item_of(lesson)
    assert not LearningItem.objects.with_evidence().filter(key=copy.translation_key).exists()
