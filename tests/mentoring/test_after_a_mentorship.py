"""Whoever had a mentorship is not matched again unasked, finds it again, and is certified nothing
that did not happen."""

import pytest
from django.utils import timezone

from mentoring import actions
from mentoring.actions import Pair
from mentoring.actions.reading import read
from mentoring.models import Match
from mentoring.states import MatchState, Side
from mentoring.views.own import mentoring_of
from participants.refusals import Refused
from tests.factories import mentoring as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return make.call()


@pytest.fixture
def match(call):
    mentee, mentor = make.application(call), make.application(call, Side.MENTOR, capacity=2)
    (made,) = actions.offer(call.pk, [Pair(mentee.pk, mentor.pk)])
    for one in (mentee, mentor):
        actions.accept(made.pk, one.person_id)
    return Match.objects.get(pk=made.pk)


@pytest.fixture
def coordinator(call):
    return make.coordinator(call.programme)


def in_the_next(call) -> dict[int, int]:
    given = read(call)
    return {given.ids[person.key]: person.capacity for person in given.people}


def test_without_a_session_nothing_is_certified(match, coordinator):
    with pytest.raises(Refused, match="nothing to certify"):
        actions.complete(match.pk, by=coordinator)
    make.held_session(match)
    assert actions.complete(match.pk, by=coordinator).state == MatchState.COMPLETED
    titles = {one.title for one in actions.issue_statements(match.pk)}
    assert titles == {f"{match.call.programme.name}: {match.call.name}"}


@pytest.mark.parametrize("end", ["completed", "ended early"])
def test_after_a_mentorship_nobody_is_matched_again_unasked(call, match, coordinator, end):
    if end == "completed":
        make.held_session(match)
        actions.complete(match.pk, by=coordinator)
    else:
        actions.end_early(match.pk, match.mentee.person_id)
    left = 1 if end == "completed" else 2
    assert in_the_next(call) == {match.mentor_id: left}


def test_an_ended_mentorship_is_found_in_my_academy_as_long_as_it_is_kept(match, settings):
    mentee = match.mentee.person
    actions.end_early(match.pk, mentee.pk)
    (row,) = mentoring_of(mentee)
    assert row["url"].endswith(f"/match/{match.pk}/mentorship/")
    assert "has ended" in row["text"]
    later = timezone.now() + settings.MENTORSHIPS_KEPT_FOR
    assert [row["url"] for row in mentoring_of(mentee, later)] != [row["url"]]
