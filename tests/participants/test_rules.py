import sys
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from participants.forms.signup import NameForm, validate_name
from participants.rules import (
    has_visible_letter,
    hides_nothing,
    is_changed,
    is_held,
    normalised_name,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Stadt München", "stadt munchen"),
        ("Ville de Liège", "VILLE DE LIEGE"),
        ("L'Hospitalet", "L’Hospitalet"),
        ("  City   of Gdańsk. ", "city of gdansk"),
        ("Δήμος Αθηναίων", "δημοσ αθηναιων"),
        ("Столична община", "СТОЛИЧНА ОБЩИНА"),
        ("Straßburg", "strassburg"),
    ],
)
def test_two_ways_to_write_a_name_are_equal(one, other):
    assert normalised_name(one) == normalised_name(other)


def test_other_names_stay_other_names():
    assert normalised_name("Gent") != normalised_name("Genk")


def test_a_name_without_letters_is_empty():
    assert normalised_name("?! – …") == ""


def test_a_name_never_outgrows_its_column():
    assert len(normalised_name("ﬃ" * 200)) == 200


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        (None, False, False),
        (None, True, True),
        (True, True, False),
        (True, False, True),
        (False, True, True),
    ],
)
def test_only_a_new_answer_is_news(before, after, changed):
    assert is_changed(before, after) is changed


# --- Names of people ---


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Ada",
            "Jean-Luc d’Arc",
            "Ελένη",
            "José",
            "Jose\u0301",
            "O'Neil Jr. 3",
            "王小明",
            "김민수",
        ),
        *("علی\u200cرضا", "ක\u0dca\u200dෂ", "क\u094d\u200dष", "র\u200d\u09cdয", "محمد الأمين"),
        *("രാജന\u0d4d\u200d", "രാജന\u0d4d\u200d Kumar", "\u1112\u1161\u11ab", "Ada 🎒", "ⴰⵎ"),
    ],
)
def test_a_name_is_taken_as_its_language_spells_it(name):
    validate_name(name)


def test_a_name_stays_as_it_was_typed():
    """Nothing composes or decomposes what somebody wrote."""
    form = NameForm({"name": "Jose\u0301 علی\u200cرضا"})
    assert form.is_valid()
    assert form.cleaned_data["name"] == "Jose\u0301 علی\u200cرضا"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        *((f"Ada {address}", "address-in-name") for address in ("a@b", "WWW.x", "http://x")),
        *((f"Ada{sign}Bea", "unseen") for sign in "\n\r\t\x00\x85\u2028\u2029\u202e\u2066\u061c"),
        *(
            (f"Ada{sign}Bea", "unseen")
            for sign in "\u200b\u200e\u2060\ufeff\u00ad\u00a0\ue000\uffff"
        ),
        *((f"{a}\u200d{b}", "unseen") for a, b in (("", "Ada"), ("Ada", ""), ("Ada", " B"))),
        *((f"{a}\u200c{b}", "unseen") for a, b in (("Ada ", "B"), ("Ada-", "B"), ("5", "A"))),
        *(("Ada\u200c\u200cB", "unseen"), ("Ada 👩\u200d🚀", "unseen"), ("\ud800", "unseen")),
        *(
            (name, "no-letters")
            for name in ("\u3164", "\uffa0\u115f\u1160", "\u0301", "5", "-.", "🎒")
        ),
        *(("\u3164\u0301", "no-letters"), ("\u094d", "no-letters")),
    ],
)
def test_a_name_hides_nothing_and_can_be_read(name, code):
    with pytest.raises(ValidationError) as refused:
        validate_name(name)
    assert refused.value.code == code


def test_no_character_that_is_not_drawn_is_a_name_alone_or_hides_in_one():
    """Every character there is."""
    unseen = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"}
    for char in map(chr, range(sys.maxunicode + 1)):
        category = unicodedata.category(char)
        if category in unseen and char != " ":
            assert hides_nothing(f"א{char}ב") == (char in "\u200c\u200d"), hex(ord(char))
        assert not (category[0] != "L" and has_visible_letter(char)), hex(ord(char))


@pytest.mark.parametrize(
    ("minutes_ago", "held"),
    [(None, False), (0, True), (9, True), (11, False), (-2, True), (-60, False)],
)
def test_a_claim_holds_for_a_while_and_never_into_the_future(minutes_ago, held):
    now = datetime(2026, 11, 29, 12, tzinfo=UTC)
    claimed = None if minutes_ago is None else now - timedelta(minutes=minutes_ago)
    assert is_held(claimed, timedelta(minutes=10), now) is held
