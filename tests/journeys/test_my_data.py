"""Somebody sees what is kept about them, takes it along, and leaves.

1. a participant reads *My data* on a phone, asks for a copy, and the worker makes it
2. fetches the ZIP and reads it
3. erases everything, after one more proof; their certificate says "withdrawn by its holder"
"""

import json
import re
import zipfile

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from courses import actions as courses
from participants import actions
from participants.models import DataExport, User
from participants.states import RequestChannel, RequestKind
from tests.factories import participants as make
from tests.journeys.test_accessibility import sign_in
from tests.journeys.test_certificates import complete
from tests.support.browser import PHONE, too_wide

pytestmark = pytest.mark.usefixtures("demonstration")
MINE = "/en/account/data/"


def prove(page):
    if page.get_by_label("Password", exact=True).count():
        page.get_by_label("Password", exact=True).fill("welcome-to-the-academy")
        page.locator("main").get_by_role("button").first.click()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_somebody_sees_takes_along_and_erases_everything(pages, jobs, tmp_path, script):
    certificate = courses.issue_certificate(complete().pk)
    learner = pages.new(viewport=PHONE, script=script, accept_downloads=True)
    sign_in(learner)
    learner.goto(MINE)
    learner.locator("summary", has_text="Your profile").click()
    expect(
        learner.get_by_role("link", name=re.compile("Correct this ?: Your profile"))
    ).to_be_visible()
    assert too_wide(learner) == 0

    learner.get_by_role("button", name="Make a copy of my data").click()
    expect(learner.get_by_text("We are making your copy").first).to_be_visible()
    jobs.run()
    learner.get_by_role("link", name="Look again").click()
    with learner.expect_download() as waiting:
        learner.get_by_role("link", name="Fetch your copy (ZIP)").click()
    path = tmp_path / "copy.zip"
    waiting.value.save_as(path)
    with zipfile.ZipFile(path) as copy:
        names = copy.namelist()
        data = json.loads(copy.read("data.json"))
        copy.extractall(tmp_path / "copy")
    assert f"files/certificate-{certificate.code}.pdf" in names
    assert "courses.Enrolment" in {entry["model"] for entry in data["entries"]}
    reader = pages.new(viewport=PHONE, script=script)
    reader.goto((tmp_path / "copy" / "index.html").as_uri())
    expect(reader.get_by_role("heading", level=1)).to_contain_text("Demo participant")

    learner.get_by_role("link", name="Erase my account").click()
    prove(learner)
    if learner.get_by_role("checkbox").count() == 0:
        learner.goto(f"{MINE}erase/")
    learner.get_by_role("button", name="Erase everything now").click()
    expect(learner.get_by_text("Nothing was erased yet").first).to_be_visible()
    learner.get_by_role("checkbox").check()
    learner.get_by_role("button", name="Erase everything now").click()
    expect(learner.get_by_role("heading", name="Your account is erased")).to_be_visible()
    learner.goto(f"/credentials/{certificate.code}/")
    expect(learner.get_by_text("Withdrawn by its holder")).to_be_visible()
    learner.goto(MINE)
    expect(learner).to_have_url(re.compile("/account/login/"))
    assert not DataExport.objects.exists()


def test_axe_finds_nothing_on_any_page_of_my_data(pages, axe, jobs, tmp_path):
    courses.issue_certificate(complete().pk)
    learner = pages.new()
    sign_in(learner)
    found = {}

    def check(name, address=None):
        if address:
            learner.goto(address)
        learner.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        if wrong := axe(learner):
            found[name] = wrong

    person = User.objects.get(email="participant@demo.example.org")
    check("nothing asked", MINE)
    check("nothing asked in Greek", MINE.replace("/en/", "/el/"))
    export = actions.request_export(person.pk)
    check("being made", MINE)
    jobs.run()
    actions.ask_about_data(person.pk, RequestKind.CORRECTION, "My name")
    check("ready", MINE)
    check("one entry", f"{MINE}kept/courses.progressevent/")
    check("asking", f"{MINE}ask/")
    learner.get_by_role("button", name="Send the request").click()
    check("asking with mistakes")
    learner.goto(f"{MINE}erase/")
    prove(learner)
    check("erasing", f"{MINE}erase/")
    expect(learner.get_by_role("button", name="Erase everything now")).to_be_visible()
    check("erased", f"{MINE}erased/")
    check("register", "/en/privacy/register/")
    export.refresh_from_db()
    assert export.made_at
    assert found == {}


def test_axe_finds_nothing_on_the_officers_desk(pages, axe, settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False
    actions.run_retention()
    person = make.person("ada@example.org")
    asked = actions.record_request(
        RequestKind.ERASURE,
        RequestChannel.LETTER,
        by=None,
        received_at=person.date_joined,
        user=person,
    )
    officer = pages.new()
    sign_in(officer, "data_protection_officer@demo.example.org")
    found = {}
    addresses = {
        "Requests about personal data": reverse("privacy_desk"),
        "Record a request": reverse("privacy_record"),
        "Retention runs": reverse("privacy_runs"),
        "Unused accounts": reverse("privacy_accounts"),
        "Register of personal data": reverse("privacy_register"),
        "Erasure": reverse("privacy_request", args=[asked.pk]),
    }
    for heading, address in addresses.items():
        officer.goto(address)
        expect(officer.get_by_role("heading", level=1)).to_contain_text(heading)
        if wrong := axe(officer, within="main"):
            found[heading] = wrong
    assert found == {}
