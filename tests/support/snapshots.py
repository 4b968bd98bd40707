"""Keeps a PostgreSQL database's rows in a schema beside the tables, and puts them back.

One transaction does it: foreign keys are checked at its end, so the order of tables does not
matter. Sequences go on after the highest number that is put back.
"""

from collections.abc import Callable

Query = Callable[[str], list[tuple]]
PREFIX = "rows_of_"
_known: dict[str, str] = {}


def taking(ask: Query, template: str) -> str:
    schema = PREFIX + template
    steps = [f'CREATE SCHEMA "{schema}"']
    for table in _tables(ask):
        if ask(f'SELECT 1 FROM public."{table}" LIMIT 1'):
            steps.append(f'CREATE TABLE "{schema}"."{table}" AS TABLE public."{table}"')
    return ";".join(steps)


def putting_back(ask: Query, template: str) -> str:
    if template not in _known:
        _known[template] = _statements(ask, PREFIX + template)
    return _known[template]


def _statements(ask: Query, schema: str) -> str:
    steps = [
        "BEGIN",
        "SET LOCAL lock_timeout = '10s'",
        _others_leave(),
        "SET CONSTRAINTS ALL DEFERRED",
    ]
    steps += [f'DELETE FROM public."{table}"' for table in _tables(ask)]
    for table in _tables(ask, schema):
        columns = ", ".join(f'"{name}"' for name in _columns(ask, table))
        source = f'SELECT {columns} FROM "{schema}"."{table}"'
        steps.append(f'INSERT INTO public."{table}" ({columns}) {source}')
        if "id" in _columns(ask, table):
            steps.append(
                f'SELECT setval(sequence, (SELECT max(id) FROM public."{table}")) FROM '
                f"pg_get_serial_sequence('public.\"{table}\"', 'id') AS sequence "
                "WHERE sequence IS NOT NULL"
            )
    return ";".join([*steps, "COMMIT"])


def _others_leave() -> str:
    """A thread of the last test may still hold a connection."""
    return (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


def _tables(ask: Query, schema: str = "public") -> list[str]:
    return [row[0] for row in ask(f"SELECT tablename FROM pg_tables WHERE schemaname = '{schema}'")]


def _columns(ask: Query, table: str) -> list[str]:
    """Those that can be written: a generated one follows from the others."""
    return [
        row[0]
        for row in ask(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' "
            f"AND table_name = '{table}' AND is_generated = 'NEVER' ORDER BY ordinal_position"
        )
    ]
