"""Figures of a call: every stage is counted, small numbers are left out, and nothing shown tells
what is left out."""

import csv
import io

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from mentoring import actions
from mentoring.actions import Pair
from mentoring.models import Application, Match
from mentoring.rules import FEW, suppressed
from mentoring.states import ApplicationState, CallState, MatchState, Side
from participants.states import Role
from tests.factories import mentoring as make
from tests.factories import participants as people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_step(settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False


@pytest.fixture
def call():
    return make.call()


@pytest.fixture
def coordinator(call):
    return make.coordinator(call.programme)


def applied(call, count, side=Side.MENTEE, **fields):
    return [make.application(call, side, **fields) for _ in range(count)]


def open_as(client, user, name, *args, **query):
    client.force_login(user, backend=people.BACKEND)
    answer = client.get(reverse(name, args=args), query)
    # What does not exist is looked for once more with a language in front.
    lost = answer.status_code == 302 and answer.url.startswith("/en/admin/mentoring")
    return client.get(answer.url) if lost else answer


def rows_of(answer) -> dict[str, dict[str, tuple]]:
    return {table.label: dict(table.rows) for table in answer.context["tables"]}


# --- What is left out -----------------------------------------------------------------------------


def test_a_number_below_five_is_left_out_and_so_is_the_smallest_other_that_would_tell_it():
    shown, total = suppressed({"BE": (3,), "FR": (9,), "PT": (20,), "MT": (0,)}, (32,))
    assert (shown, total) == ({"BE": (None,), "FR": (None,), "PT": (20,), "MT": (0,)}, (32,))


def test_two_that_are_left_out_hide_each_other():
    assert suppressed({"BE": (3,), "FR": (4,), "PT": (20,)}, (27,))[0] == {
        "BE": (None,),
        "FR": (None,),
        "PT": (20,),
    }


def test_a_total_below_five_is_left_out_too():
    assert suppressed({"BE": (3,), "FR": (0,)}, (3,)) == ({"BE": (None,), "FR": (0,)}, (None,))


@given(st.lists(st.tuples(*[st.integers(0, 30)] * 3), min_size=1, max_size=8))
def test_nothing_that_is_shown_tells_what_is_left_out(counts):
    rows = {f"row {number}": row for number, row in enumerate(counts)}
    sums = tuple(map(sum, zip(*counts, strict=True)))
    shown, total = suppressed(rows, sums)
    for name, row in rows.items():
        for at, count in enumerate(row):
            assert shown[name][at] in (None, count)
            assert not 0 < (shown[name][at] or 0) < FEW
    for at, whole in enumerate(total):
        hidden = [name for name in rows if shown[name][at] is None]
        assert whole in (None, sums[at])
        assert whole is None or len(hidden) != 1, "the rest of the total tells it"


# --- What is counted ------------------------------------------------------------------------------


def test_each_stage_counts_those_who_came_so_far(client, call, coordinator):
    mentees = applied(call, 12)
    mentors = applied(call, 11, Side.MENTOR)
    applied(call, 6, state=ApplicationState.INELIGIBLE)
    Application.objects.create(call=call, person=people.person("draft@example.org"), side="mentee")
    pairs = [Pair(one.pk, two.pk) for one, two in zip(mentees, mentors, strict=False)]
    matches = actions.offer(call.pk, pairs)
    for match in matches[:8]:
        for one in (match.mentee, match.mentor):
            actions.accept(match.pk, one.person_id)
    Match.objects.filter(pk__in=[match.pk for match in matches[:5]]).update(
        state=MatchState.COMPLETED
    )
    actions.decline(matches[-1].pk, matches[-1].mentee.person_id)

    answer = open_as(client, coordinator, "mentoring_figures", call.pk)
    assert answer.context["total"] == (29, 23, 22, 16, 10)
    assert rows_of(answer)["As"] == {"mentee": (18, 12, 11, 8, 5), "mentor": (11, 11, 11, 8, 5)}
    assert rows_of(answer)["Country"] == {"Belgium": (29, 23, 22, 16, 10)}


def test_gender_is_what_the_profile_says_and_erased_people_did_not_say(client, call, coordinator):
    for gender, count in (("woman", 7), ("man", 6), ("", 5)):
        for application in applied(call, count):
            people.organisation()
            make_profile(application, gender)
    gone = applied(call, 1)[0]
    Application.objects.filter(pk=gone.pk).update(person=None)
    answer = open_as(client, coordinator, "mentoring_figures", call.pk)
    first = {name: counts[0] for name, counts in rows_of(answer)["Gender"].items()}
    assert first == {"Woman": 7, "Man": 6, "not said": 6}


def make_profile(application, gender):
    from participants.models import Profile

    Profile.objects.create(
        user=application.person,
        country="BE",
        organisation=application.organisation,
        gender=gender,
    )


def test_a_country_of_one_cannot_be_read_from_the_page_or_the_file(client, call, coordinator):
    applied(call, 8), applied(call, 1, country="MT"), applied(call, 20, country="FR")
    page = open_as(client, coordinator, "mentoring_figures", call.pk)
    first = {name: counts[0] for name, counts in rows_of(page)["Country"].items()}
    assert first == {"Belgium": None, "Malta": None, "France": 20}
    file = open_as(client, coordinator, "mentoring_figures_export", call.pk, format="csv")
    text = b"".join(file.streaming_content).decode("utf-8-sig")
    lines = {line[1]: line[2] for line in csv.reader(io.StringIO(text)) if line[0] == "Country"}
    assert lines == {"Belgium": "left out", "Malta": "left out", "France": "20"}
    book = open_as(client, coordinator, "mentoring_figures_export", call.pk, format="xlsx")
    assert b"".join(book.streaming_content)[:2] == b"PK"
    other = open_as(client, coordinator, "mentoring_figures_export", call.pk, format="exe")
    assert other.status_code == 404


# --- Who may read them ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mentoring_figures", "mentoring_figures_export"])
def test_who_may_read_the_figures_of_a_call(client, call, coordinator, name):
    other = make.coordinator(make.programme("Other"), "other@example.org")
    may = {
        coordinator: 200,
        other: 404,
        people.staff(Role.PARTNERSHIP_STAFF, "staff@example.org"): 200,
        people.staff(Role.ADMINISTRATOR, "admin@example.org"): 200,
        people.staff(Role.PUBLISHER, "publisher@example.org"): 302,
        people.person("ada@example.org"): 302,
    }
    for user, status in may.items():
        assert open_as(client, user, name, call.pk).status_code == status, user.email


def test_staff_find_all_calls_and_no_names(client, call):
    applied(call, 6)
    few = make.call("Small", of=make.programme("Other"))
    applied(few, 2)
    make.call("Draft", of=make.programme("Third"), state=CallState.DRAFT)
    staff = people.staff(Role.PARTNERSHIP_STAFF, "staff@example.org")
    answer = open_as(client, staff, "mentoring_all_figures")
    shown = {call.name: handed_in for call, handed_in in answer.context["rows"]}
    assert shown == {"Call 2027": 6, "Small": None}
    page = open_as(client, staff, "mentoring_figures", call.pk).content.decode()
    assert "Ada" not in page
    assert reverse("mentoring_applications", args=[call.pk]) not in page
    assert open_as(client, staff, "mentoring_applications", call.pk).status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_figures_take_the_same_queries_however_many_applied(
    client, call, coordinator, count, django_assert_num_queries
):
    for number in range(count):
        applied(call, 2, country=("BE", "FR", "PT")[number])
    open_as(client, coordinator, "mentoring_figures", call.pk)
    with django_assert_num_queries(17):
        client.get(reverse("mentoring_figures", args=[call.pk]))
