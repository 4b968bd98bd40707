import pytest

from participants.rules import is_changed, normalised_name


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
