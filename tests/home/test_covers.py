"""Covers: the same picture for the same course, a family for every topic."""

import re

import pytest

from home import covers
from home.covers import FAMILIES, draw, family_of

TOPICS = {
    "education-and-training": "education-and-training",
    "employment-and-skills": "employment-and-skills",
    "health": "health",
    "housing": "housing",
    "partnerships-for-a-more-effective-integration-process": "partnerships",
    "eu-funding-opportunities": "funding",
    "participation-and-encounters-with-the-host-society": "participation",
    "new-technologies-and-digital-tools": "digital",
    "monitoring-and-evidence-based-policy": "evidence",
    "community-sponsorship": "community-sponsorship",
    "reception-of-newcomers": "reception",
    "towns-and-rural-areas": "towns-and-rural-areas",
    "data-and-evidence": "evidence",
    "funding-access": "funding",
    "good-practice-campaigns": "good-practice",
}


def test_the_same_seed_and_topic_always_give_the_same_cover():
    assert draw("course-1", "housing") == draw("course-1", "housing")


def test_another_course_of_the_topic_gets_another_cover_in_the_same_hue():
    (hue, paths), (other_hue, other_paths) = (
        draw("course-1", "housing"),
        draw("course-2", "housing"),
    )

    assert hue == other_hue
    assert paths != other_paths


@pytest.mark.parametrize(("slug", "family"), TOPICS.items())
def test_every_topic_of_the_vocabulary_has_a_family(slug, family):
    assert family_of(slug) == family


def test_a_topic_nobody_thought_of_keeps_one_family():
    assert family_of("sport-and-leisure") == family_of("sport-and-leisure")
    assert family_of("sport-and-leisure") in FAMILIES


def test_a_course_without_a_topic_has_a_cover():
    assert family_of("") == "foundations"


@pytest.mark.parametrize("family", FAMILIES)
def test_a_cover_has_the_accent_and_is_small_and_well_formed(family):
    _, paths = draw("seed", family)

    assert covers.ACCENT in paths
    assert sum(map(len, paths.values())) < 5_000
    for path in paths.values():
        assert re.fullmatch(r"[MmhHvVlLaAzZ0-9 .\-]+", path), path
