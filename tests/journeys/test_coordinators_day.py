"""A coordinator's day.

1. the list is narrowed to those who have done nothing for a month
2. *Progress* says in which lesson somebody is stuck, and leads to them
3. a message goes to the people ticked, after a second look
4. somebody is excused from the last lesson: the course is complete, the certificate is made
5. the certificate is revoked with a reason
6. the list goes out as a file, and *Activity* tells of all of it
"""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from playwright.sync_api import expect

from courses import actions
from courses.models import CourseRun, DeskAct, Enrolment
from courses.states import ItemKind
from participants.actions import add_person, save_profile
from tests.factories import courses as make
from tests.journeys.test_accessibility import sign_in
from tests.support.browser import DESK, PHONE

pytestmark = pytest.mark.usefixtures("demonstration")
NARROW = {"width": 768, "height": 900}


@pytest.fixture(autouse=True)
def _no_second_step(settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False


def enrolled(name: str, *, days: int = 0) -> Enrolment:
    person = add_person(f"{name.split()[0].lower()}@example.org", name)
    save_profile(person.pk, country="GR", organisation="Δήμος Αθηναίων", answers={})
    begun = timezone.now() - timedelta(days=days)
    return actions.enrol(person.pk, CourseRun.objects.first().pk, now=begun)


@pytest.fixture
def stuck() -> Enrolment:
    found = enrolled("Maria Papadopoulou", days=40)
    first = found.manifest.items.first().item_id
    actions.open_item(found.pk, first, now=timezone.now() - timedelta(days=39))
    return found


@pytest.fixture
def nearly() -> Enrolment:
    """All is done but one lesson."""
    found = enrolled("Nils Nearly")
    lessons = found.manifest.items.filter(item__kind=ItemKind.LESSON)
    last = lessons.order_by("-position").first()
    make.finish(found, found.manifest.items.exclude(pk=last.pk))
    return found


def test_a_coordinators_day(pages, stuck, nearly, jobs):
    page = pages.new(accept_downloads=True)
    sign_in(page, "coordinator@demo.example.org")

    page.goto("/admin/courses/enrolments/?idle=30")
    expect(page.get_by_role("link", name="Maria Papadopoulou")).to_be_visible()
    expect(page.get_by_role("link", name="Nils Nearly")).to_have_count(0)

    page.goto("/admin/courses/progress/")
    page.get_by_role("link", name="Foundations of local integration", exact=True).click()
    page.get_by_role("link", name=re.compile("^Show them")).first.click()
    expect(page.get_by_role("link", name="Maria Papadopoulou")).to_be_visible()

    page.get_by_role("checkbox", name="Choose Maria Papadopoulou").check()
    page.get_by_role("button", name="Write a message…").click()
    page.get_by_label("Subject").fill("Can we help?")
    page.get_by_label("Message").fill("You stopped at the first lesson.\n\nCall us.")
    page.get_by_role("button", name="Look at it before it goes").click()
    expect(page.get_by_role("heading", name="Can we help?")).to_be_visible()
    page.get_by_role("button", name="Send to 1 person").click()
    expect(page.get_by_text("The message is on its way to 1 person.")).to_be_visible()

    page.goto("/admin/courses/enrolments/?percent=50-99")
    page.get_by_role("link", name="Nils Nearly").click()
    last = page.locator("#item option").nth(1).inner_text()
    page.get_by_label("Lesson", exact=True).select_option(label=last)
    page.get_by_label("Reason").fill("Taught this at a workshop")
    page.get_by_role("button", name="Excuse", exact=True).click()
    expect(page.get_by_text("The person is excused from this lesson.")).to_be_visible()
    expect(page.get_by_role("heading", name="Why is it complete?")).to_be_visible()

    jobs.run()
    page.reload()
    page.get_by_label("Reason").fill("The workshop did not take place")
    page.get_by_role("button", name="Revoke it").click()
    expect(page.get_by_text("The certificate is revoked.")).to_be_visible()

    page.goto("/admin/courses/enrolments/")
    page.get_by_role("radio", name=re.compile("people in this list")).check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as CSV").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1 + Enrolment.objects.count()

    page.goto("/admin/courses/activity/")
    for words in ("Can we help?", "Taught this at a workshop", "The workshop did not take place"):
        expect(page.get_by_text(words)).to_be_visible()
    kinds = DeskAct.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["message", "excuse", "revoke", "export"]


def test_axe_finds_nothing_on_the_coordinators_screens(pages, axe, stuck, nearly):
    coordinator = get_user_model().objects.get(email="coordinator@demo.example.org")
    first = stuck.manifest.items.first().item_id
    actions.excuse(stuck.pk, first, by=coordinator, reason="Long experience")
    page = pages.new()
    sign_in(page, "coordinator@demo.example.org")
    found = {}

    def check(name):
        if wrong := axe(page, within="#main", viewports=(PHONE, NARROW, DESK)):
            found[name] = wrong

    course = stuck.run.course_id
    for name, address in {
        "list": "enrolments/",
        "list filtered": f"enrolments/?idle=30&course={course}",
        "list empty": "enrolments/?q=nowhere",
        "enrolment": f"enrolments/{stuck.pk}/",
        "courses": "progress/",
        "course": f"progress/{course}/",
        "activity": "activity/",
    }.items():
        page.goto(f"/admin/courses/{address}")
        check(name)
    page.goto("/admin/programmes/")
    check("programmes")
    page.get_by_role("link", name="Urban Academy", exact=True).last.click()
    expect(page.get_by_role("heading", name="Coordinators")).to_be_visible()
    check("programme")
    page.goto("/admin/courses/enrolments/")
    page.get_by_role("radio", name=re.compile("people in this list")).check()
    page.get_by_role("button", name="Write a message…").click()
    expect(page.get_by_role("heading", name="To 3 people")).to_be_visible()
    check("write")
    page.get_by_role("button", name="Look at it before it goes").click()
    expect(page.get_by_text("This field is required.").first).to_be_visible()
    check("write with errors")
    page.get_by_label("Subject").fill("Can we help?")
    page.get_by_label("Message").fill("Call us.")
    page.get_by_role("button", name="Look at it before it goes").click()
    expect(page.get_by_role("heading", name="Can we help?")).to_be_visible()
    check("preview")
    assert found == {}
