"""Runs at the coordinator's desk, on the course's page, and a goal of one's own."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses import actions
from courses.models import CourseRun, Enrolment
from participants.states import Role
from schedule.models import Entry
from tests.courses.conftest import person
from tests.courses.test_runs import run_with_dates
from tests.factories import academy as programmes
from tests.factories import courses as make
from tests.factories import participants as people

pytestmark = pytest.mark.django_db
INDEX = "/admin/course_runs/"
SOON = date.today() + timedelta(days=20)
LATER = date.today() + timedelta(days=80)


@pytest.fixture(autouse=True)
def _no_second_step(settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False


@pytest.fixture
def coordinator(client, course):
    """Of the course."""
    client.force_login(programmes.coordinator(course), backend=people.BACKEND)
    return client


@pytest.fixture
def run(course):
    return run_with_dates(course, SOON, LATER)


def form(page, /, **fields):
    known = {
        "course": make.run_of(page).course_id,
        "name": "Spring group",
        "starts_on": SOON.isoformat(),
        "ends_on": LATER.isoformat(),
        "policy": "open",
    }
    return known | fields


def dated():
    return CourseRun.objects.with_dates()


# --- The desk ---


def test_a_coordinator_offers_changes_and_closes_dates(coordinator, course, reader, jobs):
    answer = coordinator.post(f"{INDEX}new/", form(course), follow=True)
    run = dated().get()
    assert (run.starts_on, run.ends_on, run.name) == (SOON, LATER, "Spring group")
    assert "Foundations" in answer.content.decode()
    actions.enrol(reader.pk, run.pk)

    moved = LATER + timedelta(days=7)
    words = coordinator.post(
        f"{INDEX}edit/{run.pk}/", form(course, ends_on=moved.isoformat()), follow=True
    ).content.decode()
    assert "follow within a minute" in words
    jobs.run()
    last = Entry.objects.get(person=reader, key__endswith="end")
    assert (last.days()[0], last.sequence) == (moved, 1)

    close = reverse("course_runs:close", args=[run.pk])
    assert "Nobody can join any more" in coordinator.get(close).content.decode()
    coordinator.post(close, {"step": "close"})
    assert dated().get().closed_at is not None
    coordinator.post(close, {"step": "close"})
    assert "People can join again" in coordinator.get(close).content.decode()
    coordinator.post(close, {"step": "reopen"})
    assert dated().get().closed_at is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"ends_on": "2020-01-01"}, "The last day is before the first one"),
        ({"starts_on": ""}, "This field is required"),
        ({"starts_on": "yesterday"}, "Enter a valid date"),
        ({"course": "999999"}, "Select a valid choice"),
        ({"course": "💥"}, "Select a valid choice"),
        ({"policy": "nonsense"}, "Select a valid choice"),
        ({"name": "x" * 151}, "at most 150 characters"),
        ({"name": "a\0b"}, "Null characters are not allowed"),
    ],
)
def test_bad_input_is_told_in_words_and_nothing_is_made(coordinator, course, fields, words):
    answer = coordinator.post(f"{INDEX}new/", form(course, **fields))
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not dated().exists()


def test_names_in_any_script_are_kept(coordinator, course):
    coordinator.post(f"{INDEX}new/", form(course, name="Ομάδα άνοιξης 🌱"))
    assert dated().get().name == "Ομάδα άνοιξης 🌱"


def test_the_course_of_a_run_stays_what_it_is(coordinator, course, run):
    other = make.course("Another")
    coordinator.post(f"{INDEX}edit/{run.pk}/", form(other, name="Renamed"))
    found = dated().get()
    assert (found.course_id, found.name) == (run.course_id, "Renamed")


def test_the_run_without_dates_is_not_at_the_desk(coordinator, course):
    plain = make.run_of(course)
    for step in ("edit", "close"):
        assert coordinator.get(f"{INDEX}{step}/{plain.pk}/", follow=True).status_code == 404


def test_no_run_is_deleted(client, run):
    client.force_login(people.administrator(), backend=people.BACKEND)
    assert client.post(f"{INDEX}delete/{run.pk}/", follow=True).status_code == 404
    assert dated().exists()


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.ADMINISTRATOR, 200),
        (Role.PUBLISHER, 302),
        (Role.AUTHOR, 302),
        (Role.DATA_PROTECTION_OFFICER, 302),
        (Role.PARTICIPANT, 302),
    ],
)
def test_who_may_open_the_desk_of_runs(client, run, role, status):
    client.force_login(people.staff(role), backend=people.BACKEND)
    for address in (INDEX, f"{INDEX}new/", f"{INDEX}edit/{run.pk}/"):
        assert client.get(address).status_code == status
    client.post(f"{INDEX}edit/{run.pk}/", form(make.course("Other"), name="Changed"))
    client.post(f"{INDEX}close/{run.pk}/", {"step": "close"})
    found = dated().get()
    assert ((found.name == "Changed"), found.closed_at is not None) == ((status == 200),) * 2


def test_a_coordinator_of_another_programme_finds_nothing_of_these_dates(client, run, course):
    other = make.course("Other")
    client.force_login(programmes.coordinator(other), backend=people.BACKEND)
    assert list(client.get(INDEX).context["object_list"]) == []
    for address in (f"{INDEX}edit/{run.pk}/", f"{INDEX}close/{run.pk}/"):
        assert client.get(address, follow=True).status_code == 404
        changed = client.post(address, form(course, name="Changed", step="close"), follow=True)
        assert changed.status_code == 404
    refused = client.post(f"{INDEX}new/", form(course))
    assert "Select a valid choice" in refused.content.decode()
    found = dated().get()
    assert (found.name, found.closed_at) == (run.name, None)


def test_a_visitor_is_asked_to_sign_in(client, run):
    assert client.get(INDEX).status_code == 302


def test_the_list_takes_the_same_queries_for_one_and_for_three(coordinator, course):
    def queries():
        coordinator.get(INDEX)
        with CaptureQueriesContext(connection) as found:
            answer = coordinator.get(INDEX)
        return len(found), len(answer.context["object_list"])

    def add(name):
        run = run_with_dates(course, SOON, LATER, name=name)
        actions.enrol(person(f"{name}@example.org").pk, run.pk)

    add("one")
    with_one = queries()
    add("two")
    add("three")
    assert (with_one[1], queries()) == (1, (with_one[0], 3))


def test_the_list_is_narrowed_to_a_course(client, course, run):
    other = make.course("Another")
    run_with_dates(other, SOON, LATER, name="Other group")
    client.force_login(programmes.coordinator(course, other), backend=people.BACKEND)
    answer = client.get(f"{INDEX}?course={run.course_id}")
    assert [one.pk for one in answer.context["object_list"]] == [run.pk]
    assert client.get(f"{INDEX}?course=💥&policy=x").status_code == 200


# --- On the page of the course ---


@pytest.fixture
def signed_in(client, reader):
    client.force_login(reader, backend=people.BACKEND)
    return client


def page_of(course):
    return f"/en/courses/{course.slug}/"


def enrol_url(course, run=None):
    url = reverse("courses:enrol", args=[course.translation_key])
    return f"{url}?run={run.pk}" if run else url


def test_everybody_sees_the_dates_that_can_be_joined_the_next_first(client, course, run):
    early = run_with_dates(course, SOON - timedelta(days=9), LATER, name="Early group")
    over = run_with_dates(course, date(2020, 1, 1), date(2020, 2, 1), name="Over")
    closed = run_with_dates(course, SOON, LATER, name="Closed")
    actions.close_run(closed.pk)
    run_with_dates(course, SOON, LATER, name="Invited", policy="invitation")
    text = client.get(page_of(course)).content.decode()
    found = client.get(page_of(course)).context["runs"]
    assert [one["name"] for one in found] == ["Early group", "Spring group"]
    assert found[0]["url"] == enrol_url(course, early)
    assert found[0]["url"] in text
    assert enrol_url(course, over) not in text
    assert "login" in client.get(found[0]["url"]).url


def test_a_change_at_the_desk_is_on_the_page_at_once(client, course, run):
    client.get(page_of(course))
    actions.close_run(run.pk)
    assert client.get(page_of(course)).context["runs"] == []


def test_joining_a_group_says_what_it_means_and_puts_its_days_among_ones_dates(
    signed_in, reader, course, run
):
    text = signed_in.get(enrol_url(course, run)).content.decode()
    assert "Spring group" in text
    assert "There are no dates" not in text
    answer = signed_in.post(enrol_url(course), {"run": run.pk}, follow=True)
    assert "The first and the last day are among your dates" in answer.content.decode()
    assert Enrolment.objects.get().run_id == run.pk
    course_page = signed_in.get(page_of(course))
    assert course_page.context["runs"] == []
    assert "Spring group" in course_page.content.decode()
    dates = signed_in.get(reverse("dashboard")).context["dates"]
    assert [one["title"] for one in dates] == [
        "First day of the course “Foundations”",
        "Last day of the course “Foundations”",
    ]
    assert [one["deadline"] for one in dates] == [False, True]
    assert dates[0]["url"] == page_of(course)


def test_whoever_goes_alone_can_join_a_group_and_is_told_that_nothing_is_lost(
    signed_in, reader, course, run
):
    alone = actions.enrol(reader.pk, make.run_of(course).pk)
    assert signed_in.get(page_of(course)).context["runs"][0]["url"] == enrol_url(course, run)
    assert "comes along" in signed_in.get(enrol_url(course, run)).content.decode()
    signed_in.post(enrol_url(course, run))
    alone.refresh_from_db()
    assert alone.run_id == run.pk
    assert signed_in.get(enrol_url(course, run)).url == page_of(course)


@pytest.mark.parametrize("how", ["closed", "over", "not open"])
def test_dates_that_cannot_be_joined_say_why(signed_in, course, run, how):
    if how == "closed":
        actions.close_run(run.pk)
    elif how == "over":
        CourseRun.objects.filter(pk=run.pk).update(starts_on="2020-01-01", ends_on="2020-01-02")
    else:
        CourseRun.objects.filter(pk=run.pk).update(policy="approval")
    for method in (signed_in.get, signed_in.post):
        answer = method(enrol_url(course, run), follow=True)
        assert answer.request["PATH_INFO"] == page_of(course)
        assert any(word in answer.content.decode() for word in ("are over", "any more", "not open"))
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize("number", ["999999", "x", "💥", "\0", "9" * 30, "-1"])
def test_a_run_that_is_not_of_this_course_does_not_exist(signed_in, course, number):
    other = run_with_dates(make.course("Another"), SOON, LATER)
    for run in (number, str(other.pk)):
        assert signed_in.post(enrol_url(course), {"run": run}).status_code == 404
    assert not Enrolment.objects.exists()


def test_a_course_is_taken_again_alone_once_the_dates_are_over(signed_in, reader, course, run):
    enrolment = actions.enrol(reader.pk, run.pk)
    for entry in make.entries_of(course):
        actions.complete_item(enrolment.pk, entry.item_id)
    CourseRun.objects.filter(pk=run.pk).update(starts_on="2020-01-01", ends_on="2020-01-02")
    signed_in.post(reverse("courses:retake", args=[course.translation_key]))
    assert Enrolment.objects.get(attempt=2).run.is_self_paced


@pytest.mark.parametrize("count", [1, 3])
def test_dates_cost_the_course_page_no_query_more(
    signed_in, course, count, django_assert_num_queries
):
    for number in range(count):
        run_with_dates(course, SOON, LATER, name=f"Group {number}")
    signed_in.get(page_of(course))
    with django_assert_num_queries(4):  # one less than for somebody enrolled
        assert len(signed_in.get(page_of(course)).context["runs"]) == count


# --- A goal of one's own ---


@pytest.fixture
def alone(reader, course):
    return actions.enrol(reader.pk, make.run_of(course).pk)


def goal_url(enrolment):
    return reverse("courses:goal", args=[enrolment.pk])


def test_a_goal_is_set_seen_changed_and_removed(signed_in, reader, course, alone):
    assert goal_url(alone) in signed_in.get(page_of(course)).content.decode()
    answer = signed_in.post(goal_url(alone), {"day": SOON.isoformat()}, follow=True)
    assert answer.request["PATH_INFO"] == page_of(course)
    assert "Your goal: finish by" in answer.content.decode()
    academy = signed_in.get(reverse("dashboard"))
    (shown,) = academy.context["dates"]
    assert (shown["title"], shown["deadline"]) == ("Finish “Foundations” (your own goal)", True)
    assert goal_url(alone) in academy.content.decode()
    assert f'value="{SOON.isoformat()}"' in signed_in.get(goal_url(alone)).content.decode()

    signed_in.post(goal_url(alone), {"day": "", "step": "remove"})
    assert signed_in.get(reverse("dashboard")).context["dates"] == []
    assert "Remove the goal" not in signed_in.get(goal_url(alone)).content.decode()


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("", "This field is required"),
        ("tomorrow", "Enter a valid date"),
        ("2020-01-01", "This day is past"),
        ("9999-12-31", "within the next two years"),
        ("2027-02-30", "Enter a valid date"),
        ("\0", "Enter a valid date"),
        ("💥", "Enter a valid date"),
    ],
)
def test_a_day_that_cannot_be_is_told_in_words_and_the_old_goal_stays(signed_in, alone, day, words):
    actions.set_goal(alone.pk, SOON)
    answer = signed_in.post(goal_url(alone), {"day": day})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    alone.refresh_from_db()
    assert alone.goal_on == SOON


def test_whose_goal_it_is(client, signed_in, alone):
    for other in (
        person("other@example.org"),
        people.staff(Role.COORDINATOR),
        people.staff(Role.DATA_PROTECTION_OFFICER),
    ):
        client.force_login(other, backend=people.BACKEND)
        assert client.get(goal_url(alone)).status_code == 404
        assert client.post(goal_url(alone), {"day": SOON.isoformat()}).status_code == 404
    client.logout()
    assert "login" in client.post(goal_url(alone), {"day": SOON.isoformat()}).url
    alone.refresh_from_db()
    assert alone.goal_on is None


def test_a_course_that_is_left_or_done_takes_no_goal(signed_in, alone):
    actions.withdraw(alone.pk)
    assert signed_in.post(goal_url(alone), {"day": SOON.isoformat()}).status_code == 404
