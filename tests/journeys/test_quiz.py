"""A quiz failed, explained, retried and passed.

1. the learner begins the quiz at the end of the course and answers wrongly; the look at all answers
   shows them, and the result says which are right and why
2. tries again, loses the connection for one answer, comes back, and loses nothing
3. passes, and the course is complete; the first attempt can be read again

The same way is walked with script and without.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from courses.models import Attempt, CoursePage, Enrolment
from courses.states import ItemKind
from tests.factories import courses as make
from tests.journeys.test_accessibility import sign_in
from tests.support.browser import PHONE, too_wide

pytestmark = pytest.mark.usefixtures("demonstration")

QUIZ = "/en/courses/foundations-of-local-integration/quiz/"
MODULE_QUIZ = "/en/courses/foundations-of-local-integration/a-two-way-process/quiz/"
FORWARD = re.compile("^Save(, and look| and next)")


@pytest.fixture
def enrolment() -> Enrolment:
    """Every lesson is done: only the quiz is left."""
    found = Enrolment.objects.get()
    lessons = found.manifest.items.filter(item__kind=ItemKind.LESSON)
    make.finish(found, lessons)
    return found


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_quiz_is_failed_explained_retried_and_passed(pages, enrolment, script):
    page = pages.new(viewport=PHONE, script=script)
    sign_in(page)
    page.get_by_role("link", name="Go to the quiz").click()
    begins(page, "Begin the quiz")
    answers_all(page, right=False)
    expect(page.get_by_role("heading", name="Your answers")).to_be_visible()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not passed yet: 0 %")
    expect(page.get_by_text("right answer").first).to_be_visible()
    assert too_wide(page) == 0

    page.get_by_role("link", name="Try again").click()
    begins(page, "Try again")
    if script:
        loses_the_connection(page)
    answers_all(page, right=True)
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Passed, with 100 %")
    expect(page.get_by_text("You have completed this course. Well done.")).to_be_visible()
    page.get_by_role("link", name="Attempt 1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not passed yet: 0 %")
    enrolment.refresh_from_db()
    assert enrolment.is_completed


def begins(page: Page, button: str) -> None:
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text("Question 1 of")).to_be_visible()


def answers_all(page: Page, *, right: bool) -> None:
    for answer in Attempt.objects.get(submitted_at=None).answers.select_related("version"):
        chooses(page, answer, right=right)
        page.get_by_role("button", name=FORWARD).click()


def chooses(page: Page, answer, *, right: bool) -> None:
    """All that are right; else one that is not."""
    keys = set(make.right_keys(answer.version))
    if not right:
        keys = {next(o["key"] for o in answer.version.options if not o["correct"])}
    for option in answer.version.options:
        box = page.locator(f"input[name='answer-{answer.position}'][value='{option['key']}']")
        if option["key"] in keys:
            box.check()


def loses_the_connection(page: Page) -> None:
    """The answer is kept in the browser, says so, and is sent when the connection is back."""
    answer = Attempt.objects.get(submitted_at=None).answers.select_related("version").first()
    page.context.set_offline(True)
    chooses(page, answer, right=True)
    expect(page.get_by_text("Not saved yet. It is kept in this browser")).to_be_visible()
    page.goto("about:blank")  # or the screen that is left would send it just now
    page.context.set_offline(False)
    page.goto(f"{QUIZ}?question=1")
    expect(page.get_by_text("Your answer is saved.")).to_be_visible()
    (key,) = make.right_keys(answer.version)
    expect(page.locator(f"input[name='answer-1'][value='{key}']")).to_be_checked()
    answer.refresh_from_db()
    assert answer.chosen == [key]


def test_a_second_tab_and_an_ended_session_lose_nothing(pages, enrolment):
    page = pages.new(viewport=PHONE, script=False)
    sign_in(page)
    page.goto(QUIZ)
    begins(page, "Begin the quiz")
    second = page.context.new_page()
    second.goto(QUIZ)
    chosen = "input[name='answer-1'][value='{}']"
    page.locator(chosen.format("c")).check()
    page.get_by_role("button", name=FORWARD).click()
    second.locator(chosen.format("a")).check()
    second.get_by_role("button", name=FORWARD).click()
    expect(second.get_by_text("On this screen you had chosen:")).to_be_visible()
    expect(second.locator(chosen.format("c"))).to_be_checked()

    page.goto(f"{QUIZ}?question=2")
    page.locator("input[name='answer-2'][value='a']").check()
    cookies = [c for c in page.context.cookies() if "session" not in c["name"]]
    page.context.clear_cookies()
    page.context.add_cookies(cookies)
    page.get_by_role("button", name=FORWARD).click()
    expect(page.locator("input[name=password]")).to_be_visible()
    page.locator("input[name=login]").fill("participant@demo.example.org")
    page.locator("input[name=password]").fill("welcome-to-the-academy")
    page.locator("main form:has(input[name=password]) button[type=submit]").first.click()
    expect(page.get_by_text("not saved yet, because your session had ended")).to_be_visible()
    expect(page.locator("input[name='answer-2'][value='a']")).to_be_checked()


def test_axe_finds_nothing_in_any_state_of_a_quiz(pages, axe, enrolment):
    page = pages.new()
    sign_in(page)
    found = {}

    def check(name: str) -> None:
        if wrong := axe(page):
            found[name] = wrong

    for place in (QUIZ, MODULE_QUIZ):
        page.goto(place)
        check(f"start {place}")
        begins(page, "Begin the quiz")
        page.locator(".option input").first.check()
        expect(page.get_by_text("Your answer is saved.")).to_be_visible()
        check(f"question {place}")
        page.goto(f"{place}?question=check")
        check(f"check {place}")
        page.get_by_role("button", name="Hand in").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("assed")
        check(f"result {place}")
        page.goto(place)
        check(f"again {place}")
    page.goto(QUIZ.replace("/en/", "/el/"))
    check("in Greek")
    assert found == {}


def test_axe_finds_nothing_at_the_bank_of_questions(pages, axe, settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False
    page = pages.new()
    sign_in(page, "administrator@demo.example.org")
    course = CoursePage.objects.get(
        slug="foundations-of-local-integration", locale__language_code="en"
    )
    found = {}
    for name, address in {
        "list": "/admin/courses/questions/",
        "none": "/admin/courses/questions/?q=nothing-like-that",
        "add": "/admin/courses/questions/add/",
        "question": "/admin/courses/questions/1/",
        "history": "/admin/courses/questions/1/history/",
        "translate": "/admin/courses/questions/1/fr/",
        "outline": f"/admin/courses/outline/{course.pk}/",
    }.items():
        page.goto(address)
        if wrong := axe(page, within="main"):
            found[name] = wrong
    page.goto("/admin/courses/questions/add/")
    page.locator("main form button[type=submit]").first.click()
    expect(page.get_by_text("What you wrote is still here.")).to_be_visible()
    if wrong := axe(page, within="main"):
        found["errors"] = wrong
    assert found == {}
