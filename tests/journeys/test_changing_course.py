"""A course changes under its learner, and every page says what happened.

1. the learner is in lesson 3; an editor moves it into another module and archives lesson 4
2. the editor adds a lesson as additive: optional for the learner
3. the editor publishes a material outline: the lesson counts, and the first is to be done again
4. the learner does both, and reads why the course is not complete yet
"""

import re

import pytest
from playwright.sync_api import Page, expect

from courses.actions import bring_up_to_date
from courses.models import CoursePage, LessonPage
from tests.factories import courses as make
from tests.journeys.test_accessibility import findings, sign_in
from tests.support.browser import DESK, PHONE, too_wide

pytestmark = pytest.mark.usefixtures("demonstration")

COURSE = "/en/courses/foundations-of-local-integration/"


@pytest.fixture(autouse=True)
def _no_second_step(settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False


def course() -> CoursePage:
    return CoursePage.objects.get(
        slug="foundations-of-local-integration", locale__language_code="en"
    )


def lessons() -> list[LessonPage]:
    return make.lessons_of(course())


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_course_changes_under_its_learner_and_every_page_says_so(pages, script):
    learner = pages.new(viewport=PHONE, script=script)
    editor = pages.new(viewport=DESK)
    sign_in(learner)
    sign_in(editor, "publisher@demo.example.org")
    first, _second, third, fourth, *_rest = lessons()
    address = COURSE + f"{third.get_parent().slug}/{third.slug}/"
    learner.goto(address)

    moves_a_lesson(editor, third)
    archives(editor, fourth)
    publishes(editor, "Cosmetic")
    learner.reload()
    expect(learner.get_by_role("heading", level=1)).to_have_text(third.title)
    assert learner.url.split("/en/")[1] != address.removeprefix("/en/")
    expect(learner.get_by_text("This course changed:")).to_be_visible()
    expect(learner.get_by_text("archived: you need not do it").first).to_be_attached()
    learner.goto(COURSE + f"{fourth.get_parent().slug}/{fourth.slug}/")
    expect(learner.get_by_text("Nobody has to do it any more.")).to_be_visible()

    module = first.get_parent()
    make.lesson(module, "Late lesson", summary="Late.", search_description="Late.")
    publishes(editor, "Additive")
    learner.goto(COURSE)
    expect(learner.get_by_text("new, optional for you").first).to_be_visible()
    learner.get_by_role("button", name="I have read this").click()
    expect(learner.get_by_text("This course changed:")).to_have_count(0)

    publishes(editor, "Material", again=first.title)
    bring_up_to_date()
    learner.goto(COURSE)
    expect(learner.get_by_text("new, and it counts").first).to_be_visible()
    expect(learner.get_by_text("changed, please do it again").first).to_be_visible()
    learner.goto(COURSE + f"{module.slug}/{first.slug}/")
    expect(learner.get_by_text("You finished this lesson before it changed.")).to_be_visible()
    learner.get_by_role("button", name=re.compile("^Done|Mark as done")).click()
    expect(learner.get_by_text("Saved:").first).to_be_visible()

    learner.goto(COURSE)
    learner.get_by_role("link", name="Why is it not complete?").click()
    expect(learner.get_by_text("asked for again by outline no. 4")).to_be_visible()
    assert too_wide(learner) == 0


def open_desk(page: Page) -> None:
    page.goto(f"/admin/courses/outline/{course().pk}/")


def moves_a_lesson(page: Page, lesson: LessonPage) -> None:
    open_desk(page)
    modules = page.get_by_label(f"Module for “{lesson.title}”")
    modules.select_option(index=0)
    modules.locator("xpath=..").get_by_role("button", name="Move").click()
    expect(page.get_by_text("has another place.")).to_be_visible()


def archives(page: Page, lesson: LessonPage) -> None:
    open_desk(page)
    page.get_by_role("link", name=re.compile(f"^Archive….*{lesson.title}")).click()
    page.get_by_label("Reason").fill("Out of date")
    page.get_by_role("button", name="Yes, archive").click()
    expect(page.get_by_text("What people did is kept.")).to_be_visible()


def publishes(page: Page, kind: str, again: str = "") -> None:
    open_desk(page)
    page.get_by_role("link", name="Publish outline…").click()
    page.get_by_label(kind, exact=False).first.check()
    if again:
        page.get_by_label(re.compile(re.escape(again))).check()
    page.get_by_label("Why").fill("For the journey")
    page.get_by_role("button", name="Publish outline").click()
    expect(page.get_by_text(re.compile(r"Outline no\. \d+ is published"))).to_be_visible()


def test_a_lesson_is_dragged_to_another_place(pages):
    editor = pages.new(viewport=DESK)
    sign_in(editor, "publisher@demo.example.org")
    open_desk(editor)
    first, second, *_rest = lessons()
    grip = editor.locator(f"tr[data-page='{second.pk}'] [data-grip]")
    grip.drag_to(editor.locator(f"tr[data-page='{first.pk}']"), target_position={"x": 200, "y": 4})

    expect(editor.get_by_text("has another place.")).to_be_visible()
    assert [lesson.pk for lesson in lessons()][:2] == [second.pk, first.pk]


def test_axe_finds_nothing_on_the_pages_of_a_changed_course(pages, axe):
    editor = pages.new()
    learner = pages.new(viewport=PHONE)
    sign_in(editor, "administrator@demo.example.org")
    sign_in(learner)
    first, _second, _third, fourth, *_rest = lessons()
    archived = COURSE + f"{fourth.get_parent().slug}/{fourth.slug}/"
    pk = course().pk
    archives(editor, fourth)
    make.lesson(first.get_parent(), "Late lesson", summary="Late.", search_description="Late.")
    desk = {
        "courses": "/admin/courses/",
        "outline": f"/admin/courses/outline/{pk}/",
        "publish": f"/admin/courses/outline/{pk}/publish/",
        "outlines": f"/admin/courses/outline/{pk}/history/",
        "archive": f"/admin/courses/archive/{first.pk}/",
        "restore": f"/admin/courses/restore/{fourth.pk}/",
        "enrolments": "/admin/courses/enrolments/",
    }
    found = {}
    for name, address in desk.items():
        editor.goto(address)
        if wrong := axe(editor, within="main"):
            found[name] = wrong
    publishes(editor, "Material", again=first.title)
    key = course().translation_key
    found |= findings(
        learner,
        axe,
        {
            "course with news": COURSE,
            "lesson with news": COURSE + f"{first.get_parent().slug}/{first.slug}/",
            "my academy with news": "/en/my-academy/",
            "archived": archived,
            "why": f"/en/learn/course/{key}/why/",
        },
    )
    assert found == {}
