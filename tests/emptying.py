"""Empties the tables after a test whose transactions were committed, quickly.

Django truncates all tables and then makes the rows of content types and permissions again: a sixth of a second for each
such test. These rows are what the migrations put there, and no test changes them: they stay.
"""

from __future__ import annotations

from functools import cache

from django.db import connections, transaction
from django.test import TransactionTestCase

KEPT = frozenset({"django_content_type", "auth_permission"})


def empty_tables(test: TransactionTestCase) -> None:
    for name in test._databases_names(include_mirrors=False):
        connection = connections[name]
        # Keys to other tables are looked at when the transaction ends: any order will do.
        with transaction.atomic(using=name), connection.cursor() as cursor:
            for table in _tables(name):
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


@cache
def _tables(database: str) -> tuple[str, ...]:
    tables = connections[database].introspection.django_table_names(only_existing=True, include_views=False)
    return tuple(sorted(set(tables) - KEPT))
