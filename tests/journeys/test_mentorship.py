"""A pair from the offer to the statement of participation.

1. both accept; the mentee writes down goals, the mentor confirms them
2. the mentee proposes times, the mentor picks one, and it stands in both calendars
3. it is recorded; notes and a file are for both
4. both answer at the first checkpoint, sealed until both are in
5. a pause, and on again
6. both answer at the end: it is completed, each gets a statement, and a concern can still be raised
"""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from mentoring import actions
from mentoring.models import Checkpoint, Concern, Session
from mentoring.states import MatchState, Side
from participants import sweeps
from participants.actions import add_person
from participants.states import Role
from tests.factories import mentoring as make
from tests.journeys.test_accessibility import sign_in
from tests.support.browser import DESK, PHONE, too_wide

pytestmark = pytest.mark.usefixtures("demonstration")
PASSWORD = settings.DEMO_PASSWORD
LONG = "Verwaltungsdienstleistungszentrumsleitung" * 2


@pytest.fixture
def match():
    call = make.call("A call for a journey")
    two = {
        side: make.application(
            call, side, person=add_person(f"{side}@example.org", name, password=PASSWORD)
        )
        for side, name in ((Side.MENTEE, "Ada Lovelace"), (Side.MENTOR, "Bob Stone"))
    }
    pair = actions.Pair(two[Side.MENTEE].pk, two[Side.MENTOR].pk, {"topics": 40})
    return actions.offer(call.pk, [pair])[0]


def come_in(pages, match, side, script):
    page = pages.new(viewport=PHONE, script=script)
    sign_in(page, f"{side}@example.org")
    page.goto(f"/en/mentoring/match/{match.pk}/")
    page.get_by_role("button", name="Accept this match").click()
    return page


def opened(page, match, label=""):
    page.goto(f"/en/mentoring/match/{match.pk}/mentorship/")
    assert too_wide(page) == 0
    if label:
        page.get_by_text(label, exact=True).first.click()
    return page


def answer(page, match, kind, choice, words):
    opened(page, match, f"Answer: {kind}")
    form = page.locator(f"details:has(summary:text-is('Answer: {kind}')) form")
    form.get_by_label(choice).check()
    form.get_by_label("In your words").fill(words)
    form.get_by_role("button", name="Hand in").click()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_from_an_offer_to_a_statement(pages, match, axe, script):
    ada = come_in(pages, match, "mentee", script)
    bob = come_in(pages, match, "mentor", script)

    def look(page):
        assert too_wide(page) == 0
        if script:
            page.locator("main details").evaluate_all("all => all.forEach(d => d.open = true)")
            assert axe(page) == []

    # 1. goals
    look(opened(ada, match))
    opened(ada, match, "Write down your goals")
    ada.get_by_label("Your goals").fill(f"A course. {LONG}")
    ada.get_by_label("How you work together").fill("Every month, online.")
    ada.get_by_role("button", name="Save and confirm").click()
    expect(ada.get_by_text("The other one has not confirmed yet")).to_be_visible()
    opened(bob, match).get_by_role("button", name="Confirm these goals").click()
    expect(bob.get_by_text("The other one confirmed")).to_be_visible()

    # 2. times
    opened(ada, match, "Propose times for a session")
    soon = timezone.localtime() + timedelta(days=3)
    ada.get_by_label("First time").fill("2020-01-01T10:00")
    ada.get_by_role("button", name="Propose these times").click()
    expect(ada.get_by_text("must lie ahead").first).to_be_visible()
    look(ada)
    for name, days in (("First time", 0), ("Second time", 1)):
        moment = (soon + timedelta(days=days)).strftime("%Y-%m-%dT10:30")
        ada.get_by_label(name).first.fill(moment)
    ada.get_by_role("button", name="Propose these times").click()
    expect(ada.get_by_text("You proposed these times")).to_be_visible()
    look(opened(bob, match))
    bob.locator("button[name=time]").first.click()
    expect(bob.get_by_role("heading", name="Next session")).to_be_visible()
    ada.goto("/en/my-academy/dates/")
    expect(ada.get_by_text("Mentoring session, “A call for a journey”").first).to_be_visible()

    # 3. recorded; a note and a file
    Session.objects.update(begins_at=timezone.now() - timedelta(hours=1))
    opened(bob, match)
    bob.get_by_label("held", exact=True).first.check()
    bob.get_by_label("Next step").first.fill("Visit Ghent")
    bob.get_by_role("button", name="Save", exact=True).first.click()
    expect(opened(ada, match).get_by_text("Visit Ghent").first).to_be_visible()
    opened(ada, match, "Write a note")
    ada.get_by_label("New note").fill(f"For us two. {LONG}")
    ada.get_by_role("button", name="Save the note").click()
    opened(ada, match, "Add a file")
    file = {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF"}
    ada.get_by_label("New file").set_input_files(file)
    ada.get_by_role("button", name="Add it").click()
    look(opened(bob, match))
    expect(bob.get_by_text("For us two.")).to_be_visible()
    with bob.expect_download() as download:
        bob.get_by_role("link", name="plan.pdf").click()
    assert download.value.suggested_filename == "plan.pdf"

    # 4. sealed, then open
    Checkpoint.objects.update(due_on=timezone.localdate() + timedelta(days=3))
    answer(ada, match, "start", "It goes well", "Ada is glad")
    expect(opened(bob, match).get_by_text("sealed until yours is")).to_be_visible()
    expect(bob.get_by_text("Ada is glad")).to_have_count(0)
    answer(bob, match, "start", "It could go better", "Bob has little time")
    expect(bob.get_by_text("Ada is glad")).to_be_visible()
    look(bob)

    # 5. a pause
    opened(ada, match).get_by_role("button", name="Pause the mentorship").click()
    look(opened(bob, match))
    bob.get_by_role("button", name="Resume").click()
    expect(bob.get_by_role("heading", name="Your mentorship", exact=True)).to_be_visible()

    # 6. the end
    answer(ada, match, "end", "It goes well", "Thank you")
    answer(bob, match, "end", "It goes well", "Thank you too")
    expect(bob.get_by_role("heading", name="Your mentorship is completed")).to_be_visible()
    match.refresh_from_db()
    assert match.state == MatchState.COMPLETED
    sweeps.run()
    look(opened(ada, match))
    expect(ada.get_by_text("mentor@example.org")).to_have_count(0)
    ada.get_by_role("link", name="Raise a concern").click()
    look(ada)
    ada.get_by_label("What worries you?").fill("Something happened.")
    ada.get_by_role("button", name="Send to the safeguarding officer").click()
    expect(ada.get_by_text("The safeguarding officer reads it.").first).to_be_visible()
    assert Concern.objects.get().match == match
    opened(ada, match).get_by_role("link", name="Your statement of participation").click()
    expect(ada.get_by_text("took part in the mentoring")).to_be_visible()


def test_an_officer_reads_a_concern_and_a_coordinator_finds_somebody_new(
    pages, match, axe, settings
):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False
    for one in (match.mentee, match.mentor):
        actions.accept(match.pk, one.person_id)
    new = make.application(match.call, Side.MENTOR)
    raised = actions.raise_concern(match.mentee.person_id, f"He shouted. {LONG}", match_id=match.pk)
    roles = [Role.SAFEGUARDING_OFFICER, Role.ADMINISTRATOR]
    add_person("officer@example.org", "Olga Officer", password=PASSWORD, roles=roles)
    page = pages.new()
    sign_in(page, "officer@example.org")

    def look():
        assert axe(page, within="#main", viewports=(PHONE, DESK)) == []

    page.goto("/admin/mentoring/concerns/")
    look()
    page.get_by_role("link", name=f"Concern {raised.pk}").click()
    expect(page.get_by_text("He shouted.")).to_be_visible()
    look()
    page.get_by_label("Remarks").fill("Called her.")
    page.get_by_role("button", name="Read, and first steps decided").click()
    page.get_by_role("button", name="Suspend it").click()
    page.get_by_role("button", name="End it for good").click()
    look()

    page.goto(f"/admin/mentoring/mentorships/{match.pk}/")
    look()
    page.get_by_label("Offer this person").select_option(str(new.pk))
    page.get_by_role("button", name="Offer the new match").click()
    expect(page.get_by_role("heading", name="What followed")).to_be_visible()
    match.refresh_from_db()
    assert match.state == MatchState.TERMINATED
