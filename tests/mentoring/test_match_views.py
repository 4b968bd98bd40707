"""A match as the two see it, why there was none, and mentoring in My academy."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mentoring import actions
from mentoring.models import Application, Call, Match, MatchRun, Unplaced
from mentoring.states import ApplicationState, MatchState, RunState, Side
from mentoring.views.words import why_unmatched
from participants.actions import erase_person
from participants.owners import signed_owner
from participants.states import Role
from tests.factories import mentoring as make
from tests.factories import participants as people

pytestmark = pytest.mark.django_db
POINTS = {"topics": 40, "urbanisation": 15, "size": 7}


@pytest.fixture
def two(call):
    ada = people.person("ada.lovelace@example.org", "Ada Lovelace")
    bob = people.person("bob.stone@example.org", "Bob Stone")
    mentee = make.application(call, person=ada)
    mentor = make.application(call, Side.MENTOR, person=bob, country="GR")
    [match] = actions.offer(call.pk, [actions.Pair(mentee.pk, mentor.pk, POINTS)])
    return match, ada, bob


def seen_by(user):
    client = Client()
    client.force_login(user, backend=people.BACKEND)
    return client


def page_of(match, user):
    answer = seen_by(user).get(reverse("mentoring:match", args=[match.pk]))
    assert answer.status_code == 200
    return answer


def send(match, user, **data):
    return seen_by(user).post(reverse("mentoring:reply", args=[match.pk]), data)


# --- Who may, and what they see ---


def test_nobody_but_the_two_has_a_match(client, two):
    match, _ada, _bob = two
    ladder = [
        people.person("eve@example.org"),
        make.application(match.call).person,
        make.coordinator(match.call.programme),
        make.coordinator(make.programme("Other"), "other@example.org"),
        people.staff(Role.SAFEGUARDING_OFFICER, "officer@example.org"),
        people.administrator("root@example.org"),
    ]
    for user in ladder:
        assert seen_by(user).get(reverse("mentoring:match", args=[match.pk])).status_code == 404
        assert send(match, user, reply="accepted").status_code == 404
    for name in ("match", "reply"):
        address = reverse(f"mentoring:{name}", args=[match.pk])
        assert client.post(address).url.startswith(reverse("account_login"))
    match.refresh_from_db()
    assert match.state == MatchState.OFFERED


def test_before_both_accepted_each_sees_the_first_name_and_no_way_to_reach_the_other(two):
    match, ada, bob = two
    for user, other, country in ((ada, bob, "Greece"), (bob, ada, "Belgium")):
        text = page_of(match, user).content.decode()
        first, last = other.name.split()
        assert first in text
        assert country in text
        assert "Elected member" in text
        assert "Housing" in text
        assert "40 of 40" in text
        assert last not in text
        assert other.email not in text
        assert "Town " not in text
    actions.accept(match.pk, ada.pk)
    assert "bob.stone" not in page_of(match, ada).content.decode()


def test_after_both_accepted_each_sees_how_to_reach_the_other(two):
    match, ada, bob = two
    for user in (ada, bob):
        assert send(match, user, reply="accepted").status_code == 302
    text = page_of(match, ada).content.decode()
    assert "Bob Stone" in text
    assert "bob.stone@example.org" in text
    assert "Town " in text


@pytest.mark.parametrize("state", MatchState.values)
def test_every_state_is_said_and_addresses_show_only_while_they_are_together(two, state):
    match, ada, _bob = two
    Match.objects.update(state=state, mentee_reply="accepted", mentor_reply="accepted")
    text = page_of(match, ada).content.decode()
    assert ("bob.stone" in text) == (state in (MatchState.ACTIVE, MatchState.PAUSED))
    assert "Accept this match" not in text


def test_of_an_erased_person_nothing_is_left(two):
    match, ada, bob = two
    erase_person(bob.pk)
    text = page_of(match, ada).content.decode()
    assert "has erased their account" in text
    assert "Bob" not in text


# --- Answering ---


def test_declining_needs_no_reason_and_the_other_reads_none(two):
    match, ada, bob = two
    send(match, bob, reply="declined", reason="I know her cousin.")
    match.refresh_from_db()
    assert match.decline_reason == "I know her cousin."
    text = page_of(match, ada).content.decode()
    assert "did not come about" in text
    assert "cousin" not in text
    assert "You declined" in page_of(match, bob).content.decode()


def test_a_reason_sent_after_the_session_ended_waits_for_its_owner(client, two):
    match, ada, _bob = two
    sent = {"reply": "declined", "reason": "No time after all.", "owner": signed_owner(ada)}
    client.post(reverse("mentoring:reply", args=[match.pk]), sent)
    match.refresh_from_db()
    assert match.state == MatchState.OFFERED
    client.force_login(ada, backend=people.BACKEND)
    shown = client.get(reverse("mentoring:reply", args=[match.pk]), follow=True)
    assert "No time after all." in shown.content.decode()


@pytest.mark.parametrize(
    "data", [{}, {"reply": "maybe"}, {"reply": "declined", "reason": "x" * 1001}]
)
def test_a_broken_answer_changes_nothing(two, data):
    match, ada, _bob = two
    assert send(match, ada, **data).status_code == 422
    match.refresh_from_db()
    assert match.state == MatchState.OFFERED


def test_after_the_deadline_an_answer_is_too_late_and_said(two):
    match, ada, _bob = two
    Match.objects.update(answer_by=timezone.now() - timedelta(minutes=1))
    assert "This offer is over" in page_of(match, ada).content.decode()
    answer = seen_by(ada).post(
        reverse("mentoring:reply", args=[match.pk]), {"reply": "accepted"}, follow=True
    )
    assert "This offer is over" in answer.content.decode()
    match.refresh_from_db()
    assert match.state == MatchState.OFFERED


def test_a_match_needs_few_queries(two, django_assert_max_num_queries):
    match, ada, _bob = two
    client, address = seen_by(ada), reverse("mentoring:match", args=[match.pk])
    client.get(address)
    with django_assert_max_num_queries(6):
        client.get(address)


# --- Without a match ---

FACTS = {
    "possible": 2,
    "best": 60,
    "blocked": {"language": 3, "no-capacity": 1, "conflict": 5, "forbidden": 2},
    "near": [
        {"worth": 82, "rule": "language", "remedy": "language", "has": 3, "needs": 4, "other": 9},
        {"worth": 70, "rule": "period", "remedy": "dates", "has": 20, "needs": 90, "other": 8},
        {"worth": 60, "rule": "no-common-time", "remedy": "half-days", "other": 7},
        {"worth": 50, "rule": "ended", "remedy": "nothing", "other": 6},
    ],
}


@pytest.mark.parametrize("side", Side.values)
def test_why_there_was_none_is_said_without_anything_confidential(side):
    said = why_unmatched(side, FACTS)
    assert said["first"].startswith("2 ment")
    assert len(said["reasons"]) == 2
    assert len(said["near"]) == 3
    assert "B1 in common, and B2 is needed" in said["near"][0]
    assert "conflict" not in str(said).lower()


def test_nothing_known_is_said_as_well():
    said = why_unmatched(Side.MENTEE, {})
    assert said == {
        "first": "Nobody on the other side met all conditions of a pair with you.",
        "reasons": [],
        "near": [],
    }


def test_the_reasons_are_those_of_the_last_published_run(call, ada):
    found = make.application(call, person=ada, state=ApplicationState.UNMATCHED)
    for number, state in enumerate([RunState.SUPERSEDED, RunState.PUBLISHED, RunState.SOLVED]):
        run = MatchRun.objects.create(call=call, number=number + 1, state=state)
        Unplaced.objects.create(
            run=run,
            application=found,
            facts={"possible": number},
            confidential={"conflict": 7700077},
        )
    text = seen_by(ada).get(reverse("mentoring:application", args=[found.pk])).content.decode()
    assert "One mentor would have been possible" in text
    assert "7700077" not in text


def test_a_mentor_of_several_finds_each_of_them(call, ada):
    mentor = make.application(call, Side.MENTOR, person=ada, capacity=3)
    for name in ("Bob Stone", "Eve Rivers"):
        mentee = make.application(call, person=people.person(name=name))
        actions.offer(call.pk, [actions.Pair(mentee.pk, mentor.pk)])
    text = seen_by(ada).get(reverse("mentoring:application", args=[mentor.pk])).content.decode()
    assert "Go to the match with Bob" in text
    assert "Go to the match with Eve" in text
    assert "Stone" not in text


# --- My academy ---


def academy(user):
    return seen_by(user).get(reverse("dashboard")).context["mentoring"]


def test_without_mentoring_nothing_is_shown(ada):
    assert academy(ada) == []


def test_a_draft_shows_until_when_and_disappears_when_withdrawn(call, ada, draft):
    [row] = academy(ada)
    assert (row["asks"], row["due_word"]) == (True, "Hand it in by")
    Call.objects.update(closes_at=timezone.now())
    [row] = academy(ada)
    assert (row["asks"], row["due"]) == (False, None)
    actions.withdraw(draft.pk, ada.pk)
    assert academy(ada) == []


def test_a_question_asks_for_an_answer(call, ada):
    made = make.application(call, person=ada, state=ApplicationState.NEEDS_INFO)
    [row] = academy(ada)
    assert row["label"] == "Answer it"
    assert row["url"] == reverse("mentoring:application", args=[made.pk])


def test_an_offer_shows_its_deadline_and_then_the_mentorship(two):
    match, ada, bob = two
    [row] = academy(ada)
    assert (row["asks"], row["due_word"], row["label"]) == (True, "Answer by", "Accept or decline")
    actions.accept(match.pk, ada.pk)
    assert academy(ada)[0]["asks"] is False
    actions.accept(match.pk, bob.pk)
    assert academy(ada)[0]["text"] == "Your mentorship is under way."
    assert academy(bob)[0]["url"] == reverse("mentoring:mentorship", args=[match.pk])


@pytest.mark.parametrize("count", [1, 3])
def test_mentoring_takes_two_queries_however_much_of_it(ada, count, django_assert_num_queries):
    for number in range(count):
        make.application(make.call(f"Call {number}"), person=ada)
    client = seen_by(ada)
    client.get(reverse("dashboard"))
    with django_assert_num_queries(7):
        client.get(reverse("dashboard"))
    Application.objects.all().delete()
    with django_assert_num_queries(6):
        client.get(reverse("dashboard"))
