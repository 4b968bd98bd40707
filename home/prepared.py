"""Questions that every request asks: put into SQL once a process, then only asked.

Django writes a query's SQL anew each time, which costs more than the database takes to answer. So
a question is written here once with stand-ins, and each asking puts its own values in their place.
The rows are Django's own, through its own compiler: nothing else differs.
"""

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.db.models.query import ModelIterable

# No row has such a number, such a key or such a date.
STAND_INS: dict[type, Callable[[int], Any]] = {
    int: lambda at: at - 2**31,
    UUID: lambda at: UUID(int=2**128 - 1 - at),
    datetime: lambda at: datetime(9990, 1, 1 + at, tzinfo=UTC),
}


class Prepared:
    """`ask` takes stand-ins and returns a queryset, of models or a `values_list`; `kinds` are the
    types of its values, `int`, `UUID` or `datetime`. Each value has to reach the database as it
    is: not half of an expression, and never one that SQL was chosen by, such as a list or None.

        newest = Prepared(lambda user: Enrolment.objects.filter(user=user)[:1], int)
        newest(request.user.pk)
    """

    def __init__(self, ask: Callable[..., QuerySet], *kinds: type) -> None:
        self.ask = ask
        self.stand_ins = [STAND_INS[kind](at) for at, kind in enumerate(kinds)]

    def __call__(self, *values: Any) -> list[Any]:
        compiler = copy.copy(self._compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        sql, params, places = self._sql
        filled = list(params)
        for place, at in places.items():
            filled[place] = _adapted(compiler.connection, values[at])
        compiler.as_sql = lambda *args, **kwargs: (sql, tuple(filled))
        if self._prepared[0]._iterable_class is not ModelIterable:
            return list(compiler.results_iter(tuple_expected=True))
        query = SimpleNamespace(get_compiler=lambda using: compiler)
        rows = SimpleNamespace(
            db=DEFAULT_DB_ALIAS,
            query=query,
            model=self._prepared[0].model,
            _known_related_objects={},
        )
        return list(ModelIterable(rows))

    def first(self, *values: Any) -> Any:
        return next(iter(self(*values)), None)

    @cached_property
    def _prepared(self) -> tuple[QuerySet, Any, tuple]:
        queryset = self.ask(*self.stand_ins)
        compiler = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
        return queryset, compiler, compiler.as_sql()

    @cached_property
    def _sql(self) -> tuple[str, tuple, dict[int, int]]:
        """With the value that belongs at each place of the parameters."""
        _queryset, _compiler, (sql, params) = self._prepared
        connection = connections[DEFAULT_DB_ALIAS]
        wanted = {_adapted(connection, value): at for at, value in enumerate(self.stand_ins)}
        places = {place: wanted[param] for place, param in enumerate(params) if param in wanted}
        if set(places.values()) != set(wanted.values()):
            raise ValueError("A value does not reach the database as it is.")
        return sql, tuple(params), places

    @property
    def _compiler(self) -> Any:
        return self._prepared[1]


def _adapted(connection: Any, value: Any) -> Any:
    """As a field hands it to the database. Not every database knows keys and time zones."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value
