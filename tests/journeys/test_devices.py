"""Somebody with a laptop and a phone: sees both, is told of the phone, ends it, proves once more
that it is them by a code from their mail, and sets a password."""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from tests.factories.participants import PASSWORD, person
from tests.support.browser import DESK, PHONE

pytestmark = pytest.mark.usefixtures("demonstration")
LIST = "/en/account/devices/"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/604.1"


def sign_in(page, address: str = "ada@example.org") -> None:
    page.goto(f"/en/account/login/?next={LIST}")
    page.locator("input[name=login]").fill(address)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form:has(input[name=password]) button[type=submit]").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where you are signed in")


def test_a_lost_phone_is_signed_out_and_a_password_set_by_a_code(pages, axe):
    ada = person("ada@example.org", profile=True)
    phone = pages.new(viewport=PHONE, user_agent=IPHONE)
    sign_in(phone)
    expect(phone.get_by_text("You are signed in nowhere else.")).to_be_visible()
    assert axe(phone) == []
    laptop = pages.new(viewport=DESK)
    sign_in(laptop)

    laptop.goto("/en/account/notices/")
    expect(laptop.get_by_text("on a device that we did not know").first).to_be_visible()
    laptop.goto(LIST)
    assert axe(laptop) == []
    laptop.get_by_role("button", name="Sign it out Safari on iPhone").click()
    expect(laptop.get_by_text("Safari on iPhone is signed out.")).to_be_visible()
    phone.goto(LIST)
    expect(phone).to_have_url(re.compile("/en/account/login/"))

    ada.set_unusable_password()  # from now on somebody who signs in by codes
    ada.save()
    coder = pages.new(viewport=PHONE)
    coder.goto("/en/account/login/code/")
    coder.locator("input[name=email]").fill("ada@example.org")
    coder.get_by_role("button", name="Send me a code").click()
    type_code(coder)
    coder.goto("/en/account/password/set/")
    expect(coder.get_by_role("heading", level=1)).to_have_text("Is it you?")
    assert axe(coder) == []
    coder.get_by_role("button", name="Send me a code").click()
    coder.locator("input[name=code]").fill("WRONG")
    coder.get_by_role("button", name="Go on").click()
    expect(coder.locator(".error-summary")).to_be_visible()
    assert axe(coder) == []
    type_code(coder)
    expect(coder.get_by_role("heading", level=1)).to_have_text("Set a password")
    assert axe(coder) == []


def type_code(page) -> None:
    expect(page.locator("input[name=code]")).to_be_visible()
    code = re.search(r"^    (\S+)$", mail.outbox[-1].body, re.MULTILINE)[1]
    page.locator("input[name=code]").fill(code)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("input[name=code]")).to_have_count(0)


@pytest.mark.parametrize("language", ["de", "el"])
def test_the_list_fits_a_phone_in_long_languages(pages, axe, language):
    person("ada@example.org", profile=True)
    page = pages.new(viewport=PHONE)
    sign_in(page)
    sign_in(pages.new(viewport=PHONE, user_agent=IPHONE))

    page.goto(f"/{language}/account/devices/")

    assert axe(page) == []
