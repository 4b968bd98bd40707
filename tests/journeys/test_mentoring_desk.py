"""A coordinator brings mentees and mentors together.

1. she opens the call's settings and gives topics more points
2. reads an application, asks for more, and accepts those who were handed in
3. asks for a matching, and watches it until the result shows
4. locks a pair, asks again, and reads what changed
5. a colleague looks at it and publishes: the offers are made
"""

import re

import pytest
from playwright.sync_api import expect

from mentoring import actions
from mentoring.models import Application, CallAct, Match, MatchRun
from mentoring.states import ApplicationState, CallState, Side
from tests.factories import mentoring as make
from tests.factories import participants as people
from tests.support.browser import DESK, PHONE

pytestmark = pytest.mark.django_db(transaction=True)
NARROW = {"width": 768, "height": 900}


@pytest.fixture(autouse=True)
def _no_second_step(settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False


@pytest.fixture
def call():
    return make.call("Call of spring", state=CallState.MATCHING)


@pytest.fixture
def coordinator(call):
    return make.coordinator(call.programme)


@pytest.fixture
def colleague(call):
    return make.coordinator(call.programme, "colleague@example.org")


def named(call, name, side=Side.MENTEE, **fields) -> Application:
    person = people.person(f"{name.split()[0].lower()}@example.org", name)
    return make.application(call, side, person=person, **fields)


@pytest.fixture
def applicants(call) -> dict[str, Application]:
    health = [make.topic("Health")]
    return {
        "ada": named(call, "Ada Lind", topics=health),
        "bea": named(call, "Bea Brandt"),
        "cem": named(call, "Cem Kaya", state=ApplicationState.SUBMITTED, languages={"fr": 6}),
        "max": named(call, "Max Vogel", Side.MENTOR, topics=health),
        "nia": named(call, "Nia Rossi", Side.MENTOR),
    }


def sign_in(page, user) -> None:
    page.goto("/en/account/login/")
    page.locator("input[name=login]").fill(user.email)
    page.locator("input[name=password]").fill(people.PASSWORD)
    page.locator("main form:has(input[name=password]) button[type=submit]").first.click()
    expect(page).to_have_url(re.compile("my-academy"))


def ask_and_wait(page, jobs, number: int) -> None:
    page.get_by_role("link", name="Matchings").click()
    page.get_by_role("button", name="Ask for a matching").click()
    expect(page.get_by_text("It waits for its turn.")).to_be_visible()
    jobs.run()
    expect(page.get_by_role("heading", name="All in all")).to_be_visible()
    expect(page.get_by_text(f"Matching {number}", exact=True)).to_be_visible()


def test_two_coordinators_bring_people_together(
    pages, call, coordinator, colleague, applicants, jobs
):
    page = pages.new()
    sign_in(page, coordinator)
    page.goto("/admin/")
    page.get_by_role("link", name="Mentoring", exact=True).first.click()
    page.get_by_role("link", name="Call of spring", exact=True).click()
    expect(page.get_by_text("1 application waits for your decision.")).to_be_visible()

    page.get_by_role("link", name="Settings", exact=True).last.click()
    page.get_by_label("Topics").fill("60")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The settings are saved.")).to_be_visible()

    page.get_by_role("link", name="Read and decide").click()
    page.get_by_role("link", name="Cem Kaya").click()
    page.get_by_label("Your question").fill("Do you speak English as well?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("The question is asked.")).to_be_visible()
    page.get_by_role("link", name="Applications", exact=True).click()
    page.get_by_role("checkbox", name="Choose Cem Kaya, mentee").check()
    page.get_by_role("button", name="Accept for matching…").click()
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("1 application is decided.")).to_be_visible()

    ask_and_wait(page, jobs, 1)
    expect(page.get_by_role("row", name=re.compile("Ada Lind.*Max Vogel"))).to_be_visible()
    expect(page.get_by_text("no language in common").first).to_be_visible()

    page.get_by_role("link", name="Pair two people by hand").click()
    page.get_by_label("Mentee").select_option(str(applicants["ada"].pk))
    page.get_by_label("Mentor").select_option(str(applicants["nia"].pk))
    page.get_by_label("Reason").fill("They work on the same river")
    page.get_by_role("button", name="Lock this pair").click()
    expect(page.get_by_text("The pair is locked.")).to_be_visible()

    ask_and_wait(page, jobs, 2)
    expect(page.get_by_role("heading", name="New pairs: 2")).to_be_visible()
    expect(page.get_by_text("Ada Lind – Nia Rossi")).to_be_visible()
    expect(page.get_by_text("You asked for this one")).to_be_visible()

    other = pages.new()
    sign_in(other, colleague)
    other.goto(f"/admin/mentoring/runs/{MatchRun.objects.get(number=2).pk}/")
    other.get_by_role("button", name="Publish and send the offers").click()
    expect(other.get_by_text("The matching is published")).to_be_visible()
    assert Match.objects.count() == 2
    kinds = list(CallAct.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["settings", "ask", "accept", "run", "lock", "run", "publish"]


def test_without_script_a_link_shows_how_far_a_matching_is(
    pages, call, coordinator, applicants, jobs
):
    page = pages.new(script=False)
    sign_in(page, coordinator)
    page.goto(f"/admin/mentoring/calls/{call.pk}/runs/")
    page.get_by_role("button", name="Ask for a matching").click()
    jobs.run()
    page.get_by_role("link", name="See how far it is").click()
    expect(page.get_by_role("heading", name="All in all")).to_be_visible()


def test_axe_finds_nothing_on_the_mentoring_desk(
    pages, axe, call, coordinator, colleague, applicants, jobs
):
    ada, bea, max_ = applicants["ada"], applicants["bea"], applicants["max"]
    ada.conflicts.create(words="My neighbour Rossi")
    ada.conflicts.create(organisation=bea.organisation)
    page = pages.new()
    sign_in(page, coordinator)
    found = {}

    def check(name, address):
        page.goto(f"/admin/mentoring/{address}")
        page.evaluate("document.querySelectorAll('#main details').forEach(d => d.open = true)")
        if wrong := axe(page, within="#main", viewports=(PHONE, NARROW, DESK)):
            found[name] = wrong

    of_call = f"calls/{call.pk}/"
    check("runs empty", f"{of_call}runs/")
    check("pairs empty", f"{of_call}pairs/")
    actions.ask_for_run(call.pk, by=coordinator)
    check("progress", f"runs/{MatchRun.objects.get().pk}/")
    jobs.run()
    actions.lock_pair(call.pk, bea.pk, max_.pk, by=coordinator, reason="Because")
    second = actions.ask_for_run(call.pk, by=colleague)
    jobs.run()
    failed = actions.ask_for_run(call.pk, by=coordinator)
    jobs.lose()
    MatchRun.objects.filter(pk=failed.pk).update(
        state="failed", fault="lock-language", fault_pair=[bea.pk, max_.pk]
    )
    lone = [named(call, "Eva Svensson"), named(call, "Jan Kos", Side.MENTOR)]
    actions.offer(call.pk, [actions.Pair(lone[0].pk, lone[1].pk)])
    actions.ask(applicants["cem"].pk, by=coordinator, question="Why?")
    for name, address in {
        "calls": "",
        "call": of_call,
        "settings": f"{of_call}settings/",
        "list": f"{of_call}applications/",
        "list filtered": f"{of_call}applications/?side=mentor",
        "list empty": f"{of_call}applications/?q=nowhere",
        "application": f"applications/{ada.pk}/",
        "asked": f"applications/{applicants['cem'].pk}/",
        "runs": f"{of_call}runs/",
        "result": f"runs/{second.pk}/",
        "failed": f"runs/{failed.pk}/",
        "offers": f"{of_call}matches/",
        "pairs": f"{of_call}pairs/?mentee={ada.pk}&mentor={max_.pk}",
    }.items():
        check(name, address)
    page.goto(f"/admin/mentoring/{of_call}applications/")
    page.get_by_role("radio", name=re.compile("applications in this list")).check()
    page.get_by_role("button", name="Do not accept…").click()
    expect(page.get_by_role("heading", name="Do not accept 7 applications")).to_be_visible()
    if wrong := axe(page, within="#main", viewports=(PHONE, NARROW, DESK)):
        found["decide"] = wrong
    assert found == {}
