"""A practitioner with a phone: visitor → registered → enrolled → the course read to its end →
certificate → gone again.

1. finds the course in the catalogue and reads its first lesson without an account
2. registers with any e-mail, confirms it by the code in the mail, fills the short profile
3. enrols, answers what must be answered, marks lesson after lesson as done
4. fails the quiz, reads why, tries again and passes
5. sees the course as finished in My academy, is told of the certificate, opens it
6. a stranger reads the QR code on the document: the certificate is valid
7. erases everything: the same address says "withdrawn by its holder"

The same way is walked with script and without.
"""

import re
from urllib.parse import urlsplit

import pypdfium2
import pytest
import zxingcpp
from django.core import mail
from playwright.sync_api import Page, expect

from courses.models import Enrolment, LessonPage
from tests.journeys.test_quiz import answers_all, begins
from tests.support.browser import PHONE, too_wide

pytestmark = pytest.mark.usefixtures("demonstration")

COURSE = "/en/courses/foundations-of-local-integration/"
LESSONS = 14
PASSWORD = "ten minutes a day"
WAY_ON = re.compile("^(Next lesson|To the quiz)")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_visitor_finishes_a_course_shows_a_certificate_and_leaves(pages, jobs, script):
    page = pages.new(viewport=PHONE, script=script)
    finds_the_course_and_reads_a_lesson(page)
    registers(page)
    enrols(page)
    for number in range(1, LESSONS + 1):
        passes_by_a_quiz_that_does_not_count(page)
        finishes_lesson(page, number)
    fails_the_quiz_and_passes(page)
    expect(page.get_by_text("You have completed this course. Well done.")).to_be_visible()
    page.goto("/en/my-academy/")
    expect(
        page.get_by_role("link", name="Foundations of local integration", exact=True)
    ).to_be_visible()
    enrolment = Enrolment.objects.get(user__email="maria@example.org")
    assert (enrolment.state, enrolment.summary.percent) == ("completed", 100)

    jobs.run()
    address = opens_the_certificate(page)
    stranger = pages.new(viewport=PHONE, script=script)
    stranger.goto(address)
    expect(stranger.get_by_text("Valid", exact=True)).to_be_visible()
    expect(stranger.get_by_role("heading", name=re.compile("Μαρία Papadopoulou"))).to_be_visible()
    erases_everything(page)
    stranger.goto(address)
    expect(stranger.get_by_text("Withdrawn by its holder")).to_be_visible()
    expect(stranger.get_by_text("Papadopoulou")).to_have_count(0)


def finds_the_course_and_reads_a_lesson(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Learn", exact=True).click()
    page.get_by_label("Search in courses").fill("locality")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Foundations of local integration").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Foundations of local integration")
    page.get_by_role("link", name=re.compile("Integration works in both directions")).first.click()
    expect(page.get_by_text("Lesson 1 of 14")).to_be_visible()
    assert too_wide(page) == 0


def registers(page: Page) -> None:
    page.goto(COURSE)
    page.goto("/en/account/signup/?next=" + COURSE)
    page.get_by_label("Name").fill("Μαρία Papadopoulou 🎒")
    page.locator("#id_email").fill("maria@example.org")
    page.locator("#id_password1").fill(PASSWORD)
    page.get_by_role("button", name=re.compile("Register|Sign up|account", re.I)).click()
    page.locator("input[name=code]").fill(code_in_mail())
    page.locator("main form:has(input[name=code]) button").first.click()
    fills_profile(page)


def code_in_mail() -> str:
    """The code stands alone on a line of the mail."""
    return re.search(r"^\s*([A-Z0-9-]{6,10})\s*$", mail.outbox[-1].body, re.MULTILINE)[1]


def fills_profile(page: Page) -> None:
    page.locator("select[name=country]").select_option("PT")
    page.locator("input[name=organisation]").fill("Câmara de Exemplo")
    page.locator("input[name=privacy]").check()
    page.locator("main form:has(input[name=organisation]) button[type=submit]").click()
    expect(page).to_have_url(re.compile(re.escape(COURSE)))


def enrols(page: Page) -> None:
    page.goto(COURSE)
    page.get_by_role("main").get_by_role("link", name=re.compile("Enrol")).or_(
        page.get_by_role("main").get_by_role("button", name=re.compile("Enrol"))
    ).first.click()
    page.get_by_role("button", name="Enrol and start").click()
    expect(page.get_by_text("Lesson 1 of 14")).to_be_visible()


def finishes_lesson(page: Page, number: int) -> None:
    expect(page.get_by_text(f"Lesson {number} of 14")).to_be_visible()
    while answers_what_is_needed(page):
        pass
    done = page.get_by_role("button", name=re.compile("^Done|Mark as done"))
    way_on = done.or_(page.get_by_role("link", name=WAY_ON)).first
    expect(way_on).to_be_visible()
    way_on.click()


def passes_by_a_quiz_that_does_not_count(page: Page) -> None:
    if page.get_by_role("button", name="Begin the quiz").count():
        page.get_by_role("link", name="Next lesson").click()


def fails_the_quiz_and_passes(page: Page) -> None:
    page.get_by_role("button", name="Begin the quiz").click()
    answers_all(page, right=False)
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not passed yet: 0 %")
    page.get_by_role("link", name="Try again").click()
    begins(page, "Try again")
    answers_all(page, right=True)
    page.get_by_role("button", name="Hand in").click()


def opens_the_certificate(page: Page) -> str:
    """By the notice in the header. The address is the one in the QR code, read from the document as
    a camera would."""
    page.reload()
    page.get_by_role("link", name="You have 1 new notice.").click()
    page.get_by_role("link", name=re.compile("^Your certificate is ready")).click()
    document = page.get_by_role("link", name="Open the document (PDF)").get_attribute("href")
    answer = page.context.request.get(document)
    assert answer.headers["content-type"] == "application/pdf"
    picture = pypdfium2.PdfDocument(answer.body())[0].render(scale=2).to_pil()
    (code,) = zxingcpp.read_barcodes(picture)
    return urlsplit(code.text).path


def erases_everything(page: Page) -> None:
    page.goto("/en/account/data/")
    page.get_by_role("link", name="Erase my account").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button").first.click()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Erase everything now").click()
    expect(page.get_by_role("heading", name="Your account is erased")).to_be_visible()


def answers_what_is_needed(page: Page) -> bool:
    """Gives the right answer to the first required question that is open, False if none is."""
    waiting = page.locator("form.part:not([data-done]):has-text('needed to finish this lesson')")
    if waiting.count() == 0:
        return False
    part = page.locator(f"#{waiting.first.get_attribute('id')}")
    for key in right_answers(part.get_attribute("id").removeprefix("part-")):
        part.locator(f"input[value='{key}']").check()
    part.get_by_role("button", name="Check").click()
    expect(part).to_have_attribute("data-done", "")
    return True


def right_answers(part: str) -> list[str]:
    blocks = (block for lesson in LessonPage.objects.all() for block in lesson.body)
    options = next(block for block in blocks if block.id == part).value["options"]
    return [option["key"] for option in options if option["correct"]]
