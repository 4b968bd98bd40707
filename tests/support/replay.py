"""What a factory writes into an empty database, kept as rows and written again in milliseconds.

Making a course through the real doors takes half a second, and hundreds of tests begin with the
same one. The first test of a process makes it; the others get its rows, with their numbers. What
was promised for later while it was made is not promised again.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from django.db import connection, transaction

Row = tuple
_kept: dict[Hashable, list["Change"]] = {}


@dataclass(frozen=True)
class Change:
    table: str
    key: str
    columns: list[str]
    rows: list[Row]


def once(name: Hashable, make: Callable[[], object]) -> None:
    """Calls `make` in the first database of the process, and repeats what it wrote in others. All
    of them must be as migrations leave them."""
    if name not in _kept:
        before = _all_rows()
        make()
        _kept[name] = _changes(before, _all_rows())
        return
    with transaction.atomic(), connection.cursor() as cursor:
        for change in _kept[name]:
            _write(cursor, change)


def _all_rows() -> dict[str, tuple[str, list[str], dict[object, Row]]]:
    """Table: its primary key, its columns, and its rows by key."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            key = connection.introspection.get_primary_key_column(cursor, table)
            if key is None or "_fts" in table:  # the search's own tables
                continue
            cursor.execute(f"SELECT * FROM {_quoted(table)}")
            columns = [column[0] for column in cursor.description]
            at = columns.index(key)
            found[table] = key, columns, {row[at]: row for row in cursor.fetchall()}
    return found


def _changes(before: dict, after: dict) -> list[Change]:
    found = []
    for table, (key, columns, rows) in after.items():
        was = before[table][2]
        written = [row for pk, row in rows.items() if was.get(pk) != row]
        if written:
            found.append(Change(table, key, columns, written))
    return found


def _write(cursor, change: Change) -> None:
    table, key = _quoted(change.table), _quoted(change.key)
    columns = list(map(_quoted, change.columns))
    one = "(" + ", ".join(["%s"] * len(columns)) + ")"
    values = ", ".join([one] * len(change.rows))
    updates = ", ".join(f"{name} = excluded.{name}" for name in columns)
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES {values} "
        f"ON CONFLICT ({key}) DO UPDATE SET {updates}",
        [value for row in change.rows for value in row],
    )
    if connection.vendor == "postgresql" and change.key == "id":
        at = change.columns.index(change.key)
        cursor.execute(
            "SELECT setval(s, greatest(%s, nextval(s))) FROM pg_get_serial_sequence(%s, 'id') AS s"
            " WHERE s IS NOT NULL",
            [max(row[at] for row in change.rows), table],
        )


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
