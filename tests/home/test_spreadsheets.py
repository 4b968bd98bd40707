"""What a spreadsheet program makes of our files, whatever it takes for the end of a cell."""

import csv
import io

import pytest
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from wagtail.admin.views.mixins import SpreadsheetExportMixin

from home.spreadsheets import csv_response, defused


@pytest.mark.parametrize(
    ("value", "safe"),
    [
        *((f"{sign}1", f"'{sign}1") for sign in "=+-@\t\r\n＝＋－＠"),
        *(("  =1", "'  =1"), ("\u200b=1", "'\u200b=1"), ("\u00a0=1", "'\u00a0=1")),
        *((f"x{end}=1+1", f"x{end}'=1+1") for end in (";", "\t", "\n", "\r\n")),
        *(('x;"=1', "x;'\"=1"), ("x; @A1", "x;' @A1"), ("x;＝1", "x;'＝1")),
        *(("a;b;c", "a;b;c"), ("1=1", "1=1"), ("a-b@c.de", "a-b@c.de"), ("'=1", "'=1")),
        *(("Ada\x0b\x00", "Ada"), ("\x00=1", "'=1"), ("Ωμέγα", "Ωμέγα"), (-5, -5), ("", "")),
    ],
)
def test_no_cell_is_a_formula(value, safe):
    assert defused(value) == safe
    assert defused(safe) == safe


def cells(text: str, delimiter: str) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(text), delimiter=delimiter) for cell in row]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    "name", ["=1+1", "x;=1+1", 'x";=1+1', 'x;"=1+1;', "x\t=1", "x\n=1+1", 'x"\n"=1', ";;@A1;"]
)
def test_no_cell_is_a_formula_whatever_the_program_takes_for_the_end_of_one(name, delimiter):
    text = csv_response([["Ada", name, name], [1, name, ""]], "x.csv").getvalue().decode()
    for cell in cells(text.removeprefix("\ufeff"), delimiter):
        assert not cell.lstrip(' "').startswith(("=", "+", "-", "@"))


def test_every_cell_is_in_quotes_behind_the_mark_of_utf_8():
    response = csv_response([["Ada", 5, None, 'say "Ω"']], "Έργα.csv")
    assert response.getvalue().decode() == '\ufeff"Ada","5","","say ""Ω"""\r\n'
    assert "filename*=utf-8''" in response["Content-Disposition"]
    assert response["Cache-Control"] == "no-store"


def test_rows_are_made_in_the_language_and_time_zone_in_which_they_were_asked_for():
    def rows():
        for _number in range(2):
            yield [_("Country"), timezone.get_current_timezone_name()]

    with translation.override("de"), timezone.override("Asia/Tokyo"):
        sent = iter(csv_response(rows(), "x.csv").streaming_content)
    with translation.override("el"), timezone.override("Europe/Athens"):
        seen = []
        for part in sent:
            seen.append(part.decode())
            assert translation.get_language() == "el"
            assert timezone.get_current_timezone_name() == "Europe/Athens"
    assert seen[1:] == ['"Land","Asia/Tokyo"\r\n'] * 2


def test_wagtails_own_reports_write_no_formulas_either():
    report = SpreadsheetExportMixin()
    assert report.preprocess_field_value("user", "x;=1", "csv") == "x;'=1"
    assert report.preprocess_field_value("count", -5, "csv") == -5
    assert report.preprocess_field_value("days", ["a", "b"], "csv") == "a, b"
