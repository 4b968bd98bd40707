"""Tables that leave the house as files. Whatever people wrote in a cell stays text."""

import csv
import re
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import Any

from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.http import content_disposition_header

# No file of XLSX may hold these.
CONTROL_CHARACTERS = re.compile(r"[\000-\010]|[\013-\014]|[\016-\037]")
# Spreadsheet programs take the file for UTF-8 by this.
MARK = "\ufeff"
# Where a cell may begin: at the start, and after what some language's Excel takes for the end of
# a cell, which is a semicolon in French, German and Greek, whatever the quotes say.
BEGINS = r"(?:^|(?<=[;\t\r\n]))"
# The signs that make a formula of it, wide ones of East Asia included, behind anything unseen.
FORMULA = r"(?=(?:[^\S\t\r\n]|[\"\u200b-\u200f\u2060\ufeff])*[=+\-@＝＋－＠])"
RISKY = re.compile(rf"^(?=[\t\r\n])|{BEGINS}{FORMULA}")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def defused(value: Any) -> Any:
    """Text that a spreadsheet would run is text again; control characters, which would break the
    file, are gone."""
    if not isinstance(value, str):
        return value
    return RISKY.sub("'", CONTROL_CHARACTERS.sub("", value))


def csv_response(lines: Iterable[Iterable], filename: str) -> StreamingHttpResponse:
    """A CSV file, written row by row while it is sent."""
    response = StreamingHttpResponse(_written(lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, filename)
    response["Cache-Control"] = "no-store"
    return response


def _written(lines: Iterable[Iterable]) -> Iterator[str]:
    """In the language and time zone of now: when rows are made, the view is long left. Each row
    puts them back, so that nothing is left to whoever comes next in the same thread."""
    language, zone = translation.get_language(), timezone.get_current_timezone()
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)

    def rows():
        yield MARK
        made = iter(lines)
        while True:
            with translation.override(language), timezone.override(zone):
                row = next(made, None)
                text = writer.writerow(map(defused, map(_plain, row))) if row is not None else None
            if text is None:
                return
            yield text

    return rows()


def _plain(value: Any) -> Any:
    """Words in waiting, and whatever else has a name, as text."""
    return value if value is None or isinstance(value, str | int | float) else str(value)


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def xlsx_response(lines: Iterable[Iterable], filename: str, *, title: str) -> FileResponse:
    """Each row goes to a file at once; the answer is that file. Few ask for one, so the package for
    it takes no memory before."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title=title[:31])
    for line in lines:
        sheet.append([_cell(sheet, defused(value)) for value in line])
    file = TemporaryFile()  # noqa: SIM115, the response closes it
    book.save(file)
    file.seek(0)
    response = FileResponse(file, as_attachment=True, filename=filename, content_type=XLSX)
    response["Cache-Control"] = "no-store"
    return response


def _cell(sheet: Any, value: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"  # never a formula
    return cell
