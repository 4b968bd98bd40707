import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from participants import countries, regions
from participants.models import Consent, Organisation, Region, User
from participants.states import Purpose
from tests.factories import participants as make

pytestmark = pytest.mark.django_db


def test_an_address_is_kept_in_lower_case_and_found_in_any():
    user = User.objects.create_user(" Ada@Example.ORG ", "x", name="Ada")

    assert user.email == "ada@example.org"
    assert User.objects.get_by_natural_key("ADA@example.org") == user


def test_the_database_refuses_a_second_account_in_another_case():
    make.person("ada@example.org")
    other = make.person("bob@example.org")

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=other.pk).update(email="ADA@example.org")


def test_a_form_says_that_an_address_is_taken_in_any_case():
    make.person("ada@example.org")

    with pytest.raises(ValidationError) as caught:
        User(email="Ada@Example.org", name="Ada").full_clean(exclude=["password"])

    assert caught.value.message_dict == {
        "email": ["There is already an account with this e-mail address."]
    }


def test_an_unknown_time_zone_is_refused():
    with pytest.raises(ValidationError) as caught:
        User(email="a@example.org", name="A", time_zone="Mars/Olympus").full_clean(
            exclude=["password"]
        )

    assert caught.value.message_dict == {"time_zone": ["Choose a time zone from the list."]}


def test_every_region_of_nuts_2024_is_there_with_its_parent():
    assert Region.objects.count() == 2048
    assert not Region.objects.filter(level__gt=1, parent=None).exists()
    brussels = Region.objects.get(code="BE100")
    assert (brussels.parent.code, brussels.version) == ("BE10", "2024")


def test_greece_is_el_in_its_codes_and_gr_by_country():
    athens = Region.objects.get(code="EL303")

    assert athens.country == "GR"
    assert {r.country for r in Region.objects.filter(code__startswith="EL")} == {"GR"}


def test_loading_regions_again_adds_nothing():
    assert regions.load(Region, "2024") == 0


def test_every_country_of_the_regions_can_be_chosen():
    assert set(Region.objects.values_list("country", flat=True)) <= countries.CODES


def test_countries_are_named_in_the_language_of_the_interface():
    from django.utils import translation

    with translation.override("fr"):
        assert countries.country_name("DE") == "Allemagne"
    with translation.override("de"):
        assert countries.country_name("GR") == "Griechenland"
    assert [group for group, _codes in countries.country_choices()] == [
        "European Union",
        "Other countries in Europe",
        "Elsewhere",
    ]
    assert countries.country_choices()[0][1][0] == ("AT", "Austria")


def test_an_organisation_stands_once_a_country():
    make.organisation("Stadt Gent", "BE")
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.create(name="STADT  GENT", country="BE")

    assert Organisation.objects.create(name="Stadt Gent", country="NL").pk


def test_suggestions_match_the_beginning_of_any_word_and_are_ten_at_most():
    for number in range(12):
        make.organisation(f"Town {number:02}")
    make.organisation("Uptown")

    found = Organisation.objects.suggested_for("tow", "BE")

    assert [o.name for o in found] == [f"Town {number:02}" for number in range(10)]
    assert [o.name for o in Organisation.objects.suggested_for("11")] == ["Town 11"]
    assert list(Organisation.objects.suggested_for("t")) == []
    assert list(Organisation.objects.suggested_for("tow", "FR")) == []


def test_a_consent_is_never_changed():
    consent = Consent.objects.create(
        user=make.person(),
        purpose=Purpose.PRIVACY_NOTICE,
        wording="1",
        language="en",
        given=True,
        at="2026-11-24T10:00Z",
    )
    consent.given = False

    with pytest.raises(TypeError):
        consent.save()
