"""A councillor of a small town applies on a phone.

1. finds the call, reads what applying means, and begins
2. writes; the draft saves itself; a second window does not overwrite it
3. the session ends while typing, and nothing is lost
4. checks, hands in, answers the coordinator's question, withdraws
"""

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from home.pagemap import page_map
from mentoring import actions
from mentoring.models import Application, Match, MatchRun, Unplaced
from mentoring.states import ApplicationState, MatchState, Side, Step
from tests.factories import courses
from tests.factories import mentoring as make
from tests.factories import participants as people
from tests.support.browser import PHONE, too_wide

pytestmark = pytest.mark.django_db(transaction=True)
CHALLENGE = "Κανείς δεν μιλάει ουκρανικά 🙂"
OBJECTIVE = "Plan a language course. 📚"


@pytest.fixture
def councillor():
    return people.person("ada@example.org", "Ada Lovelace", profile=True)


@pytest.fixture
def call():
    courses.catalogue()
    make.topic("Rural areas")
    return make.call("Call 2027")


def address_of(call) -> str:
    page = make.page_of(call)
    return page_map().url(page_map().nodes[page.pk], "en")


def sign_in(page, email="ada@example.org", *, here=False):
    if not here:
        page.goto("/en/account/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(people.PASSWORD)
    page.locator("main form:has(input[name=password]) button[type=submit]").first.click()
    expect(page).not_to_have_url(re.compile("login"))


def on(page):
    page.get_by_role("button", name="Save and continue").click()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_councillor_applies_loses_the_session_hands_in_answers_and_withdraws(
    pages, councillor, call, script
):
    phone = pages.new(viewport=PHONE, script=script)
    sign_in(phone)

    # 1. the call
    phone.goto(address_of(call))
    phone.get_by_role("link", name="Apply as a mentee").click()
    phone.get_by_role("button", name="Begin").click()
    expect(phone.get_by_role("heading", name="Conditions")).to_be_visible()
    draft = Application.objects.get()
    phone.get_by_label(make.CONDITION).check()
    phone.get_by_label("I have read the privacy notice").check()
    on(phone)
    assert phone.get_by_label("Organisation").input_value() == "Town of Testing"
    phone.get_by_label("Your role").select_option(label="Elected member")
    phone.get_by_label("Level of government").select_option(label="Local")
    phone.get_by_label("Rural areas").check()
    phone.get_by_label("People who live in your area").select_option(index=2)
    phone.get_by_label("Your experience").select_option(index=1)
    on(phone)

    # 2. and 3. writing, while the session ends
    phone.get_by_label("Housing").check()
    phone.get_by_label("Your challenge").fill(CHALLENGE)
    if script:
        expect(phone.get_by_text(re.compile(r"Saved at \d\d:\d\d"))).to_be_visible()
        draft.refresh_from_db()
        assert draft.written()["challenge"] == CHALLENGE
    Session.objects.all().delete()
    phone.get_by_label("What you want to be able to do").fill(OBJECTIVE)
    if script:
        expect(phone.get_by_text("your session has ended")).to_be_visible()
        phone.get_by_role("link", name="Sign in to save it").click()
    else:
        on(phone)
    sign_in(phone, here=True)
    expect(phone.get_by_label("What you want to be able to do")).to_have_value(OBJECTIVE)
    expect(phone.get_by_label("Your challenge")).to_have_value(CHALLENGE)
    assert too_wide(phone) == 0
    on(phone)
    phone.get_by_label("Language 1", exact=True).select_option(label="Greek")
    phone.get_by_label("Level of language 1").select_option(label="C2")
    phone.get_by_label("Wednesday, evening").check()
    on(phone)
    phone.get_by_label("Or a person").fill("The deputy mayor of Ghent")
    phone.get_by_role("button", name="Add").click()
    expect(phone.get_by_text("Only coordinators read it.").first).to_be_visible()
    phone.get_by_role("link", name="Continue to the check").click()

    # 4. handing in
    expect(phone.get_by_text(CHALLENGE)).to_be_visible()
    assert too_wide(phone) == 0
    phone.get_by_role("button", name="Hand in my application").click()
    expect(phone.get_by_role("heading", name="Your application is in")).to_be_visible()
    draft.refresh_from_db()
    assert (draft.state, draft.objective) == (ApplicationState.SUBMITTED, OBJECTIVE)

    Application.objects.update(state=ApplicationState.NEEDS_INFO, question="Since when?")
    phone.goto("/en/my-academy/")
    phone.get_by_role("link", name=re.compile("Answer it")).click()
    phone.get_by_label("Your answer").fill("Since the last election.")
    phone.get_by_role("button", name="Send my answer").click()
    expect(phone.get_by_text("Your answer is with the coordinator.")).to_be_visible()

    phone.get_by_role("link", name="Withdraw my application").click()
    phone.get_by_role("button", name="Yes, withdraw").click()
    expect(phone.get_by_role("heading", name="You withdrew this application")).to_be_visible()
    assert too_wide(phone) == 0


def test_two_windows_show_both_versions_and_nothing_is_lost(pages, councillor, call):
    draft = actions.begin(councillor.pk, call.pk, Side.MENTEE)
    first = pages.new(viewport=PHONE)
    sign_in(first)
    topics = f"/en/mentoring/application/{draft.pk}/step/topics/"
    first.goto(topics)
    second = first.context.new_page()
    second.goto(topics)
    first.get_by_label("Your challenge").fill("From the first window")
    expect(first.get_by_text(re.compile(r"Saved at"))).to_be_visible()

    second.get_by_label("Your challenge").fill("From the second")

    expect(second.get_by_text("You saved newer answers in another window")).to_be_visible()
    on(second)
    expect(second.get_by_text("From the first window")).to_be_visible()
    expect(second.get_by_label("Your challenge")).to_have_value("From the second")
    on(second)
    expect(second.get_by_role("heading", name="Languages and time")).to_be_visible()
    draft.refresh_from_db()
    assert draft.written()["challenge"] == "From the second"


def test_what_is_typed_without_a_connection_is_there_at_the_next_visit(pages, councillor, call):
    draft = actions.begin(councillor.pk, call.pk, Side.MENTEE)
    phone = pages.new(viewport=PHONE)
    sign_in(phone)
    topics = f"/en/mentoring/application/{draft.pk}/step/topics/"
    phone.goto(topics)
    phone.context.set_offline(True)
    phone.get_by_label("Your challenge").fill(CHALLENGE)
    expect(phone.get_by_text("It is kept in this browser until you save.")).to_be_visible()
    phone.goto("about:blank")
    phone.context.set_offline(False)
    draft.refresh_from_db()
    assert draft.written()["challenge"] == ""
    phone.goto(topics)
    expect(phone.get_by_label("Your challenge")).to_have_value(CHALLENGE)
    expect(phone.get_by_text(re.compile(r"Saved at"))).to_be_visible()
    draft.refresh_from_db()
    assert draft.written()["challenge"] == CHALLENGE


def test_leaving_the_page_saves_what_was_just_typed(pages, councillor, call):
    draft = actions.begin(councillor.pk, call.pk, Side.MENTEE)
    phone = pages.new(viewport=PHONE)
    sign_in(phone)
    phone.goto(f"/en/mentoring/application/{draft.pk}/step/topics/")
    phone.get_by_label("Your challenge").fill("Gone at once")
    phone.goto("/en/my-academy/")
    phone.goto("/en/my-academy/dates/")
    draft.refresh_from_db()
    assert draft.written()["challenge"] == "Gone at once"


def test_axe_finds_nothing_in_any_state_of_applying(pages, axe, councillor, call):
    draft = actions.begin(councillor.pk, call.pk, Side.MENTEE)
    page = pages.new()
    sign_in(page)
    found = {}

    def check(name, address=""):
        if address:
            assert page.goto(address).ok, address
        page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
        if wrong := axe(page):
            found[name] = wrong

    here = f"/en/mentoring/application/{draft.pk}/"
    overview = page_map().nodes[make.overview().pk]
    check("overview", page_map().url(overview, "en"))
    check("programme", address_of(call).rsplit("/", 2)[0] + "/")
    check("call", address_of(call))
    check("call in Greek", address_of(call).replace("/en/", "/el/"))
    check("applying", f"/en/mentoring/call/{call.key}/apply/mentor/")
    for step in Step.values:
        check(step, f"{here}step/{step}/")
    draft.conflicts.create(words="The deputy mayor of Ghent")
    check("apart with a name", f"{here}step/apart/")
    page.get_by_role("button", name="Add").click()
    check("apart with a mistake")
    page.goto(f"{here}step/time/")
    page.get_by_label("Available from").fill("2027-09-01")
    page.get_by_label("Available until").fill("2027-01-01")
    page.get_by_label("Level of language 2").select_option(label="B1")
    on(page)
    expect(page.locator(".error-summary")).to_be_visible()
    check("time with mistakes")
    check("a draft", here)
    check("withdrawing", f"{here}withdraw/")
    mentor = make.application(call, Side.MENTOR)
    mine = make.application(make.call("Third", of=call.programme), person=councillor)
    run = MatchRun.objects.create(call=mine.call, number=1, state="published")
    facts = {"possible": 0, "blocked": {"language": 3}, "near": [{"rule": "no-common-time"}]}
    Unplaced.objects.create(run=run, application=mine, facts=facts)
    for state in ApplicationState.values:
        Application.objects.filter(pk=mine.pk).update(
            state=state, question="Since when?", reason="No mandate."
        )
        check(f"application {state}", f"/en/mentoring/application/{mine.pk}/")
    other = make.application(call, person=people.person("b@example.org", "Bob Stone"))
    [match] = actions.offer(call.pk, [actions.Pair(other.pk, mentor.pk, {"topics": 40})])
    Application.objects.filter(pk=draft.pk).delete()
    Application.objects.filter(pk=other.pk).update(person=councillor)
    check("an offer", f"/en/mentoring/match/{match.pk}/")
    for state in (MatchState.ACTIVE, MatchState.DECLINED):
        Match.objects.update(state=state, mentee_reply="accepted", mentor_reply="accepted")
        check(f"match {state}", f"/en/mentoring/match/{match.pk}/")
    check("my academy", "/en/my-academy/")
    assert found == {}
