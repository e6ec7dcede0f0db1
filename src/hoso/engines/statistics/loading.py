"""Bringing the shipped forms into the catalogue of the database, as the owner; what is `local` stays as it is."""

from typing import Any

from django.db import connections, transaction

from hoso.core.database.definition_loads import fingerprint, is_loaded, record_load
from hoso.core.definitions import definitions_folder
from hoso.engines.statistics.forms import Dimension, Form, Row, dimensions, forms
from hoso.engines.statistics.uids import DEFAULT_COMBO, uid_of

NAME = "statistics"
LOADER = "1"  # raise when the same files give other rows

VALUE_TYPES = {"count": "INTEGER_ZERO_OR_POSITIVE", "number": "NUMBER", "boolean": "BOOLEAN", "text": "TEXT"}


def load_shipped_forms() -> int:
    """Load dimensions, rows and forms unless these very files are loaded already. Returns the rows of forms written."""
    sha = fingerprint((definitions_folder() / "reports").rglob("*.yaml"), LOADER)
    if is_loaded(NAME, sha):
        return 0
    known = [form for form in forms().values() if form.rows]
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        numbers = {key: _load_dimension(cursor, dimension) for key, dimension in dimensions().items()}
        combos: dict[tuple[str, ...], int] = {(): _id_of(cursor, "combo", DEFAULT_COMBO)}
        written = 0
        for form in known:
            data_set = _load_form(cursor, form, combos[()])
            for position, row in enumerate(form.rows):
                element = _load_row(cursor, row, _combo_of(cursor, row.dimensions, numbers, combos))
                cursor.execute(
                    "INSERT INTO statistics_data_set_element (data_set_id, element_id, position) VALUES (%s, %s, %s)"
                    " ON CONFLICT (data_set_id, element_id) DO UPDATE SET position = excluded.position",
                    [data_set, element, position],
                )
                written += 1
        record_load(NAME, sha, written, {"forms": len(known), "rows": written})
    return written


def _load_dimension(cursor: Any, dimension: Dimension) -> int:
    options = [
        _upsert(
            cursor,
            "option",
            uid_of(f"option:{dimension.key}:{option.key}"),
            code=f"{dimension.key}.{option.key}",
            name=option.title_vi,
            name_en=option.title_en,
        )
        for option in dimension.options
    ]
    return _upsert(
        cursor,
        "dimension",
        uid_of(f"dimension:{dimension.key}"),
        code=dimension.key,
        name=dimension.title_vi,
        name_en=dimension.title_en,
        kind=dimension.kind,
        options=options,
    )


def _combo_of(
    cursor: Any,
    given: tuple[Dimension, ...],
    numbers: dict[str, int],
    combos: dict[tuple[str, ...], int],
) -> int:
    keys = tuple(dimension.key for dimension in given)
    if keys not in combos:
        combos[keys] = _upsert(
            cursor,
            "combo",
            uid_of(f"combo:{','.join(keys)}"),
            code="+".join(keys),
            name=" × ".join(dimension.title_vi for dimension in given),
            dimensions=[numbers[key] for key in keys],
        )
    return combos[keys]


def _load_row(cursor: Any, row: Row, combo: int) -> int:
    return _upsert(
        cursor,
        "element",
        uid_of(f"element:{row.key}"),
        code=row.key,
        name=row.title_vi,
        short_name=row.title_vi[:50],
        name_en=row.title_en,
        value_type=VALUE_TYPES[row.value],
        aggregation=row.aggregation,
        combo_id=combo,
    )


def _load_form(cursor: Any, form: Form, default_combo: int) -> int:
    return _upsert(
        cursor,
        "data_set",
        uid_of(f"form:{form.key}"),
        code=form.key,
        form=form.key,
        name=form.title_vi,
        name_en=form.title_en,
        period_kinds=[kind.value for kind in form.periods],
        combo_id=default_combo,
        tiers=list(form.tiers),
        valid_from=form.valid_from,
        valid_to=form.valid_to,
    )


def _upsert(cursor: Any, table: str, uid: str, /, **columns: Any) -> int:
    """Write one shipped thing of the catalogue by its uid; gives its number."""
    names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
    news = ", ".join(f"{name} = excluded.{name}" for name in columns)
    cursor.execute(
        f"INSERT INTO statistics_{table} (uid, origin, {names}) VALUES (%s, 'shipped', {marks})"
        f" ON CONFLICT (uid) DO UPDATE SET {news} WHERE statistics_{table}.origin = 'shipped'",
        [uid, *columns.values()],
    )
    return _id_of(cursor, table, uid)


def _id_of(cursor: Any, kind: str, uid: str) -> int:
    cursor.execute(f"SELECT id FROM statistics_{kind} WHERE uid = %s", [uid])
    return int(cursor.fetchone()[0])
