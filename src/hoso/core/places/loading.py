"""Bringing the shipped administrative units into the database, as the owner, in one COPY each."""

from typing import Any

from django.db import connections, transaction

from hoso.core.database.definition_loads import fingerprint, is_loaded, record_load
from hoso.core.definitions import definitions_folder
from hoso.core.places.shipped_units import Step, Unit, read_shipped, search_text
from hoso.core.vietnamese.folding import fold

NAME = "places"
LOADER = "1"  # raise when the same files give other rows

UNIT_COLUMNS = (
    "id, level, code, name, full_name, name_en, kind, folded_name, address, folded_address, parent_id, "
    "valid_from, valid_to, basis, longitude, latitude, population, origin"
)
STEP_COLUMNS = "old_id, new_id, relation, effective, basis"


def load_shipped_places() -> int:
    """Load units and successions unless these very files are loaded already. Returns the rows written.

    Rows of units no longer in the files stay: others may point to them. What is `local` is never touched.
    """
    folder = definitions_folder() / "places"
    sha = fingerprint(folder.glob("*.csv"), LOADER)
    if is_loaded(NAME, sha):
        return 0
    units, steps = read_shipped(folder)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        _load_units(cursor, units)
        _load_steps(cursor, steps)
        record_load(NAME, sha, len(units) + len(steps), {"units": len(units), "successions": len(steps)})
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE places_place, places_succession")
    return len(units) + len(steps)


def _load_units(cursor: Any, units: list[Unit]) -> None:
    cursor.execute("CREATE TEMP TABLE shipped_place (LIKE places_place) ON COMMIT DROP")
    with cursor.copy(f"COPY shipped_place ({UNIT_COLUMNS}) FROM STDIN") as copy:
        for unit in units:
            copy.write_row(_unit_row(unit))
    updates = ", ".join(f"{name} = excluded.{name}" for name in UNIT_COLUMNS.split(", ")[1:] if name != "valid_to")
    # A unit that a decision of the house has ended stays ended, until the files say when.
    updates += ", valid_to = CASE WHEN places_place.ended_by IS NULL THEN excluded.valid_to ELSE coalesce(excluded.valid_to, places_place.valid_to) END"
    # Oldest first: the end of an earlier row must be written before its successor begins.
    cursor.execute(
        f"INSERT INTO places_place ({UNIT_COLUMNS}) SELECT {UNIT_COLUMNS} FROM shipped_place ORDER BY valid_from, level "
        f"ON CONFLICT (id) DO UPDATE SET {updates} WHERE places_place.origin = 'shipped'"
    )


def _unit_row(unit: Unit) -> tuple[Any, ...]:
    return (
        unit.id, unit.level, unit.code, unit.name, unit.full_name, unit.name_en, unit.kind, fold(unit.name),
        unit.address, search_text(unit), unit.parent.id if unit.parent else None, unit.valid_from, unit.valid_to,
        unit.basis, unit.longitude, unit.latitude, unit.population, "shipped",
    )  # fmt: skip


def _load_steps(cursor: Any, steps: list[Step]) -> None:
    cursor.execute("CREATE TEMP TABLE shipped_succession (LIKE places_succession INCLUDING DEFAULTS) ON COMMIT DROP")
    cursor.execute("ALTER TABLE shipped_succession ALTER id DROP NOT NULL")
    with cursor.copy(f"COPY shipped_succession ({STEP_COLUMNS}) FROM STDIN") as copy:
        for step in steps:
            copy.write_row((step.old.id, step.new.id, step.relation, step.effective, step.basis))
    cursor.execute(
        f"INSERT INTO places_succession ({STEP_COLUMNS}) SELECT {STEP_COLUMNS} FROM shipped_succession "
        "ON CONFLICT (old_id, new_id) DO UPDATE SET relation = excluded.relation, effective = excluded.effective, "
        "basis = excluded.basis"
    )
