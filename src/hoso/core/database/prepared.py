"""Questions that every request asks: read and planned once for each connection.

For few statements with a fixed text. Inside a transaction and outside, as with Django's cursor.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models
from psycopg import Cursor

Instance = TypeVar("Instance", bound=models.Model)


def rows_of(statement: str, values: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement with `%s` or `%(name)s` for values, each with its type where it could be another (`%s::text`).

    Raises what Django's cursor raises.
    """
    connection.validate_no_broken_transaction()
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        return cursor.execute(statement, values, prepare=True).fetchall()


def rows_through(cursor: Any, statement: str, values: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The same, asked through the connection of an open cursor: Django's, or psycopg's own."""
    with connection.wrap_database_errors, Cursor(cursor.connection) as own:
        return own.execute(statement, values, prepare=True).fetchall()


def first_of(model: type[Instance], condition: str, values: Sequence[Any]) -> Instance | None:
    """The first row of a model's table that meets the condition, as an object of it."""
    names, statement, converters = _read_of(model)
    rows = rows_of(f"{statement} WHERE {condition} LIMIT 1", values)
    if not rows:
        return None
    row = list(rows[0])
    for place, convert in converters:
        row[place] = convert(row[place], None, connection)
    return model.from_db(DEFAULT_DB_ALIAS, names, row)


@cache
def _read_of(model: type[models.Model]) -> tuple[list[str], str, list[tuple[int, Any]]]:
    """Names of the fields, the statement that reads them, and by place what makes a value of what the database gives."""
    fields, quoted = model._meta.concrete_fields, connection.ops.quote_name
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    converters = [(n, field.from_db_value) for n, field in enumerate(fields) if hasattr(field, "from_db_value")]
    return [field.attname for field in fields], f"SELECT {columns} FROM {quoted(model._meta.db_table)}", converters
