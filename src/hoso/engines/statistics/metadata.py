"""Definitions from outside in the manner of DHIS2's metadata bundle: options, categories, combinations, elements, sets.

Objects made so have origin `local`; shipped ones are never changed by it and are counted as passed over, so that what one
installation gives out whole, another takes in. Everything else in one bundle is taken or nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

import orjson
from django.db import connection, transaction

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.periods.kinds import DHIS2_NAMES
from hoso.engines.statistics.catalogue import MOST_LISTED
from hoso.engines.statistics.uids import DEFAULT_COMBO, DEFAULT_SPLIT, UID
from hoso.engines.statistics.value_types import VALUE_TYPES

PURPOSE = "statistics"
KINDS = {
    "categoryOptions": "option",
    "categories": "dimension",
    "categoryCombos": "combo",
    "categoryOptionCombos": "split",
    "dataElements": "element",
    "dataSets": "data_set",
}
AGGREGATIONS = {"SUM": "sum", "LAST": "last", "AVERAGE": "average", "AVERAGE_SUM_ORG_UNIT": "average", "NONE": "none"}
PERIOD_KINDS = {name: kind for kind, name in DHIS2_NAMES.items()}
Bundle = dict[str, list[dict[str, Any]]]
Strategy = Literal["create_and_update", "create", "update"]


@dataclass(frozen=True, slots=True)
class Way:
    """How a bundle is taken in. `dry_run`: all of it is tried and counted, and nothing stays."""

    strategy: Strategy = "create_and_update"
    dry_run: bool = False


ALL_OF_IT = Way()


class _Undo(Exception):
    """A dry run has counted everything: nothing of it stays."""


@dataclass(slots=True)
class Taken:
    """How many objects of one collection became what; `passed_over` are shipped here and stay as they are."""

    created: int = 0
    updated: int = 0
    passed_over: int = 0

    @property
    def total(self) -> int:
        return self.created + self.updated + self.passed_over


def import_bundle(actor: Actor, content: bytes, way: Way = ALL_OF_IT) -> tuple[dict[str, Taken], list[str]]:
    """As `import_metadata`, of the bytes of a JSON document; also the names of collections that were not taken.

    Raises HosoError HS7002 for what is no JSON object, HS7004, HS5531, HS5532.
    """
    try:
        bundle = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise HosoError("HS7002", format="JSON", reason=str(error)[:200]) from error
    if not isinstance(bundle, dict):
        raise HosoError("HS7002", format="JSON", reason="no object")
    try:
        taken = import_metadata(actor, bundle, way)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise HosoError("HS7004", reason=f"{type(error).__name__} {error}"[:200]) from error
    return taken, sorted(name for name, value in bundle.items() if isinstance(value, list) and name not in KINDS)


def import_metadata(actor: Actor, bundle: Bundle, way: Way = ALL_OF_IT) -> dict[str, Taken]:
    """Create or change what the bundle holds; gives what became of each collection. Other collections are not read.

    Raises HosoError: HS7004 where an object names another that is not there, or combinations do not fit their categories: of
    a categoryCombo all categoryOptionCombos are told or none, as in DHIS2; HS5531 and HS5532 where an object is there and
    was only to be created, or is not and was only to be changed.
    """
    taken: dict[str, Taken] = {}
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        scope = decide(actor, "statistics.define", PURPOSE)
        try:
            with transaction.atomic():
                taken = {name: _take(cursor, name, bundle.get(name, []), way.strategy) for name in KINDS}
                _check_keys(cursor, bundle.get("categoryOptionCombos", []))
                if way.dry_run:
                    raise _Undo
        except _Undo:
            pass
        record_event(
            AuditEvent(
                actor,
                scope.role.key,
                PURPOSE,
                "update",
                object="statistics/definitions/dry-run" if way.dry_run else "statistics/definitions",
                found=sum(one.created + one.updated for one in taken.values()),
            )
        )
    return taken


def _take(cursor: Any, collection: str, objects: Iterable[dict[str, Any]], strategy: Strategy) -> Taken:
    taken, kind = Taken(), KINDS[collection]
    for given in objects:
        if not UID.fullmatch(str(given.get("id", ""))):
            raise HosoError("HS7004", reason=f"{collection}: id {given.get('id')!r}")
        if _is_shipped(cursor, kind, given):
            taken.passed_over += 1
            continue
        known = _is_there(cursor, kind, given["id"])
        if strategy == ("create" if known else "update"):
            raise HosoError("HS5531" if known else "HS5532", object=f"{collection} {given['id']}")
        _note_attributes(cursor, kind, given, _MAKERS[collection](cursor, given))
        taken.updated, taken.created = taken.updated + known, taken.created + (not known)
    return taken


def _check_keys(cursor: Any, objects: Iterable[dict[str, Any]]) -> None:
    """Every combination of options is told, where any of it is; of one so large that nobody lists it whole some may be."""
    for combo, told in Counter(given["categoryCombo"]["id"] for given in objects if "categoryCombo" in given).items():
        cursor.execute(
            "SELECT array_agg(cardinality(d.options)) FROM statistics_combo c, unnest(c.dimensions) t(id)"
            " JOIN statistics_dimension d ON d.id = t.id WHERE c.uid = %s AND c.origin = 'local'",
            [combo],
        )
        sizes = cursor.fetchone()[0]
        if sizes and told != (wanted := prod(sizes)) and wanted <= MOST_LISTED:
            raise HosoError("HS7004", reason=f"{told} of {wanted} categoryOptionCombos of categoryCombo {combo}")


def _is_there(cursor: Any, kind: str, uid: str) -> bool:
    cursor.execute(f"SELECT 1 FROM statistics_{kind} WHERE uid = %s", [uid])
    return cursor.fetchone() is not None


def _is_shipped(cursor: Any, kind: str, given: dict[str, Any]) -> bool:
    """A key is shipped where its combination is: it is that of the combination's options and of nothing else."""
    if kind == "split":
        combo = given.get("categoryCombo")
        return given["id"] == DEFAULT_SPLIT or (isinstance(combo, dict) and _is_shipped(cursor, "combo", combo))
    cursor.execute(f"SELECT 1 FROM statistics_{kind} WHERE uid = %s AND origin = 'shipped'", [given.get("id", "")])
    return cursor.fetchone() is not None


def _option(cursor: Any, given: dict[str, Any]) -> int:
    return _upsert(cursor, "option", given)


def _dimension(cursor: Any, given: dict[str, Any]) -> int:
    options = [_number(cursor, "option", one) for one in given.get("categoryOptions", ())]
    return _upsert(cursor, "dimension", given, options=options)


def _combo(cursor: Any, given: dict[str, Any]) -> int:
    dimensions = [_number(cursor, "dimension", one) for one in given.get("categories", ())]
    return _upsert(cursor, "combo", given, dimensions=dimensions)


def _split(cursor: Any, given: dict[str, Any]) -> int:
    """An option combination: one option of each category of its combination, whatever the order they are told in."""
    combo = _number(cursor, "combo", given["categoryCombo"])
    told = [_number(cursor, "option", one) for one in given.get("categoryOptions", ())]
    cursor.execute(
        "SELECT array_agg(d.options ORDER BY t.place) FROM statistics_combo c,"
        " unnest(c.dimensions) WITH ORDINALITY t(id, place) JOIN statistics_dimension d ON d.id = t.id WHERE c.id = %s",
        [combo],
    )
    sides: list[list[int]] = cursor.fetchone()[0] or []
    options = [next((one for one in told if one in side), 0) for side in sides]
    if 0 in options or len(told) != len(sides):
        raise HosoError("HS7004", reason=f"categoryOptionCombo {given['id']} does not fit its categoryCombo")
    cursor.execute("SELECT uid FROM statistics_split WHERE combo_id = %s AND options = %s::int[]", [combo, options])
    known = cursor.fetchone()
    if known and known[0] != given["id"]:
        raise HosoError("HS7004", reason=f"categoryOptionCombo {given['id']} is there already as {known[0]}")
    return _upsert(cursor, "split", given, combo_id=combo, options=options)


def _element(cursor: Any, given: dict[str, Any]) -> int:
    if given.get("valueType") not in VALUE_TYPES:
        raise HosoError("HS7004", reason=f"dataElement {given['id']}: valueType {given.get('valueType')!r}")
    return _upsert(
        cursor,
        "element",
        given,
        short_name=given.get("shortName", ""),
        value_type=given["valueType"],
        aggregation=AGGREGATIONS.get(given.get("aggregationType", "SUM"), "none"),
        combo_id=_number(cursor, "combo", given.get("categoryCombo", {"id": DEFAULT_COMBO})),
    )


def _data_set(cursor: Any, given: dict[str, Any]) -> int:
    kind = PERIOD_KINDS.get(given.get("periodType", ""))
    if kind is None:
        raise HosoError("HS7004", reason=f"dataSet {given['id']}: periodType {given.get('periodType')!r}")
    number = _upsert(
        cursor,
        "data_set",
        given,
        period_kinds=[kind.value],
        combo_id=_number(cursor, "combo", given.get("categoryCombo", {"id": DEFAULT_COMBO})),
        future_periods=int(given.get("openFuturePeriods", 0)),
    )
    cursor.execute("DELETE FROM statistics_data_set_element WHERE data_set_id = %s", [number])
    for position, one in enumerate(given.get("dataSetElements", ())):
        combo = one.get("categoryCombo")
        cursor.execute(
            "INSERT INTO statistics_data_set_element VALUES (%s, %s, %s, %s)",
            [number, _number(cursor, "element", one["dataElement"]), position,
             _number(cursor, "combo", combo) if combo else None],
        )  # fmt: skip
    cursor.execute("DELETE FROM statistics_data_set_unit WHERE data_set_id = %s", [number])
    for one in given.get("organisationUnits", ()):
        cursor.execute("INSERT INTO statistics_data_set_unit VALUES (%s, %s)", [number, _unit(cursor, one)])
    return number


_MAKERS: dict[str, Callable[[Any, dict[str, Any]], int]] = {
    "categoryOptions": _option,
    "categories": _dimension,
    "categoryCombos": _combo,
    "categoryOptionCombos": _split,
    "dataElements": _element,
    "dataSets": _data_set,
}


def _upsert(cursor: Any, kind: str, given: dict[str, Any], **columns: Any) -> int:
    columns = {"code": given.get("code"), "name": given.get("name", given["id"]), **columns}
    if kind != "split":
        columns["origin"] = "local"
    names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
    news = ", ".join(f"{name} = excluded.{name}" for name in columns)
    cursor.execute(
        f"INSERT INTO statistics_{kind} (uid, {names}) VALUES (%s, {marks})"
        f" ON CONFLICT (uid) DO UPDATE SET {news} RETURNING id",
        [given["id"], *columns.values()],
    )
    return int(cursor.fetchone()[0])


def _number(cursor: Any, kind: str, given: dict[str, Any]) -> int:
    cursor.execute(f"SELECT id FROM statistics_{kind} WHERE uid = %s", [given.get("id", "")])
    row = cursor.fetchone()
    if row is None:
        raise HosoError("HS7004", reason=f"no {kind} {given.get('id')}")
    return int(row[0])


def _unit(cursor: Any, given: dict[str, Any]) -> int:
    cursor.execute(
        "SELECT object_id FROM statistics_alias WHERE kind = 'unit' AND scheme = 'uid' AND name = %(uid)s"
        " UNION ALL SELECT id FROM statistics_unit WHERE uid = %(uid)s LIMIT 1",
        {"uid": given.get("id", "")},
    )
    row = cursor.fetchone()
    if row is None:
        raise HosoError("HS7004", reason=f"no organisationUnit {given.get('id')}")
    return int(row[0])


def _note_attributes(cursor: Any, kind: str, given: dict[str, Any], number: int) -> None:
    for one in given.get("attributeValues", ()):
        cursor.execute(
            "INSERT INTO statistics_alias VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (kind, scheme, name) DO UPDATE SET object_id = excluded.object_id",
            [kind, f"attribute:{one['attribute']['id']}", str(one["value"]), number],
        )
