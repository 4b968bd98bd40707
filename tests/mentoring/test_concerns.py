"""Concerns: anybody raises one, one role reads it, nobody whom it is about learns of it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from mentoring import actions
from mentoring.models import Concern, ConcernChange, Match
from mentoring.states import ConcernState, MatchState
from participants import retention
from participants.actions import erase_person, export_person
from participants.models import Notice, User
from participants.refusals import Refused
from participants.states import Channel, Role
from schedule.models import Entry
from tests.factories import mentoring as make
from tests.factories import participants as people
from tests.support.people_data import everything
from tests.support.races import together

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
WORDS = "He shouted at me, zqwordsq."


@pytest.fixture
def match():
    return make.mentorship(now=NOW)


@pytest.fixture
def mentee(match):
    return match.mentee.person_id


@pytest.fixture
def mentor(match):
    return match.mentor.person_id


@pytest.fixture
def officer():
    return people.staff(Role.SAFEGUARDING_OFFICER, "officer@example.org")


@pytest.fixture
def concern(match, mentee, officer):
    return actions.raise_concern(mentee, WORDS, match_id=match.pk, now=NOW)


def told(person_id: int) -> list[str]:
    rows = Notice.objects.filter(user=person_id, channel=Channel.PRODUCT).order_by("pk")
    kinds = rows.values_list("kind", flat=True)
    return [k.removeprefix("mentoring.") for k in kinds if "offer" not in k and "both" not in k]


def state_of(row) -> str:
    return type(row).objects.values_list("state", flat=True).get(pk=row.pk)


def refused(reason: str, act, *args, **kwargs) -> None:
    with pytest.raises(Refused) as refusal:
        act(*args, **kwargs)
    assert refusal.value.reason == reason


def test_a_concern_reaches_the_officer_and_changes_nothing_else(match, concern, mentor, officer):
    assert told(officer.pk) == ["concern_raised"]
    assert told(mentor) == []
    assert state_of(match) == MatchState.ACTIVE
    again = actions.raise_concern(concern.reporter_id, f" {WORDS} ", match_id=match.pk, now=NOW)
    assert (again, Concern.objects.count()) == (concern, 1)


def test_its_words_are_sealed_in_the_database_and_in_no_notice(concern):
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM mentoring_concern")
        (kept,) = cursor.fetchone()
    assert "zqwordsq" not in kept
    concern.refresh_from_db()
    assert concern.words == WORDS
    assert "zqwordsq" not in str(list(Notice.objects.values_list("facts", flat=True)))


def test_words_that_no_key_opens_any_more_read_as_empty_and_are_not_lost(
    concern, officer, settings, caplog
):
    settings.SECRET_KEY, old = "another", settings.SECRET_KEY
    concern.refresh_from_db()
    assert concern.words == ""
    assert "zqwordsq" not in caplog.text
    actions.move_concern(concern.pk, "triaged", by=officer, now=NOW)
    settings.SECRET_KEY_FALLBACKS = [old]
    concern.refresh_from_db()
    assert concern.words == WORDS


def test_the_subject_finds_nothing_of_it_in_their_own_data(concern, mentee, mentor):
    own = str(export_person(User.objects.get(pk=mentee)))
    assert "zqwordsq" in own
    others = export_person(User.objects.get(pk=mentor))
    assert "zqwordsq" not in str(others)
    assert not any("oncern" in model for model in others)


def test_somebody_without_a_mentorship_raises_one_too_and_one_after_the_end(match, mentee, officer):
    eve = people.person("eve@example.org")
    actions.raise_concern(eve.pk, "I saw something", now=NOW)
    with pytest.raises(Match.DoesNotExist):
        actions.raise_concern(eve.pk, "About others", match_id=match.pk, now=NOW)
    actions.end_early(match.pk, mentee, now=NOW)
    actions.raise_concern(mentee, WORDS, match_id=match.pk, now=NOW)
    assert Concern.objects.count() == 2


@pytest.mark.parametrize(
    ("words", "reason"), [("", "no-words"), (" \0\n", "no-words"), ("x" * 5001, "long-words")]
)
def test_a_concern_needs_words_and_not_too_many(mentee, words, reason):
    refused(reason, actions.raise_concern, mentee, words, now=NOW)
    assert not Concern.objects.exists()


def test_nobody_but_the_officer_reads_one_whatever_their_rights(concern, match, officer):
    ladder = {
        "reporter": concern.reporter,
        "subject": match.mentor.person,
        "coordinator": make.coordinator(match.call.programme),
        "administrator": people.staff(Role.ADMINISTRATOR, "admin@example.org"),
        "full access": people.administrator("root@example.org"),
        "data-protection officer": people.staff(Role.DATA_PROTECTION_OFFICER, "dpo@example.org"),
        "publisher": people.staff(Role.PUBLISHER, "publisher@example.org"),
    }
    assert [who for who, user in ladder.items() if Concern.objects.readable_by(user)] == []
    assert list(Concern.objects.readable_by(officer)) == [concern]
    for user in ladder.values():
        with pytest.raises(Concern.DoesNotExist):
            actions.move_concern(concern.pk, "triaged", by=user, now=NOW)
        with pytest.raises(Match.DoesNotExist):
            actions.suspend(match.pk, by=user, now=NOW)
    assert (state_of(concern), state_of(match)) == (ConcernState.OPENED, MatchState.ACTIVE)


def test_an_officer_does_not_read_what_is_raised_about_themselves(match, mentee, mentor):
    boss = people.administrator("root@example.org")
    subject = match.mentor.person
    subject.groups.add(people.group(Role.SAFEGUARDING_OFFICER))
    raised = actions.raise_concern(mentee, WORDS, match_id=match.pk, now=NOW)
    assert not Concern.objects.readable_by(subject).exists()
    assert (told(mentor), told(boss.pk)) == ([], ["concern_unread"])
    own = actions.raise_concern(mentor, "My own", match_id=match.pk, now=NOW)
    assert list(Concern.objects.readable_by(subject)) == [own]
    with pytest.raises(Concern.DoesNotExist):
        actions.move_concern(raised.pk, "triaged", by=subject, now=NOW)


def test_the_officer_goes_on_step_by_step_and_the_reporter_learns_of_the_end_alone(
    concern, officer, mentee, mentor
):
    before = told(mentee)
    refused("opened-to-resolved", actions.move_concern, concern.pk, "resolved", by=officer)
    for to in ("triaged", "triaged", "in_review", "resolved"):
        actions.move_concern(concern.pk, to, by=officer, remarks="Talked to both", now=NOW)
    concern.refresh_from_db()
    assert (concern.state, concern.handled_by, concern.closed_at) == ("resolved", officer, NOW)
    assert concern.remarks == "Talked to both"
    steps = list(ConcernChange.objects.values_list("state", flat=True))
    assert steps == ["opened", "triaged", "in_review", "resolved"]
    assert (told(mentee), told(mentor)) == ([*before, "concern_closed"], [])


def test_suspending_keeps_the_two_apart_and_tells_both_without_a_why(
    match, mentee, mentor, officer
):
    first = NOW + timedelta(days=9)
    made = actions.propose_times(match.pk, mentee, [first], 45, now=NOW)
    actions.pick(match.pk, mentor, made.pk, first, now=NOW)
    for _ in range(2):
        actions.suspend(match.pk, by=officer, now=NOW)
    assert (state_of(match), state_of(made)) == ("suspended", "cancelled")
    assert told(mentee)[-1] == told(mentor)[-1] == "suspended"
    assert not Entry.objects.standing().filter(kind="event", source="mentoring").exists()
    refused("is-suspended", actions.write_note, match.pk, mentee, "Hello", now=NOW)

    actions.reinstate(match.pk, by=officer, now=NOW)
    assert state_of(match) == MatchState.ACTIVE
    refused("is-active", actions.terminate, match.pk, by=officer, now=NOW)
    actions.suspend(match.pk, by=officer, now=NOW + timedelta(days=1))
    for _ in range(2):
        actions.terminate(match.pk, by=officer, now=NOW)
    assert state_of(match) == MatchState.TERMINATED
    assert told(mentor)[-3:] == ["reinstated", "suspended", "terminated"]


def test_an_officer_decides_nothing_about_their_own_mentorship(match):
    subject = match.mentor.person
    subject.groups.add(people.group(Role.SAFEGUARDING_OFFICER))
    with pytest.raises(Match.DoesNotExist):
        actions.suspend(match.pk, by=subject, now=NOW)


# --- Erasing and retention --------------------------------------------------------------------


def test_while_it_is_open_the_words_of_somebody_erased_stay_and_then_go(concern, officer, mentee):
    people.staff(Role.SAFEGUARDING_OFFICER, "second@example.org")
    erase_person(mentee)
    concern.refresh_from_db()
    assert (concern.reporter, concern.words) == (None, WORDS)
    assert list(Concern.objects.readable_by(officer)) == [concern]
    assert not ConcernChange.objects.filter(by=mentee).exists()
    for to in ("triaged", "resolved"):
        actions.move_concern(concern.pk, to, by=officer, remarks="Noted", now=NOW)
    concern.refresh_from_db()
    assert (concern.words, concern.remarks) == ("", "")
    assert [place for place, words in everything() if "zqwordsq" in words] == []


def test_of_a_closed_one_the_words_go_with_the_person(concern, officer, mentee):
    for to in ("triaged", "resolved"):
        actions.move_concern(concern.pk, to, by=officer, now=NOW)
    erase_person(mentee)
    concern.refresh_from_db()
    assert (concern.reporter, concern.words) == (None, "")


def test_three_years_after_it_was_closed_words_and_names_go_and_the_count_stays(concern, officer):
    for to in ("triaged", "referred"):
        actions.move_concern(concern.pk, to, by=officer, now=NOW)
    (rule,) = [one for one in retention.rules() if one.name == "concerns-forgotten"]
    due = NOW + timedelta(days=1095)
    assert rule.due(due - timedelta(days=1)).count() == 0
    assert [rule.apply(concern.pk, due) for _ in range(2)] == [True, False]
    concern.refresh_from_db()
    assert (concern.reporter, concern.words, concern.state) == (None, "", "referred")
    assert Concern.objects.count() == 1


# --- Races ------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_a_double_click_raises_one(self, match, mentee, officer):
        raise_it = lambda: actions.raise_concern(mentee, WORDS, match_id=match.pk)  # noqa: E731
        found = together(*(raise_it for _ in range(4)))
        assert [one for one in found if isinstance(one, Exception)] == []
        assert Concern.objects.count() == 1

    def test_closing_while_its_reporter_is_erased_leaves_no_words(self, concern, officer, mentee):
        actions.move_concern(concern.pk, "triaged", by=officer, now=NOW)
        found = together(
            lambda: actions.move_concern(concern.pk, "resolved", by=officer, now=NOW),
            lambda: erase_person(mentee),
        )
        assert [one for one in found if isinstance(one, Exception)] == []
        concern.refresh_from_db()
        assert (concern.reporter, concern.words) == (None, "")
