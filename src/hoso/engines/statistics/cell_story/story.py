"""What one cell was, act by act: who changed it, when, from what to what, and why; and the papers beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.statistics.approval.cells import split_of
from hoso.engines.statistics.catalogue import Catalogue, read_catalogue
from hoso.engines.statistics.forms import Form, Row
from hoso.engines.statistics.from_record.proposals import TAKEN
from hoso.engines.statistics.hints import Key
from hoso.engines.statistics.reports_by_address import Address, find_address
from hoso.engines.statistics.units import Unit
from hoso.engines.statistics.value_types import written

PURPOSE = "statistics"


@dataclass(frozen=True, slots=True)
class State:
    """What a cell held; `value` is empty where it was blank or taken back."""

    value: str = ""
    comment: str = ""
    follow_up: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One act and what it did. `kind`: a cell typed in, or an import; `from_record`: the reading it took the figure from."""

    at: datetime
    actor: str
    kind: str
    reason: str
    was: State
    became: State

    @property
    def value_changed(self) -> bool:
        return self.was.value != self.became.value

    @property
    def from_record(self) -> str:
        return self.reason.removeprefix(TAKEN) if self.reason.startswith(TAKEN) else ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that stands beside the figure; `size` in octets."""

    id: int
    name: str
    kind: str
    size: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Story:
    """One cell with its row and options in words; changes with the newest first."""

    form: Form
    unit: Unit
    period: str
    row: Row
    options: tuple[str, ...]
    of: tuple[tuple[str, str], ...]  # Vietnamese, English
    now: State
    changes: tuple[Change, ...]
    papers: tuple[Paper, ...] = ()


def story_of(actor: Actor, address: Address, key: Key) -> Story:
    """Raises HosoError: HS2001, HS7003 for a row that the form has not, those of `find_address`."""
    with acting_transaction(actor.account_id, PURPOSE):
        scope = decide(actor, "statistics.read", PURPOSE)
        form, unit, period = find_address(address, "statistics.read")
        row, of = words_of(form, key)
        catalogue = read_catalogue()
        numbers = cell_numbers(catalogue, key)
        changes = _changes(unit, period.id, numbers, catalogue) if numbers else []
        papers = _papers(unit, period.id, numbers) if numbers else ()
        record_event(
            AuditEvent(
                actor, scope.role.key, PURPOSE, "read",
                object=f"statistics/{form.key}/{period.id}/{row.key}", found=len(changes),
            )
        )  # fmt: skip
    now = changes[-1].became if changes else State()
    return Story(form, unit, period.id, row, key[1], of, now, tuple(reversed(changes)), papers)


def words_of(form: Form, key: Key) -> tuple[Row, tuple[tuple[str, str], ...]]:
    """The row of a cell and what its options are called. Raises HosoError HS7003."""
    row = next((one for one in form.rows if one.key == key[0]), None)
    if row is None or len(key[1]) != len(row.dimensions):
        raise HosoError("HS7003", thing="row", name=key[0][:60])
    told = []
    for dimension, option in zip(row.dimensions, key[1], strict=True):
        found = next((one for one in dimension.options if one.key == option), None)
        if found is None:
            raise HosoError("HS7003", thing="option", name=option[:60])
        told.append((found.title_vi, found.title_en))
    return row, tuple(told)


def cell_numbers(catalogue: Catalogue, key: Key) -> tuple[int, int] | None:
    """The numbers of element and split; None for a key that nobody used yet."""
    element = catalogue.find("element", "code", key[0])
    split = None if element is None else split_of(catalogue, element, key[1])
    return None if element is None or split is None else (element, split)


def _papers(unit: Unit, iso: str, numbers: tuple[int, int]) -> tuple[Paper, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.id, t.name, t.kind, t.size, a.username, t.at FROM statistics_attachment t"
            " JOIN statistics_period p ON p.id = t.period_id JOIN accounts_account a ON a.id = t.account_id"
            " WHERE (t.unit_id, p.iso, t.element_id, t.split_id) = (%s, %s, %s, %s) AND t.removed_at IS NULL ORDER BY t.id",
            [unit.id, iso, *numbers],
        )
        return tuple(Paper(*row) for row in cursor.fetchall())


def _changes(unit: Unit, iso: str, numbers: tuple[int, int], catalogue: Catalogue) -> list[Change]:
    """The oldest first; none of a cell that nobody ever filled in."""
    element, split = numbers
    with connection.cursor() as cursor:
        cursor.execute(
            _VERSIONS,
            {"unit": unit.id, "period": iso, "element": element, "split": split, "attribute": catalogue.default_split},
        )
        return _between(cursor.fetchall(), catalogue.elements[element].value_type)


def _between(versions: Sequence[tuple[Any, ...]], value_type: str) -> list[Change]:
    found, was = [], State()
    for number, text, comment, follow_up, deleted, at, actor, kind, reason in versions:
        became = State("" if deleted else written(number, text, value_type), comment or "", follow_up)
        found.append(Change(at, actor, kind, reason, was, became))
        was = became
    return found


_VERSIONS = """
    WITH cell AS (SELECT p.id AS period_id FROM statistics_period p WHERE p.iso = %(period)s), version AS (
        SELECT h.number, h.text, h.comment, h.follow_up, h.deleted, h.act_id
        FROM cell JOIN statistics_value_history h
          ON (h.unit_id, h.period_id, h.element_id, h.split_id, h.attribute_id)
           = (%(unit)s, cell.period_id, %(element)s, %(split)s, %(attribute)s)
        UNION ALL
        SELECT v.number, v.text, v.comment, v.follow_up, v.deleted, v.act_id
        FROM cell JOIN statistics_value v
          ON (v.unit_id, v.period_id, v.element_id, v.split_id, v.attribute_id)
           = (%(unit)s, cell.period_id, %(element)s, %(split)s, %(attribute)s))
    SELECT n.number, n.text, n.comment, n.follow_up, n.deleted, a.at, a.actor, a.kind, a.reason
    FROM version n JOIN statistics_act a ON a.id = n.act_id ORDER BY n.act_id
"""
