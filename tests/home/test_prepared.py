"""A question that is put into SQL once answers as the queryset that it was made from."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db.models import F
from wagtail.models import Page

from home.prepared import Prepared
from participants.models import User
from tests.factories import courses as make
from tests.factories import participants as people

pytestmark = pytest.mark.django_db


def test_each_asking_has_its_own_values_and_one_query(django_assert_num_queries):
    one, two = people.person(name="One"), people.person(name="Two")
    by_number = Prepared(lambda pk: User.objects.for_header().filter(pk=pk), int)
    for person in (one, two, one):
        with django_assert_num_queries(1):
            found = by_number.first(person.pk)
        assert (found, found.name, found.unread_notices) == (person, person.name, 0)
    assert by_number.first(0) is None


def test_a_key_and_a_date_reach_the_database_as_from_a_queryset():
    page = make.site_home()
    live = Prepared(
        lambda key, now: Page.objects.filter(translation_key=key, first_published_at__lt=now),
        UUID,
        datetime,
    )
    later = datetime.now(UTC) + timedelta(days=1)
    assert live(page.translation_key, later) == [page.page_ptr]
    assert live(page.translation_key, later - timedelta(days=9)) == []
    assert live(uuid4(), later) == []


def test_related_rows_and_plain_values_come_as_from_a_queryset():
    page = make.course()
    with_locale = Prepared(lambda pk: Page.objects.select_related("locale").filter(pk=pk), int)
    assert with_locale.first(page.pk).locale.language_code == "en"
    values = Prepared(lambda pk: Page.objects.filter(pk=pk).values_list("pk", "title"), int)
    assert values(page.pk) == [(page.pk, page.title)]


def test_a_value_that_would_be_lost_in_an_expression_is_refused():
    lost = Prepared(lambda pk: User.objects.filter(pk__gt=F("pk") + abs(pk)), int)
    with pytest.raises(ValueError, match="as it is"):
        lost(1)
