"""When are two sendings of a visit the same: equal hash over the ordered fields of their inner tables.

NGAYLAP, packaging, spacing between tags and the order of tables do not count; every value does.
"""

from functools import cache
from hashlib import sha256

from hoso.engines.intake.exchange import Decision, load_decisions
from hoso.engines.intake.sent import SentVisit, Values

_BETWEEN_FIELDS, _BETWEEN_LINES, _BETWEEN_TABLES = "\x1f", "\x1e", "\x1d"


def content_hash(visit: SentVisit, decision: Decision) -> bytes:
    """SHA-256 of the visit's content."""
    tables = []
    for number, lines in sorted(visit.tables.items()):
        names, known = _names(decision.key, number)
        rows = [_row(values, names, known) for values in lines]
        tables.append(f"{number}{_BETWEEN_LINES}{_BETWEEN_LINES.join(rows)}")
    return sha256(_BETWEEN_TABLES.join(tables).encode()).digest()


def _row(values: Values, names: tuple[str, ...], known: frozenset[str]) -> str:
    row = _BETWEEN_FIELDS.join([values.get(name, "") for name in names])
    if values.keys() <= known:
        return row
    extra = [f"{name}={values[name]}" for name in sorted(values) if name not in known]
    return row + _BETWEEN_FIELDS + _BETWEEN_FIELDS.join(extra)


@cache
def _names(decision: str, number: int) -> tuple[tuple[str, ...], frozenset[str]]:
    table = load_decisions()[decision].tables.get(number)
    names = tuple(field.name for field in table.fields) if table else ()
    return names, frozenset(names)
