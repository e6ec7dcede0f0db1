"""Keeping an indicator of the house: as a new version, by who may define, with a formula that names what is there."""

from dataclasses import dataclass

from django.db import DatabaseError, connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.constraints import broken_constraint
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.statistics.analytics.data_items import Reckoned
from hoso.engines.statistics.analytics.reckoned import named_item
from hoso.engines.statistics.catalogue import Catalogue, read_catalogue
from hoso.engines.statistics.expressions.reading import read_formula
from hoso.engines.statistics.expressions.tree import items_of
from hoso.engines.statistics.indicator_catalogue import indicators

PURPOSE = "statistics"
_REFUSED = {"indicator_code": "HS7049", "indicator_title": "HS7052", "indicator_version": "HS7051"}


@dataclass(frozen=True, slots=True)
class Given:
    """What is to be kept. `seen`: the version it was made from, 0 for a new one."""

    code: str
    title_vi: str
    title_en: str
    numerator: str
    denominator: str
    factor: int
    seen: int = 0
    retired: bool = False


def keep_indicator(actor: Actor, given: Given) -> int:
    """Keep a version; returns its number.

    Raises HosoError HS2001; HS7048 for a code that a row, a form or a shipped indicator has; HS7049 for one that cannot be
    one; HS7051 where `seen` is not the newest version: somebody else has kept one meanwhile, or nobody kept that one; HS7052
    without a title; HS7053 for a formula that asks for itself; HS7030, HS7032, HS7034 and HS7035 for one that does not hold.
    """
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        scope = decide(actor, "statistics.define", PURPOSE)
        catalogue = read_catalogue()
        taken = any(catalogue.find(kind, "code", given.code) for kind in ("element", "data_set"))
        if taken or given.code in indicators():
            raise HosoError("HS7048", code=given.code[:40])
        if not given.retired:
            _check(given.code, (given.numerator, given.denominator), catalogue, set())
        try:
            cursor.execute(
                "INSERT INTO statistics_indicator (code, version, title_vi, title_en, numerator, denominator, factor, retired,"
                " account_id) SELECT %s, %s, %s, %s, %s, %s, %s, %s, %s"
                # Of two at the same moment the unique version lets one through; this refuses versions that nobody kept.
                " WHERE %s = (SELECT coalesce(max(version), 0) FROM statistics_indicator WHERE code = %s)",
                [given.code, given.seen + 1, given.title_vi, given.title_en, given.numerator, given.denominator, given.factor,
                 given.retired, actor.account_id, given.seen, given.code],
            )  # fmt: skip
            if not cursor.rowcount:
                raise HosoError("HS7051", code=given.code[:40])
        except DatabaseError as error:
            name = broken_constraint(error)
            if name not in _REFUSED:
                raise
            raise HosoError(_REFUSED[name], code=given.code[:40]) from error
        record_event(
            AuditEvent(
                actor, scope.role.key, PURPOSE, "update", object=f"statistics/indicator/{given.code}/{given.seen + 1}",
                reason="retired" if given.retired else "",
            )
        )  # fmt: skip
    return given.seen + 1


def _check(code: str, formulas: tuple[str, str], catalogue: Catalogue, looked_at: set[str]) -> None:
    """All that the formulas name is there, and none of the indicators in them leads back to this one."""
    for item in (item for formula in formulas for item in items_of(read_formula(formula)) if item.kind != "[]"):
        found = named_item(item, catalogue)
        if not isinstance(found, Reckoned):
            continue
        inner = found.indicator
        if inner.code == code:
            raise HosoError("HS7053", code=code[:40])
        if inner.code not in looked_at:
            looked_at.add(inner.code)
            _check(code, (inner.numerator, inner.denominator), catalogue, looked_at)
