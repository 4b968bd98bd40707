"""A quiz failed, explained, retried and passed.

1. the learner begins the quiz at the end of the course and answers wrongly; the look at all answers
   shows them, and the result says which are right and why
2. tries again, loses the connection for one answer, comes back, and loses nothing
3. passes, and the course is complete; the first attempt can be read again

The same way is walked with script and without. What waits in a browser comes before the hand-in.
"""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from courses import actions
from courses.models import Attempt, CoursePage, Enrolment
from courses.states import ItemKind
from tests.factories import courses as make
from tests.journeys.test_accessibility import sign_in
from tests.support.browser import PHONE, too_wide

pytestmark = pytest.mark.usefixtures("demonstration")

QUIZ = "/en/courses/foundations-of-local-integration/quiz/"
MODULE_QUIZ = "/en/courses/foundations-of-local-integration/a-two-way-process/quiz/"
ANSWERS = re.compile("/answers/$")
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
    ends_the_session(page)
    page.get_by_role("button", name=FORWARD).click()
    signs_in_again(page)
    for address in ("", f"{QUIZ}?question=check"):
        if address:
            page.goto(address)
        expect(page.get_by_text("not saved yet, because your session had ended")).to_be_visible()
        expect(page.locator("input[name='answer-2'][value='a']")).to_be_checked()


def ends_the_session(page: Page) -> None:
    cookies = [c for c in page.context.cookies() if "session" not in c["name"]]
    page.context.clear_cookies()
    page.context.add_cookies(cookies)


def signs_in_again(page: Page) -> None:
    expect(page.locator("input[name=password]")).to_be_visible()
    page.locator("input[name=login]").fill("participant@demo.example.org")
    page.locator("input[name=password]").fill("welcome-to-the-academy")
    page.locator("main form:has(input[name=password]) button[type=submit]").first.click()


@pytest.fixture
def all_wrong(pages, enrolment) -> Page:
    """Every question is answered wrongly, and the person is back at the first."""
    page = pages.new(viewport=PHONE)
    sign_in(page)
    page.goto(QUIZ)
    begins(page, "Begin the quiz")
    answers_all(page, right=False)
    expect(page.get_by_role("heading", name="Your answers")).to_be_visible()
    first_answer(page).get_by_role("link", name="Change").click()
    expect(page.get_by_text("Question 1 of")).to_be_visible()
    return page


def changes_in_vain(page: Page) -> Attempt:
    """The first answer is changed into the right one, no answer gets through from now on, and the
    page is left. (Offline, the page that is left might still send when the connection is back.)"""
    attempt = Attempt.objects.get(submitted_at=None)
    page.context.route(ANSWERS, lambda route: route.abort())
    chooses(page, attempt.answers.select_related("version").first(), right=True)
    expect(page.get_by_text("Not saved yet. It is kept in this browser")).to_be_visible()
    page.goto("about:blank")
    return attempt


def first_answer(page: Page) -> Locator:
    return page.locator("[data-position='1']")


def right_words(attempt: Attempt) -> str:
    version = attempt.answers.select_related("version").first().version
    (key,) = make.right_keys(version)
    return version.words_in("en")[0].options[key][0]


def kept_in_the_browser(page: Page) -> list[str]:
    keys = page.evaluate("Object.keys(localStorage)")
    return [key for key in keys if key.startswith("quiz/")]


def test_a_changed_answer_that_waits_in_the_browser_is_sent_before_the_hand_in(all_wrong):
    page = all_wrong
    attempt = changes_in_vain(page)
    page.context.unroute(ANSWERS)
    page.goto(QUIZ)
    expect(page.get_by_role("heading", name="Your answers")).to_be_visible()
    expect(first_answer(page)).to_contain_text(right_words(attempt))
    expect(page.locator("[data-waits]")).to_be_empty()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not passed yet: 20 %")
    assert kept_in_the_browser(page) == []


def test_nothing_is_handed_in_while_an_answer_waits_in_the_browser(all_wrong):
    page = all_wrong
    attempt = changes_in_vain(page)
    page.goto(QUIZ)
    expect(first_answer(page)).to_contain_text("Not saved yet. It is kept in this browser")
    expect(page.get_by_text("An answer still waits in this browser.")).to_be_visible()
    assert too_wide(page) == 0
    for _time in range(2):
        page.get_by_role("button", name="Hand in").click()
        expect(page.get_by_text("An answer still waits in this browser.")).to_be_visible()
    attempt.refresh_from_db()
    assert attempt.is_open

    page.context.unroute(ANSWERS)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(first_answer(page)).to_contain_text(right_words(attempt))
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not passed yet: 20 %")


def test_an_answer_that_another_tab_keeps_meanwhile_holds_the_hand_in_back(all_wrong):
    page = all_wrong
    looking = page.context.new_page()
    looking.goto(f"{QUIZ}?question=check")
    expect(looking.get_by_role("heading", name="Your answers")).to_be_visible()
    attempt = changes_in_vain(page)
    page.context.unroute(ANSWERS)
    looking.get_by_role("button", name="Hand in").click()
    expect(first_answer(looking)).to_contain_text(right_words(attempt))
    attempt.refresh_from_db()
    assert attempt.is_open
    looking.get_by_role("button", name="Hand in").click()
    expect(looking.get_by_role("heading", level=1)).to_have_text("Not passed yet: 20 %")


def test_a_changed_answer_outlives_the_session_that_ended(all_wrong):
    page = all_wrong
    attempt = Attempt.objects.get(submitted_at=None)
    ends_the_session(page)
    chooses(page, attempt.answers.select_related("version").first(), right=True)
    expect(page.get_by_text("You are signed out, so this is not saved yet.")).to_be_visible()
    page.locator("[data-saved] a").click()
    signs_in_again(page)
    expect(page.get_by_role("heading", name="Your answers")).to_be_visible()
    expect(first_answer(page)).to_contain_text(right_words(attempt))
    assert kept_in_the_browser(page) == []


def test_an_answer_that_another_device_overtook_is_told_of_before_the_hand_in(all_wrong):
    page = all_wrong
    attempt = changes_in_vain(page)
    page.context.unroute(ANSWERS)
    row = attempt.answers.select_related("version").first()
    other = next(
        option["key"]
        for option in row.version.options
        if option["key"] not in {*row.chosen, *make.right_keys(row.version)}
    )
    actions.save_answers(attempt.pk, {1: actions.Given([other])})
    page.goto(QUIZ)
    expect(first_answer(page)).to_contain_text("Not saved: you answered this question in another")
    row.refresh_from_db()
    assert row.chosen == [other]
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not passed yet: 0 %")
    assert kept_in_the_browser(page) == []


def test_an_answer_left_in_the_browser_is_told_of_and_forgotten_after_the_hand_in(all_wrong):
    page = all_wrong
    attempt = changes_in_vain(page)
    page.context.unroute(ANSWERS)
    actions.submit_attempt(attempt.pk)
    page.goto(reverse("courses:attempt", args=[attempt.pk]))
    told = page.get_by_text("An answer still waited in this browser")
    expect(told).to_be_visible()
    assert kept_in_the_browser(page) == []
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not passed yet: 0 %")
    expect(told).to_be_hidden()


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
