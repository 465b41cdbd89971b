"""Many rows into one table: new ones inserted, those that are there brought up to date.

Django builds an instance and a statement's parameters for each row, which takes ten times as long as the database does,
and nobody else can write to SQLite meanwhile. This prepares one statement and hands it the values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models

from agents.records import RecordDate

ROWS_PER_CALL = 1_000

Written = Callable[[Any], Any]


def upsert(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    unique: Sequence[str],
    replace: bool = True,
) -> None:
    """Store rows, each as values in the order of `columns`.

    A row whose `unique` columns are there replaces that one, or is left out (`replace=False`).

    Optional strings are stored as "", strings are cut to what a column holds, dates are stored as their text.
    """
    database = connections[DEFAULT_DB_ALIAS]
    statement = _statement(model, tuple(columns), tuple(unique), replace, database.vendor)
    writers = [_writer(model._meta.get_field(name), database) for name in columns]
    prepared = ([write(value) for write, value in zip(writers, row, strict=True)] for row in rows)
    with database.cursor() as cursor:
        for block in _blocks(prepared):
            cursor.executemany(statement, block)


@cache
def _statement(
    model: type[models.Model], columns: tuple[str, ...], unique: tuple[str, ...], replace: bool, vendor: str
) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    named = {name: quote(str(model._meta.get_field(name).column)) for name in columns}  # type: ignore[union-attr]
    marks = ", ".join("%s" for _ in columns)
    target = ", ".join(named[name] for name in unique)
    changes = ", ".join(f"{column} = excluded.{column}" for name, column in named.items() if name not in unique)
    table = quote(model._meta.db_table)
    return (
        f"INSERT INTO {table} ({', '.join(named.values())}) VALUES ({marks}) "  # noqa: S608 - names of our own tables
        f"ON CONFLICT ({target}) DO {f'UPDATE SET {changes}' if replace else 'NOTHING'}"
    )


def _writer(field: Any, database: Any) -> Written:
    """How one column's values are handed to the database."""
    if isinstance(field, models.CharField | models.TextField):
        return _text(field.max_length)
    if isinstance(field, models.FloatField | models.BooleanField):
        return _as_it_is
    if isinstance(field, models.JSONField):
        return lambda value: field.get_db_prep_save(list(value) if isinstance(value, tuple) else value, database)
    return lambda value: field.get_db_prep_save(value, database)


def _text(longest: int | None) -> Written:
    def written(value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, RecordDate):
            value = value.text
        found: str = value
        return found if longest is None or len(found) <= longest else found[:longest]

    return written


def _as_it_is(value: Any) -> Any:
    return value


def _blocks(rows: Iterator[list[Any]]) -> Iterator[list[list[Any]]]:
    while block := list(islice(rows, ROWS_PER_CALL)):
        yield block
