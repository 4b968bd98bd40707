"""The bench's own arithmetic, and one small run of all of it."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from tools.bench import matching
from tools.bench.growth import SCALES
from tools.bench.growth import table as growth_table
from tools.bench.report import (
    HIGHER,
    LOWER,
    Report,
    aligned,
    loss,
    median,
    percentile,
    ratio,
    rounded,
    worse,
)


@pytest.mark.parametrize(
    ("part", "expected"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.0, 1), (0.001, 1)]
)
def test_a_percentile_is_a_value_that_was_measured(part, expected):
    assert percentile(range(100, 0, -1), part) == expected


def test_nothing_has_no_percentile_and_no_middle():
    assert (percentile([], 0.99), median([])) == (0.0, 0.0)


def test_the_middle_of_an_even_number_lies_between_two():
    assert (median([3, 1, 2]), median([4, 1, 2, 3])) == (2, 2.5)


def test_a_slow_round_slows_both_and_leaves_the_ratio():
    assert ratio([100, 10, 120], [50, 5, 60]) == 2


def test_a_round_in_which_nothing_was_served_is_passed_over():
    assert ratio([100, 10], [50, 0]) == 2


@pytest.mark.parametrize(
    ("before", "after", "better", "expected"),
    [(100, 80, HIGHER, 0.2), (100, 80, LOWER, -0.2), (0, 3, LOWER, 1.0), (0, 0, LOWER, 0.0)],
)
def test_what_is_lost_depends_on_which_way_is_better(before, after, better, expected):
    assert loss(before, after, better) == pytest.approx(expected)


def report(**values) -> Report:
    made = Report()
    for name, (value, better) in values.items():
        made.row(name, float(value), "ms", better=better)
    return made


def test_only_what_got_worse_by_more_than_the_share_is_told():
    before = report(rate=(100, HIGHER), time=(10, LOWER), gone=(1, LOWER))
    after = report(rate=(84, HIGHER), time=(11.4, LOWER), new=(1, LOWER))
    assert worse(before, after) == ["rate: 100 → 84 ms (+16%)"]


def test_a_report_comes_back_from_its_file(tmp_path):
    made = Report()
    made.row("rate", 12.3456, "requests/s", target=10, better=HIGHER)
    made.write(tmp_path / "bench.json")
    assert json.loads((tmp_path / "bench.json").read_text()) == [
        {
            "name": "rate",
            "value": 12.3,
            "unit": "requests/s",
            "target": 10,
            "better": "higher",
        }
    ]
    assert Report.read(tmp_path / "bench.json").rows == made.rows


@pytest.mark.parametrize(
    ("value", "better", "verdict"),
    [(6, LOWER, "met"), (7, LOWER, "MISSED"), (6, HIGHER, "met"), (5, HIGHER, "MISSED")],
)
def test_a_target_is_met_when_it_is_reached(value, better, verdict):
    made = Report()
    made.row("x", value, "queries", target=6, better=better)
    assert made.rows[0].verdict == verdict
    assert verdict in made.table()


def test_a_row_is_measured_once_and_knows_which_way_is_better():
    made = Report()
    made.row("x", 1, "ms")
    with pytest.raises(ValueError, match="twice"):
        made.row("x", 1, "ms")
    with pytest.raises(ValueError, match="sideways"):
        made.row("y", 1, "ms", better="sideways")


def test_counts_stay_whole_and_measurements_have_three_digits():
    assert (rounded(123456), rounded(123.456), rounded(0.012345)) == (123456, 123.0, 0.0123)


def test_the_simpler_ways_to_match_leave_somebody_without_or_points_behind():
    """Mentee 0 may have either mentor, and takes the only one whom mentee 1 may have."""
    edges = [(9, 0, 0), (8, 0, 1), (5, 1, 0)]
    for way in (matching.greedy, matching.deferred_acceptance):
        assert way(edges, [1, 1]) == {0: (9, 0, 0)}
        assert way(edges, [2, 1]) == {0: (9, 0, 0), 1: (5, 1, 0)}


def test_matching_is_measured_beside_them_and_proved_to_bring_the_most():
    made = Report()
    matching.measure(made, scale=0.01)
    name = "matching 100 mentees"
    assert made.value(f"{name}: proved, points") == 100
    assert 0 < made.value(f"{name}: greedy, points") < 100
    assert made.value(f"{name}: proved, matched") > made.value(f"{name}: greedy, matched")
    assert 0 < made.value(f"{name}: memory") < 200


def test_columns_line_up():
    assert aligned([["what", "n"], ["a", "10"]]) == "what   n\n--------\na     10"


def test_a_page_that_grows_with_the_data_is_named():
    def at(page, stock):
        made = Report()
        made.row("stock Wagtail page: processor", float(stock), "ms")
        made.row("course: processor", 5.0 * stock, "ms")
        made.row("list: processor", float(page), "ms")
        made.row("coordinator's export: processor", 4.0 * page, "ms")
        made.row("coordinator's export: answer", 2.0 * page, "kB")
        return made

    reports = [at(10, 1), at(20, 1), at(60, 2)]
    lines, grown = growth_table(reports)
    assert (len(lines[0]), grown) == (len(SCALES) + 2, ["list"])
    assert [line[-1] for line in lines[1:]] == ["1.00", "3.00", "0.50"]


@pytest.mark.postgres
def test_a_small_run_seeds_measures_and_leaves_nothing_behind(tmp_path):
    out = tmp_path / "bench.json"
    command = [sys.executable, "-m", "tools.bench", "--scale", "0.001", "--plain"]
    command += ["--seconds", "0.2", "--rounds", "1", "--out", str(out)]
    own = {k: v for k, v in os.environ.items() if not k.startswith(("ACADEMY_", "DJANGO_"))}
    ran = subprocess.run(
        command, cwd=settings.BASE_DIR, env=own, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    rows = {row["name"]: row for row in json.loads(out.read_text())}
    assert rows["data: enrolments"]["value"] == 640
    assert {row["better"] for row in rows.values()} == {"higher", "lower"}
    for page, most in {"course": 6, "lesson": 6, "dashboard": 6, "catalogue": 6}.items():
        assert (page, rows[f"{page}: queries"]["value"] <= most) == (page, True)
        first = rows[f"{page}: first view after a publication"]["value"]
        assert (page, first <= 20) == (page, True)
    assert rows["marking a lesson done: queries"]["value"] <= 9
