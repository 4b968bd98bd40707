"""Somebody completes a course and is told of it, on the site and by e-mail.

1. the number of new notices stands in the header; the notice leads to the certificate
2. all are marked as read, and the number is gone
3. e-mails are chosen once a day
4. the link in an e-mail stops them without a sign-in, and brings them back
"""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from courses import actions as courses
from participants import actions
from participants.models import MailTrouble, NoticePreference, User
from tests.journeys.test_accessibility import sign_in
from tests.journeys.test_certificates import complete
from tests.support.browser import PHONE

pytestmark = pytest.mark.usefixtures("demonstration")


def told() -> str:
    """The participant has a certificate and an e-mail; the path of the link that stops them."""
    courses.issue_certificate(complete().pk)
    actions.send_notices()
    return re.search(r"/en/account/notices/stop/\S+", mail.outbox[-1].body)[0]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_notice_is_read_its_e_mails_are_chosen_and_stopped(pages, script):
    stop = told()
    page = pages.new(viewport=PHONE, script=script)
    sign_in(page)
    page.get_by_role("link", name="You have 1 new notice.").click()
    page.get_by_role("link", name=re.compile("^Your certificate is ready")).click()
    expect(page.get_by_role("link", name="Open the document (PDF)")).to_be_visible()

    page.goto("/en/account/notices/")
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_role("button", name="Mark all as read")).to_have_count(0)
    expect(page.get_by_role("link", name=re.compile("^Your certificate is ready"))).to_be_visible()

    page.get_by_role("link", name="Choose which e-mails you get").click()
    courses = page.get_by_role("group", name="Your courses and certificates")
    courses.get_by_label("Once a day, in one e-mail").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your choice is saved.")).to_be_visible()
    expect(courses.get_by_label("Once a day, in one e-mail")).to_be_checked()

    signed_out = pages.new(viewport=PHONE, script=script)
    signed_out.goto(stop)
    expect(signed_out.get_by_text("Nothing has changed yet.")).to_be_visible()
    signed_out.get_by_role("button", name="Stop these e-mails").click()
    expect(signed_out.get_by_role("heading", name="These e-mails are stopped")).to_be_visible()
    assert NoticePreference.objects.get().pace == "off"
    signed_out.get_by_role("button", name="I want them again").click()
    expect(signed_out.get_by_role("heading", name="You get these e-mails again")).to_be_visible()
    assert NoticePreference.objects.get().pace == "at-once"


def test_axe_finds_nothing_on_the_pages_of_notices(pages, axe):
    page = pages.new()
    sign_in(page)
    found = {}

    def look(name):
        if wrong := axe(page):
            found[name] = wrong

    def check(name, address):
        page.goto(address)
        look(name)

    check("nothing told", "/en/account/notices/")
    stop = told()
    person = User.objects.get(email="participant@demo.example.org")
    MailTrouble.objects.create(user=person, address=person.email)
    check("told, and mails come back", "/de/account/notices/")
    check("my academy", "/en/my-academy/")
    check("choice", "/el/account/notices/settings/")
    check("stop", stop)
    page.get_by_role("button", name="Stop these e-mails").click()
    expect(page.get_by_role("heading", name="These e-mails are stopped")).to_be_visible()
    look("stopped")
    page.get_by_role("button", name="I want them again").click()
    expect(page.get_by_role("heading", name="You get these e-mails again")).to_be_visible()
    look("again")
    check("a link that was cut", stop[:-4] + "/")
    assert found == {}
