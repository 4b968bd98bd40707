"""A person's dates, from a goal to the calendar that follows them.

1. somebody enrolled sets a goal, sees it in My academy and changes their mind
2. a coordinator offers dates; the person joins the group with what they have done
3. the person makes an address for their calendar, which fetches the dates
4. the coordinator moves the last day, the person leaves, and the calendar hears of both
5. the person renews the address, and the old one leads nowhere
"""

import re
from datetime import date, timedelta

import pytest
from icalendar import Calendar
from playwright.sync_api import expect

from courses import actions
from courses.models import CourseRun, Enrolment
from participants.models import User
from schedule import actions as schedule
from schedule.models import Entry
from tests.journeys.test_accessibility import sign_in
from tests.support.browser import PHONE, too_wide

pytestmark = pytest.mark.usefixtures("demonstration")
COURSE = "/en/courses/foundations-of-local-integration/"
SOON = date.today() + timedelta(days=20)
LATER = date.today() + timedelta(days=70)


def winter_group() -> CourseRun:
    enrolment = Enrolment.objects.get()
    return actions.add_run(
        enrolment.run.course_id,
        name="Winter group",
        starts_on=SOON,
        ends_on=LATER,
        policy="open",
    )


def events(page, address: str) -> dict:
    """What a calendar without any cookie reads at this address, by title."""
    answer = page.context.request.get(re.sub("^https?://[^/]+", "", address))
    assert answer.status == 200
    found = Calendar.from_ical(answer.body()).walk("VEVENT")
    return {str(event["SUMMARY"]): event for event in found}


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_goal_a_group_and_a_calendar_that_follows(pages, script):
    learner = pages.new(viewport=PHONE, script=script)
    sign_in(learner)

    # 1. a goal
    learner.goto(COURSE)
    learner.get_by_role("link", name="Set yourself a day to finish by").click()
    learner.get_by_label("I want to finish by").fill("2020-01-01")
    learner.get_by_role("button", name="Set this day").click()
    expect(learner.get_by_text("This day is past").first).to_be_visible()
    learner.get_by_label("I want to finish by").fill(SOON.isoformat())
    learner.get_by_role("button", name="Set this day").click()
    expect(learner.get_by_text("Your goal: finish by")).to_be_visible()
    learner.goto("/en/my-academy/")
    expect(learner.get_by_role("link", name=re.compile("your own goal"))).to_be_visible()
    learner.get_by_role("link", name=re.compile("Change the goal")).click()
    learner.get_by_role("button", name="Remove the goal").click()
    expect(learner.get_by_text("Your goal is removed.")).to_be_visible()

    # 2. a group
    run = winter_group()
    learner.reload()
    learner.get_by_text("Or with others, on fixed dates").click()
    learner.get_by_role("link", name=re.compile("Join on these dates")).click()
    expect(learner.get_by_text("comes along")).to_be_visible()
    learner.get_by_role("button", name="Enrol and start").click()
    expect(learner.get_by_text("The first and the last day are among your dates")).to_be_visible()

    # 3. a calendar
    learner.goto("/en/my-academy/")
    learner.get_by_role("link", name=re.compile("All your dates")).click()
    expect(
        learner.get_by_role("heading", name=re.compile("First day of the course"))
    ).to_be_visible()
    learner.get_by_role("button", name="Make an address for my calendar").click()
    address = learner.get_by_label("Or copy the address").input_value()
    assert too_wide(learner) == 0
    calendar = pages.new()
    before = events(calendar, address)
    last = next(title for title in before if "Last day" in title)
    assert (before[last]["SEQUENCE"], before[last]["DTSTART"].dt) == (0, LATER)

    # 4. it follows
    moved = LATER + timedelta(days=7)
    actions.change_run(
        run.pk, name=run.name, starts_on=run.starts_on, ends_on=moved, policy=run.policy
    )
    actions.show_changed_runs()
    after = events(calendar, address)
    assert (after[last]["UID"], after[last]["SEQUENCE"], after[last]["DTSTART"].dt) == (
        before[last]["UID"],
        1,
        moved,
    )
    learner.goto(COURSE)
    learner.get_by_text("Leave this course").click()
    learner.get_by_role("button", name="Yes, leave the course").click()
    expect(learner.get_by_text("You left the course")).to_be_visible()
    off = events(calendar, address)
    assert {str(event["STATUS"]) for event in off.values()} == {"CANCELLED"}
    assert {event["UID"] for event in before.values()} <= {event["UID"] for event in off.values()}

    # 5. another address
    learner.goto("/en/my-academy/dates/")
    learner.get_by_text("Renew or close the address").click()
    learner.get_by_role("button", name="Yes, renew the address").click()
    expect(learner.get_by_text("The address is new.")).to_be_visible()
    assert learner.get_by_label("Or copy the address").input_value() != address
    gone = calendar.context.request.get(re.sub("^https?://[^/]+", "", address))
    assert gone.status == 404


def test_axe_finds_nothing_in_any_state_of_dates(pages, axe):
    learner = pages.new()
    sign_in(learner)
    enrolment = Enrolment.objects.get()
    person = User.objects.get(pk=enrolment.user_id)
    found = {}

    def check(name, address, *, opened=False):
        learner.goto(address)
        if opened:
            learner.evaluate(
                "for (const one of document.querySelectorAll('details')) one.open = true"
            )
        if wrong := axe(learner):
            found[name] = wrong

    check("no dates", "/en/my-academy/dates/")
    check("no past ones", "/en/my-academy/dates/?past=1")
    run = winter_group()
    actions.set_goal(enrolment.pk, SOON)
    check("a group to join", COURSE, opened=True)
    check("joining", f"/en/learn/course/{run.course.key}/enrol/?run={run.pk}")
    check("a goal", f"/en/learn/enrolment/{enrolment.pk}/goal/")
    learner.get_by_label("I want to finish by").fill("")
    learner.get_by_role("button", name="Set this day").click()
    if wrong := axe(learner):
        found["a wrong goal"] = wrong
    actions.enrol(person.pk, run.pk)
    schedule.open_feed(person.pk)
    person.time_zone = "Europe/Helsinki"
    person.save()
    check("dates", "/en/my-academy/dates/", opened=True)
    check("dates in Greek", "/el/my-academy/dates/", opened=True)
    check("my academy", "/en/my-academy/")
    check("in a group", COURSE, opened=True)
    Entry.objects.update(begins_at="2020-01-01T00:00Z", ends_at="2020-01-02T00:00Z")
    check("past dates", "/de/my-academy/dates/?past=1")
    assert found == {}


def test_axe_finds_nothing_at_the_desk_of_course_dates(pages, axe):
    """Nothing that a screen of Wagtail itself does not have as well."""
    coordinator = pages.new()
    sign_in(coordinator, "coordinator@demo.example.org")
    run = winter_group()
    coordinator.goto("/admin/organisations/new/")
    stock = {line.split(":")[0] for line in axe(coordinator, within="main")}
    found = {}
    for address in ("", "new/", f"edit/{run.pk}/", f"close/{run.pk}/"):
        coordinator.goto(f"/admin/course_runs/{address}")
        new = [x for x in axe(coordinator, within="main") if x.split(":")[0] not in stock]
        if new:
            found[address] = new
    assert found == {}
