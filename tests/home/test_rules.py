from datetime import date
from decimal import Decimal

import pytest

from home import rules

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000000", "#ffffff", 21.0), ("#ffffff", "#ffffff", 1.0), ("#767676", "#ffffff", 4.54)],
)
def test_contrast_is_that_of_wcag(one, other, expected):
    assert round(rules.contrast(one, other), 2) == expected
    assert rules.contrast(other, one) == rules.contrast(one, other)


def test_a_colour_must_be_readable_on_plain_paper_on_tinted_paper_and_on_its_own_tint():
    # 4.53 to 1 on white, 4.2 on the tint.
    assert rules.contrast("#0078d1", "#ffffff") > rules.READABLE
    assert not rules.is_readable("#0078d1", rules.PAPER_LIGHT)
    assert rules.is_readable("#0b4f9e", rules.PAPER_LIGHT)
    assert rules.is_readable("#8fc1ff", rules.PAPER_DARK)
    assert not rules.is_readable("#0b4f9e", rules.PAPER_DARK)


@pytest.mark.parametrize("text", ["", "#fff", "0b4f9e", "#0b4f9g", "#0b4f9e;}", "#0b4f9e\n"])
def test_only_six_hexadecimal_digits_are_a_colour(text):
    assert not rules.is_colour(text)


def test_mixing_goes_from_one_colour_to_the_other():
    assert rules.mix("#102030", "#ffffff", 1) == "#102030"
    assert rules.mix("#102030", "#ffffff", 0) == "#ffffff"
    assert rules.mix("#000000", "#ffffff", 0.5) == "#808080"


def figure(**changes):
    fields = {
        "unit": "%",
        "values": [Decimal("12.3"), Decimal("5.1")],
        "labels": ["Non-EU citizens", "Nationals"],
        "reference_year": 2024,
        "accessed": date(2025, 5, 12),
    }
    return rules.Figure(**fields | changes)


def test_a_sound_figure_has_no_problem():
    assert rules.figure_problems(figure(), today=TODAY) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"reference_year": 2027}, ("reference_year", "year_in_future")),
        ({"reference_year": 20}, ("reference_year", "year_too_early")),
        ({"accessed": date(2026, 3, 2)}, ("accessed", "date_in_future")),
        ({"accessed": date(2023, 12, 31)}, ("accessed", "seen_before_year")),
        ({"values": [Decimal("-1")]}, ("rows", "negative")),
        ({"values": [Decimal("NaN")]}, ("rows", "negative")),
        ({"values": [Decimal("100.1")]}, ("rows", "over_hundred")),
        ({"values": [Decimal(101)], "unit": "percent"}, ("rows", "over_hundred")),
        ({"labels": ["Nationals", "nationals "]}, ("rows", "same_label")),
    ],
)
def test_an_implausible_figure_says_which_field_is_wrong_and_why(changes, problem):
    assert rules.figure_problems(figure(**changes), today=TODAY) == [problem]


def test_numbers_of_people_may_be_over_a_hundred():
    assert rules.figure_problems(figure(values=[Decimal(2500)], unit="people"), today=TODAY) == []


def test_a_figure_of_this_year_seen_today_is_sound():
    current = figure(reference_year=TODAY.year, accessed=TODAY)
    assert rules.figure_problems(current, today=TODAY) == []


def test_a_credit_is_needed_where_the_licence_asks_for_it():
    assert rules.is_missing_credit(" ", "CC BY 4.0")
    assert rules.is_missing_credit("", "With permission")
    assert not rules.is_missing_credit("Ana", "CC BY 4.0")
    assert not rules.is_missing_credit("", "CC0 1.0")
    assert not rules.is_missing_credit("", "Own work")


def test_a_video_lacks_captions_and_transcript_a_recording_only_the_transcript():
    nothing = {"has_captions": False, "has_transcript": False}
    assert rules.missing_in_media("video", **nothing) == ["captions", "transcript"]
    assert rules.missing_in_media("audio", **nothing) == ["transcript"]
    assert rules.missing_in_media("video", has_captions=True, has_transcript=True) == []


def test_browsers_are_told_the_type_of_a_file_by_its_ending():
    assert rules.media_type("media/Desk.WEBM") == "video/webm"
    assert rules.media_type("media/desk.m4a") == "audio/mp4"
    assert rules.media_type("media/desk") == "application/octet-stream"
