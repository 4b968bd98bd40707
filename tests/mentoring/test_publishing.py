"""Publishing offers all pairs of a run at once, however many they are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mentoring import actions
from mentoring.models import Match
from mentoring.states import Side
from participants.models import Notice
from participants.states import Channel
from tests.factories import mentoring as make

pytestmark = pytest.mark.django_db


def published(mentees: int) -> int:
    """How many queries it takes; every sixth mentee finds no place."""
    call = make.call(of=make.programme(f"With {mentees}"))
    one, two = (make.coordinator(call.programme, f"{n}{mentees}@example.org") for n in "ab")
    for _ in range(mentees):
        make.application(call)
    for _ in range(mentees - mentees // 6):
        make.application(call, Side.MENTOR)
    run = actions.solve_run(actions.ask_for_run(call.pk, by=one).pk)
    with CaptureQueriesContext(connection) as asked:
        actions.publish(run.pk, by=two)
    assert Match.objects.filter(run=run).count() == mentees - mentees // 6
    told = Notice.objects.filter(channel=Channel.PRODUCT, facts__call=call.name)
    assert told.count() >= 2 * mentees - mentees // 6
    return len(asked)


def test_publishing_takes_the_same_queries_however_many_pairs_there_are():
    few, many = published(6), published(24)
    assert many - few < 3, "SQLite takes a large insert in two"
