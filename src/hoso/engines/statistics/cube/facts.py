"""What a fact of the cube is, and how it is read out of the store of values."""

from pathlib import Path
from typing import Any

from hoso.core.facts.shape import Shape

SHAPE = Shape(
    "statistics",
    {"element": "INTEGER", "period": "INTEGER", "place": "BIGINT", "unit": "BIGINT", "split": "INTEGER",
     "attribute": "INTEGER"},
    ("element", "period", "unit", "split", "attribute"),
)  # fmt: skip
FOLDER = "facts"
UNFIT = (
    "unfit"  # note of the manifest: elements with figures that do not fit a fact; the store of values answers for them
)
MOST_PLACES = 9  # after the comma
# A figure as whole number and places after the comma. Text, and what was taken back, is no fact.
_PLACES = "min_scale(v.number)"
_MANTISSA = f"v.number * 10::numeric ^ {_PLACES}"
_FITS = f"({_PLACES} <= {MOST_PLACES} AND abs({_MANTISSA}) < 9e18)"
_COLUMNS = f"""
    v.element_id, v.period_id, v.place_id, v.unit_id, v.split_id, v.attribute_id,
    CASE WHEN v.deleted OR v.number IS NULL OR NOT {_FITS} THEN NULL
         WHEN {_PLACES} = 0 THEN v.number::bigint ELSE ({_MANTISSA})::bigint END,
    CASE WHEN v.number IS NOT NULL AND {_FITS} THEN {_PLACES} ELSE 0 END
"""


def facts_folder(home: Path) -> Path:
    return home / FOLDER / SHAPE.name


def write_facts(cursor: Any, path: Path, where: str, values: list[Any]) -> list[int]:
    """Write the values of which `where` holds as changes of the cube; gives the elements of those that do not fit."""
    with (
        path.open("wb") as target,
        cursor.copy(
            f"COPY (SELECT {_COLUMNS} FROM statistics_value v WHERE {where}) TO STDOUT (FORMAT csv)", values
        ) as copy,
    ):
        for part in copy:
            target.write(part)
    cursor.execute(
        f"SELECT DISTINCT v.element_id FROM statistics_value v WHERE {where} AND NOT v.deleted AND v.number IS NOT NULL"
        f" AND NOT {_FITS}",
        values,
    )
    return [row[0] for row in cursor.fetchall()]
