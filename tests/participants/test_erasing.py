"""Erasing is proved: whatever a person left, anywhere, is looked for afterwards."""

import pytest
from django.db import models

from participants import personal_data
from participants.actions import erase_person
from tests.factories import participants as make
from tests.support.people_data import SHORTEST, Traces

pytestmark = pytest.mark.django_db


@pytest.fixture
def traces():
    left = Traces(make.person("ada@example.org"))
    left.leave_everywhere()
    return left


WORDS = (models.CharField, models.TextField, models.JSONField, models.FileField)


def test_somebody_has_left_a_word_in_every_field_that_the_register_names(traces):
    """The proof below would be worth nothing if a field were skipped."""
    expected = {
        (entry.model, field.name)
        for entry in personal_data.entries()
        for field in entry.model_class._meta.concrete_fields
        if entry.person
        and field.name in (*entry.fields, *entry.secret)
        and isinstance(field, WORDS)
        and not (field.choices or field.is_relation or (field.max_length or 100) < SHORTEST)
    }
    by_hand = {("participants.User", name) for name in ("password", "time_zone", "language")}

    assert expected - by_hand - set(traces.marks.values()) == set()
    assert set(traces.found()) == set(traces.marks.values())


def test_after_erasing_nothing_is_left_but_what_the_register_says(traces, jobs):
    erase_person(traces.user.pk)
    jobs.run()

    found = traces.found()
    may_stay = {
        (entry.model, name)
        for entry in personal_data.entries()
        for name in (*entry.left_after_erasure(), *entry.not_personal)
        if entry.erase != personal_data.OnErasure.DELETE
    }
    assert {source: places for source, places in found.items() if source not in may_stay} == {}
    said_to_stay = {
        (entry.model, name)
        for entry in personal_data.entries()
        for name in entry.left_after_erasure()
        if (entry.model, name) in traces.marks.values()
    }
    # A message stays for those who got it as well; this one went to nobody else.
    to_oneself = {("courses.CourseMessage", name) for name in ("subject", "text")}
    assert said_to_stay - set(found) == to_oneself
