"""Putting, changing, calling off; and what happens when it happens twice, or at once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from participants import sweeps
from participants.actions import erase_person, export_person
from participants.refusals import Refused
from schedule import actions
from schedule.models import Entry, Feed
from tests.factories import participants as people
from tests.schedule.conftest import NOW, SOURCE, at, meeting, put
from tests.support.races import together

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def state(entry):
    entry.refresh_from_db()
    return entry.sequence, entry.cancelled_at is not None


def test_putting_the_same_twice_changes_nothing(ada):
    entry = put(ada, meeting())
    assert actions.put(ada.pk, SOURCE, "7", meeting(), now=LATER) == 0
    assert (entry.sequence, entry.changed_at) == (0, NOW)
    entry.refresh_from_db()
    assert (entry.sequence, entry.changed_at) == (0, NOW)


@pytest.mark.parametrize(
    "other",
    [
        meeting(at(2026, 12, 1, 15)),
        meeting(hours=2),
        meeting(title="Another name"),
        meeting(title={"en": "A meeting", "fr": "Une réunion"}),
        meeting(location={"en": "Town hall"}),
        meeting(description={"en": "Bring a map"}),
        meeting(kind="deadline"),
        meeting(zone="Europe/Lisbon"),
        meeting(target={"id": 8}),
    ],
)
def test_whatever_a_calendar_shows_raises_the_sequence_and_keeps_the_uid(ada, other):
    entry = put(ada, meeting())
    changed = put(ada, other, now=LATER)
    assert (changed.uid, changed.sequence, changed.changed_at) == (entry.uid, 1, LATER)


def test_the_same_moment_told_in_another_zone_of_the_same_content_is_the_same(ada):
    put(ada, meeting(at(2026, 12, 1, 14)))
    same = meeting(at(2026, 12, 1, 13, zone="Europe/Lisbon"), zone="Europe/Brussels")
    assert actions.put(ada.pk, SOURCE, "7", same) == 0


def test_what_was_called_off_stays_and_comes_back_with_a_higher_sequence(ada):
    entry = put(ada, meeting())
    assert actions.cancel([ada.pk], SOURCE, ["7"], now=LATER) == 1
    assert actions.cancel([ada.pk], SOURCE, ["7"], now=LATER) == 0
    assert state(entry) == (1, True)
    put(ada, meeting())
    assert state(entry) == (2, False)


def test_what_is_over_is_not_called_off(ada):
    entry = put(ada, meeting())
    after = entry.ends_at + timedelta(minutes=1)
    assert actions.cancel([ada.pk], SOURCE, ["7"], now=after) == 0


def test_nobody_elses_dates_and_no_other_source_are_touched(ada):
    eve = people.person("eve@example.org")
    own, other = put(ada, meeting()), put(eve, meeting())
    put(ada, meeting(), key="8")
    actions.cancel([ada.pk], SOURCE, ["7"], now=LATER)
    actions.cancel([eve.pk], "tests.other", ["7"], now=LATER)
    put(ada, meeting(title="Changed"))
    assert (state(own), state(other)) == ((2, False), (0, False))


def test_a_source_that_nobody_registered_is_a_mistake(ada):
    with pytest.raises(LookupError):
        actions.put(ada.pk, "tests.unknown", "7", meeting())


def test_the_database_itself_keeps_a_date_once(ada):
    entry = put(ada, meeting())
    entry.pk, entry.uid, entry._state.adding = None, uuid4(), True
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save()


@pytest.mark.parametrize("step", ["new", "same", "changed"])
def test_a_cohort_takes_the_same_few_queries_however_large_it_is(step):
    def queries(count):
        cohort = [people.person().pk for _ in range(count)]
        if step != "new":
            actions.put_many(cohort, SOURCE, "7", meeting())
        content = meeting(title="Moved") if step == "changed" else meeting()
        with CaptureQueriesContext(connection) as found:
            actions.put_many(cohort, SOURCE, "7", content)
        return len([q for q in found if "SAVEPOINT" not in q["sql"]])

    assert queries(1) == queries(30) == {"new": 3, "same": 2, "changed": 3}[step]


def test_five_hundred_people_get_a_date_and_lose_it(ada):
    users = [people.User(email=f"{n}@example.org", name="X") for n in range(500)]
    cohort = [user.pk for user in people.User.objects.bulk_create(users)]
    assert actions.put_many(cohort, SOURCE, "7", meeting(), now=NOW) == 500
    assert actions.put_many(cohort, SOURCE, "7", meeting(hours=3), now=NOW) == 500
    assert actions.cancel(cohort, SOURCE, ["7"], now=NOW) == 500
    assert set(Entry.objects.values_list("sequence", flat=True)) == {2}


# --- What is kept, and how long ---


def test_the_sweep_forgets_what_is_long_over_and_what_everybody_has_heard_is_called_off(ada):
    old, off = put(ada, meeting(), key="old"), put(ada, meeting(at(2028, 1, 1, 9)), key="off")
    actions.cancel([ada.pk], SOURCE, ["off"], now=NOW)
    heard = NOW + timedelta(days=settings.SCHEDULE_KEEP_CANCELLED_DAYS)
    assert actions.forget_old(now=heard) == 0
    assert actions.forget_old(now=heard + timedelta(minutes=1)) == 1
    assert not Entry.objects.filter(pk=off.pk).exists()
    kept = old.ends_at + timedelta(days=settings.SCHEDULE_KEEP_DAYS)
    assert actions.forget_old(now=kept) == 0
    assert actions.forget_old(now=kept + timedelta(minutes=1)) == 1


def test_the_sweep_runs_with_the_others(ada):
    put(ada, meeting(at(2020, 1, 1, 9)))
    assert sweeps.run()["dates that are long over"] == 1


def test_a_person_gets_their_dates_and_is_forgotten_with_them(ada):
    put(ada, meeting())
    actions.open_feed(ada.pk)
    found = export_person(ada)
    assert found["schedule.Entry"]["rows"][0]["title"] == {"en": "A meeting"}
    feed = Feed.objects.get()
    assert feed.key.hex not in str(found)
    erase_person(ada.pk)
    assert (Entry.objects.count(), Feed.objects.count()) == (0, 0)
    assert actions.put(ada.pk, SOURCE, "7", meeting()) == 0


# --- The address ---


def test_an_address_is_made_once_renewed_once_and_closed(ada):
    first = actions.open_feed(ada.pk)
    assert actions.open_feed(ada.pk).token == first.token
    renewed = actions.renew_feed(ada.pk, first.number)
    assert renewed.token != first.token
    assert actions.renew_feed(ada.pk, first.number).token == renewed.token
    actions.close_feed(ada.pk)
    actions.close_feed(ada.pk)
    assert actions.renew_feed(ada.pk, 2) is None
    assert not Feed.objects.exists()


# --- At once ---

RACE = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def race(test):
    for mark in RACE:
        test = mark(test)
    return test


@race
def test_putting_the_same_from_six_places_makes_one(ada):
    found = together(*[lambda: actions.put(ada.pk, SOURCE, "7", meeting(), now=NOW)] * 6)
    assert sorted(found) == [0, 0, 0, 0, 0, 1]
    assert Entry.objects.get().sequence == 0


@race
def test_six_changes_at_once_are_six_sequences(ada):
    put(ada, meeting())
    changes = [meeting(title=f"Title {n}") for n in range(6)]
    together(*[lambda c=c: actions.put(ada.pk, SOURCE, "7", c, now=NOW) for c in changes])
    assert Entry.objects.get().sequence == 6


@race
def test_cohorts_that_overlap_do_not_wait_for_each_other_for_ever(db):
    cohort = [people.person().pk for _ in range(8)]
    for round_ in range(3):
        content = meeting(title=f"Round {round_}")
        found = together(
            lambda c=content: actions.put_many(cohort, SOURCE, "7", c, now=NOW),
            lambda c=content: actions.put_many(reversed(cohort), SOURCE, "7", c, now=NOW),
            lambda: actions.cancel(cohort, SOURCE, ["7"], now=NOW),
        )
        assert not [one for one in found if isinstance(one, Exception)]
    assert Entry.objects.count() == 8


@race
def test_a_date_put_while_its_person_is_erased_is_not_left_behind(db):
    for _round in range(5):
        user = people.person()
        found = together(
            lambda pk=user.pk: actions.put(pk, SOURCE, "7", meeting(), now=NOW),
            lambda pk=user.pk: erase_person(pk),
        )
        assert not [one for one in found if isinstance(one, Exception)]
    assert not Entry.objects.exists()


@race
def test_an_address_opened_while_its_person_is_erased_is_refused_or_gone(db):
    for _round in range(5):
        user = people.person()
        opened, erased = together(
            lambda pk=user.pk: actions.open_feed(pk),
            lambda pk=user.pk: erase_person(pk),
        )
        assert isinstance(opened, (Feed, Refused))
        assert erased.pk == user.pk
    assert not Feed.objects.exists()


@race
def test_renewing_from_six_tabs_makes_one_new_address(ada):
    first = actions.open_feed(ada.pk)
    found = together(*[lambda: actions.renew_feed(ada.pk, first.number).token] * 6)
    assert len(set(found)) == 1
    assert Feed.objects.get().number == 2
