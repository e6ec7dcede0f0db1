"""What things are called in an answer: by id, by code, by name or by somebody's attribute."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from hoso.core.errors import HosoError

# Where the things of a kind stand; keys of a whole report are keys like those of a figure.
TABLES = {
    "element": "statistics_element", "unit": "statistics_unit", "split": "statistics_split", "attribute": "statistics_split",
    "data_set": "statistics_data_set", "dimension": "statistics_dimension", "option": "statistics_option",
}  # fmt: skip
ALIAS_OF = {"attribute": "split"}


@dataclass(frozen=True, slots=True)
class Naming:
    """`told`: of each kind that is not named by its id, the name of each id."""

    schemes: Mapping[str, str]
    told: Mapping[str, Mapping[str, str]]

    def of(self, kind: str, uid: str) -> str:
        """The name of one thing. Raises HosoError HS7045 where it has none in the scheme that was asked for."""
        if kind not in self.told:
            return uid
        name = self.told[kind].get(uid)
        if name is None:
            raise HosoError("HS7045", object=uid, scheme=self.schemes[kind])
        return name


def read_naming(schemes: Mapping[str, str], units: Iterable[str]) -> Naming:
    """The names of everything that is defined, and of these units. Schemes as in an import; by id needs no names."""
    wanted = {kind: scheme for kind, scheme in schemes.items() if scheme != "uid"}
    with connection.cursor() as cursor:
        told = {kind: _names(cursor, kind, scheme, sorted(set(units))) for kind, scheme in wanted.items()}
    return Naming(schemes, told)


def _names(cursor: Any, kind: str, scheme: str, units: list[str]) -> dict[str, str]:
    """A thing's own code or name goes before what others call it."""
    own = f"t.{scheme}" if scheme in ("code", "name") else "NULL"
    only = "WHERE t.uid = ANY (%(units)s)" if kind == "unit" else ""
    cursor.execute(
        f"SELECT t.uid, coalesce({own}, (SELECT min(a.name) FROM statistics_alias a"
        f" WHERE a.kind = %(alias)s AND a.scheme = %(scheme)s AND a.object_id = t.id)) FROM {TABLES[kind]} t {only}",
        {"alias": ALIAS_OF.get(kind, kind), "scheme": scheme, "units": units},
    )
    return {uid: name for uid, name in cursor.fetchall() if name is not None}
