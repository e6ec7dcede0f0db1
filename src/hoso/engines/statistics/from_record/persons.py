"""Who is behind a figure: the visits that a cell counts, for whoever may see the persons. One audit event for each person."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.access.reading import Asking, read
from hoso.core.errors import HosoError
from hoso.engines.records.visit_facts.counting import list_visits
from hoso.engines.records.visit_facts.facts import SeenVisit
from hoso.engines.statistics.forms import Form
from hoso.engines.statistics.from_record.reading_record import facilities_of
from hoso.engines.statistics.from_record.record_counts import FilledCell, cells_filled
from hoso.engines.statistics.hints import Key
from hoso.engines.statistics.reports_by_address import Address, name_address
from hoso.engines.statistics.units import Unit

PURPOSE = "figure_checking"
MOST = 200


@dataclass(frozen=True, slots=True)
class Behind:
    """The visits of one cell, as far as the asker may see them, the first of them where they are many."""

    form: Form
    unit: Unit
    cell: FilledCell
    visits: tuple[SeenVisit, ...]

    def __len__(self) -> int:
        return len(self.visits)

    @property
    def cut(self) -> bool:
        return len(self.visits) == MOST

    @property
    def found_of_persons(self) -> Mapping[int, int]:
        """How many visits are shown of each person: each gets an event of their own."""
        return Counter(visit.person_id for visit in self.visits)


def may_see_persons(actor: Actor) -> bool:
    return actor.role_for("record.read", PURPOSE) is not None


def behind(actor: Actor, address: Address, key: Key) -> Behind:
    """The visits that end in the period at the unit and that the cell counts now.

    Raises HosoError: those of `name_address`, HS7003 for a cell that the record does not fill, HS2001.
    """

    def ask(scope: Scope) -> Behind:
        form, unit, period = name_address(address)
        cell = next((one for one in cells_filled(form, period) if one.key == key), None)
        if cell is None:
            raise HosoError("HS7003", thing="row", name=key[0][:60])
        facilities = facilities_of(unit, period)
        return Behind(
            form, unit, cell, tuple(list_visits(scope, facilities, period.start, period.end, cell.takes, MOST))
        )

    told = f"statistics/from-record/{address.form}/{address.period}/{key[0]}"
    return read(actor, PURPOSE, Asking("record.read", action="search", object=told), ask)
