"""Mentorships and concerns at the desk: who opens which screen, and what stands there."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mentoring import actions, notices
from mentoring.models import Checkpoint, Concern, Match
from mentoring.states import CheckpointState, ConcernState, MatchState, Side
from participants.actions import notify
from participants.models import Notice
from participants.notices import readable
from participants.states import Role
from tests.factories import mentoring as make
from tests.factories import participants as people

pytestmark = pytest.mark.django_db
WORDS = "zqconcernq"


@pytest.fixture(autouse=True)
def _one_step(settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False


@pytest.fixture
def match():
    return make.mentorship()


@pytest.fixture
def officer():
    return people.staff(Role.SAFEGUARDING_OFFICER, "officer@example.org")


@pytest.fixture
def concern(match, officer):
    return actions.raise_concern(match.mentee.person_id, WORDS, match_id=match.pk)


@pytest.fixture
def coordinator(match):
    return make.coordinator(match.call.programme)


def signed_in(user):
    client = Client()
    client.force_login(user, backend=people.BACKEND)
    return client


def ladder(match):
    return {
        "reporter": match.mentee.person,
        "subject": match.mentor.person,
        "coordinator": make.coordinator(match.call.programme),
        "administrator": people.staff(Role.ADMINISTRATOR, "admin@example.org"),
        "full access": people.administrator("root@example.org"),
        "data-protection officer": people.staff(Role.DATA_PROTECTION_OFFICER, "dpo@example.org"),
        "publisher": people.staff(Role.PUBLISHER, "publisher@example.org"),
    }


def is_gone(answer) -> bool:
    """What is not at the desk is looked for among the pages, and not found there."""
    return answer.status_code == 404 or answer.headers.get("Location", "").startswith("/en/admin/")


# --- Concerns ---------------------------------------------------------------------------------


def test_only_the_officer_opens_concerns_and_finds_them_in_the_menu(match, concern, officer):
    pages = [reverse("mentoring_concerns"), reverse("mentoring_concern", args=[concern.pk])]
    doors = [
        reverse("mentoring_concern_move", args=[concern.pk]),
        reverse("mentoring_concern_decide", args=[concern.pk]),
    ]
    data = {"to": "triaged", "decision": "suspend"}
    for who, user in {"visitor": None, **ladder(match)}.items():
        client = signed_in(user) if user else Client()
        for address in pages:
            answer = client.get(address)
            assert answer.status_code == 302, who
        assert {client.post(door, data).status_code for door in doors} == {302}, who
        home = client.get(reverse("wagtailadmin_home"))
        assert pages[0] not in home.content.decode(), who
    concern.refresh_from_db()
    match.refresh_from_db()
    assert (concern.state, match.state) == (ConcernState.OPENED, MatchState.ACTIVE)

    client = signed_in(officer)
    assert pages[0] in client.get(reverse("wagtailadmin_home")).content.decode()
    listed, one = (client.get(page) for page in pages)
    assert WORDS not in listed.content.decode()
    assert WORDS in one.content.decode()
    assert "no-store" in one["Cache-Control"]


def test_an_officer_finds_no_concern_about_themselves(match, officer):
    match.mentor.person.groups.add(people.group(Role.SAFEGUARDING_OFFICER))
    concern = actions.raise_concern(match.mentee.person_id, WORDS, match_id=match.pk)
    client = signed_in(match.mentor.person)
    assert (
        f"concerns/{concern.pk}/" not in client.get(reverse("mentoring_concerns")).content.decode()
    )
    for name in ("mentoring_concern", "mentoring_concern_move", "mentoring_concern_decide"):
        address = reverse(name, args=[concern.pk])
        assert is_gone(client.get(address))
        assert is_gone(client.post(address))


def test_the_officer_moves_it_on_with_remarks_and_decides_about_the_mentorship(
    match, concern, officer
):
    client = signed_in(officer)
    move = reverse("mentoring_concern_move", args=[concern.pk])
    decide = reverse("mentoring_concern_decide", args=[concern.pk])
    assert client.post(move, {"to": "resolved", "remarks": "Too soon"}).status_code == 409
    client.post(move, {"to": "triaged", "remarks": "Called both"})
    client.post(move, {"remarks": "Called both twice"})
    client.post(decide, {"decision": "suspend"})
    concern.refresh_from_db()
    match.refresh_from_db()
    assert (concern.state, concern.remarks) == ("triaged", "Called both twice")
    assert match.state == MatchState.SUSPENDED
    client.post(decide, {"decision": "reinstate"})
    match.refresh_from_db()
    assert match.state == MatchState.ACTIVE


@pytest.mark.parametrize(
    "data", [{}, {"to": "nothing"}, {"remarks": "x" * 5001}, {"to": "opened", "decision": "x"}]
)
def test_broken_input_changes_no_concern(match, concern, officer, data):
    client = signed_in(officer)
    for name in ("mentoring_concern_move", "mentoring_concern_decide"):
        assert client.post(reverse(name, args=[concern.pk]), data).status_code in (302, 409)
    concern.refresh_from_db()
    match.refresh_from_db()
    assert (concern.state, concern.remarks, match.state) == ("opened", "", MatchState.ACTIVE)


def test_the_list_takes_as_many_queries_for_one_concern_as_for_three(match, concern, officer):
    client, address = signed_in(officer), reverse("mentoring_concerns")
    client.get(address)
    counts = []
    for number in range(3):
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
        actions.raise_concern(match.mentor.person_id, f"Number {number}", match_id=match.pk)
    assert counts[0] == counts[2]
    assert Concern.objects.count() == 4


# --- Mentorships ------------------------------------------------------------------------------


def test_coordinators_of_the_programme_see_how_far_it_is_and_nothing_that_is_shared(
    match, coordinator
):
    actions.write_note(match.pk, match.mentee.person_id, "zqnoteq")
    actions.set_goals(match.pk, match.mentee.person_id, "zqgoalsq", "", version=0)
    past = timezone.now() - timedelta(days=1)
    actions.log_session(match.pk, match.mentee.person_id, past, 45, next_step="zqstepq")
    actions.end_early(match.pk, match.mentee.person_id, reason="zqreasonq")
    pages = [
        reverse("mentoring_matches", args=[match.call_id]),
        reverse("mentoring_mentorship", args=[match.pk]),
    ]
    client = signed_in(coordinator)
    listed, one = (client.get(page).content.decode() for page in pages)
    assert "1 session held" in one
    assert "zqreasonq" in one
    assert [w for w in ("zqnoteq", "zqgoalsq", "zqstepq") if w in listed + one] == []
    elsewhere = make.coordinator(make.programme("Other"), "other@example.org")
    for user in (elsewhere, people.staff(Role.PUBLISHER, "publisher@example.org")):
        assert {signed_in(user).get(page).status_code for page in pages} <= {404, 302}
    officer = people.staff(Role.SAFEGUARDING_OFFICER, "officer@example.org")
    assert {signed_in(officer).get(page).status_code for page in pages} <= {404, 302}


def test_a_coordinator_waives_completes_and_finds_somebody_new(match, coordinator):
    client = signed_in(coordinator)
    decide = reverse("mentoring_mentorship_decide", args=[match.pk])
    checkpoint = Checkpoint.objects.get(match=match, kind="middle")
    client.post(decide, {"act": "waive", "checkpoint": checkpoint.pk})
    checkpoint.refresh_from_db()
    assert checkpoint.state == CheckpointState.WAIVED
    other = make.mentorship(match.call)
    foreign = other.checkpoints.get(kind="middle")
    assert is_gone(client.post(decide, {"act": "waive", "checkpoint": foreign.pk}))

    make.held_session(other)
    client.post(reverse("mentoring_mentorship_decide", args=[other.pk]), {"act": "complete"})
    other.refresh_from_db()
    assert other.state == MatchState.COMPLETED

    actions.end_early(match.pk, match.mentee.person_id)
    new = make.application(match.call, Side.MENTOR)
    assert (
        str(new.person)
        in client.get(reverse("mentoring_mentorship", args=[match.pk])).content.decode()
    )
    client.post(decide, {"act": "rematch", "person": match.mentor_id})
    assert not Match.objects.filter(previous=match).exists()
    client.post(decide, {"act": "rematch", "person": new.pk})
    assert Match.objects.get(previous=match).mentor == new
    for data in ({}, {"act": "x"}):
        assert client.post(decide, data).status_code == 302
    for data in ({"act": "rematch", "person": "x"}, {"act": "waive", "checkpoint": "9" * 30}):
        assert is_gone(client.post(decide, data))


def test_every_notice_of_mentorships_reads_and_leads_somewhere(match, concern, officer):
    facts = {"match": match.pk, "call": "Call", "call_id": match.call_id, "due": "1 May"}
    facts["concern"] = concern.pk
    names = [value for name, value in vars(notices).items() if name.isupper()]
    kinds = names[names.index(notices.TIMES_PROPOSED) :]
    for kind in kinds:
        notify(kind, [officer.pk], event=kind, facts=facts)
    rows = Notice.objects.filter(user=officer, event__in=kinds, channel="product")
    assert rows.count() == len(kinds)
    assert [row.kind for row in rows if readable(row, "en") is None] == []
