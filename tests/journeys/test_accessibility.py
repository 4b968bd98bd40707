"""axe finds nothing on any public page in any state, in light and in dark, on a phone and at a
desk; nothing is wider than the screen; the Content-Security-Policy had nothing to stop (`pages`
checks that at the end of each test)."""

import re

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from playwright.sync_api import Page, expect

from tests.factories import courses as make
from tests.support.browser import PHONE

pytestmark = pytest.mark.usefixtures("demonstration")

COURSE = "/en/courses/foundations-of-local-integration/"
LESSON = COURSE + "a-two-way-process/integration-works-in-both-directions/"
VISITOR = {
    "home": "/en/",
    "home in French": "/fr/",
    "home without a translation": "/de/",
    "catalogue": "/en/courses/",
    "catalogue filtered": "/en/courses/?topic=housing&level=local&q=home",
    "catalogue empty": "/en/courses/?q=nowhere",
    "course": COURSE,
    "course announced": "/en/courses/community-sponsorship/",
    "course in French": "/fr/courses/foundations-of-local-integration/",
    "lesson": LESSON,
    "lesson in French": LESSON.replace("/en/", "/fr/"),
    "lesson without a translation": LESSON.replace("/en/", "/de/"),
    "help": "/en/help/",
    "accessibility statement": "/en/accessibility/",
    "privacy": "/en/privacy/",
    "feedback": "/en/feedback/",
    "sign in": "/en/account/login/",
    "register": "/en/account/signup/",
    "forgotten password": "/en/account/password/reset/",
    "not found": "/en/nothing-here/",
}
PARTICIPANT = {
    "my academy": "/en/my-academy/",
    "catalogue with progress": "/en/courses/",
    "course enrolled": COURSE,
    "lesson enrolled": LESSON,
    "profile": "/en/account/profile/",
    "e-mail addresses": "/en/account/email/",
    "password": "/en/account/password/change/",
    "second factors": "/en/account/2fa/",
    "sign out": "/en/account/logout/",
}


def sign_in(page: Page, email: str = "participant@demo.example.org") -> None:
    page.goto("/en/account/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(password())
    page.locator("main form:has(input[name=password]) button[type=submit]").first.click()
    expect(page).to_have_url(re.compile("my-academy"))


def password() -> str:
    return getattr(settings, "DEMO_PASSWORD", None) or "welcome-to-the-academy"


def findings(page: Page, axe, addresses: dict[str, str]) -> dict[str, list[str]]:
    """What stands in somebody's way, by page; open details too."""
    found = {}
    for name, address in addresses.items():
        page.goto(address)
        page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
        if wrong := axe(page):
            found[name] = wrong
    return found


def test_nothing_stands_in_a_visitors_way(pages, axe):
    assert findings(pages.new(), axe, VISITOR) == {}


def test_nothing_stands_in_a_participants_way(pages, axe):
    page = pages.new()
    sign_in(page)
    assert findings(page, axe, PARTICIPANT) == {}


def test_answers_errors_and_open_menus_keep_to_the_rules(pages, axe):
    page = pages.new(viewport=PHONE)
    page.goto(LESSON)
    for choice in ("a", "c"):
        part = page.locator("form.part").first
        part.locator(f"input[value={choice}]").check()
        part.get_by_role("button", name="Check").click()
        expect(part.locator(".reply")).to_be_visible()
        assert axe(page) == []
    page.locator("footer, .feedback").locator("summary").first.click()
    assert axe(page) == []
    page.goto("/en/account/signup/")
    page.locator("#id_email").fill("not-an-address")
    page.evaluate("document.querySelectorAll('main form').forEach(f => f.noValidate = true)")
    page.locator("main form:has(#id_email) button[type=submit]").first.click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    assert axe(page) == []


def test_a_finished_course_and_a_new_person_keep_to_the_rules(pages, axe):
    user = get_user_model().objects.get(email="participant@demo.example.org")
    make.finish(user.enrolments.get())
    page = pages.new(viewport=PHONE)
    sign_in(page)
    assert findings(page, axe, {"my academy": "/en/my-academy/", "course": COURSE}) == {}
    newcomer = pages.new(viewport=PHONE)
    sign_in(newcomer, "host@demo.example.org")
    assert findings(newcomer, axe, {"my academy": "/en/my-academy/", "course": COURSE}) == {}


def test_everything_is_reached_by_keyboard(pages):
    """The first stop is the skip link; no stop is hidden; the answer and the button are reached."""
    page = pages.new()
    page.goto(LESSON)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    seen = set()
    for _step in range(90):
        page.keyboard.press("Tab")
        box = page.evaluate(
            "(e => { const r = e.getBoundingClientRect();"
            " return [e.tagName, e.name || e.textContent.trim().slice(0, 40),"
            " r.width > 0 && r.height > 0] })(document.activeElement)"
        )
        assert box[2], box
        seen.add(tuple(box[:2]))
    assert ("INPUT", "choice") in seen
    assert ("BUTTON", "Check my answer") in seen
