"""Who is behind a figure: the visits or doses that a cell counts, for whoever may see the persons. One audit event for each person."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.access.reading import Asking, read
from hoso.core.errors import HosoError
from hoso.engines.records.dose_facts.counting import list_doses
from hoso.engines.records.dose_facts.facts import SeenDose
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
    """The visits or the doses of one cell, as far as the asker may see them, the first of them where they are many."""

    form: Form
    unit: Unit
    cell: FilledCell
    visits: tuple[SeenVisit, ...] = ()
    doses: tuple[SeenDose, ...] = ()

    def __len__(self) -> int:
        return len(self.visits) + len(self.doses)

    @property
    def cut(self) -> bool:
        return len(self) == MOST

    @property
    def found_of_persons(self) -> Mapping[int, int]:
        """How many visits or doses are shown of each person: each gets an event of their own."""
        seen: tuple[SeenVisit | SeenDose, ...] = (*self.visits, *self.doses)
        return Counter(one.person_id for one in seen)


def may_see_persons(actor: Actor) -> bool:
    return actor.role_for("record.read", PURPOSE) is not None


def behind(actor: Actor, address: Address, key: Key) -> Behind:
    """The visits that end, or the doses given, in the period at the unit and that the cell counts now.

    Raises HosoError: those of `name_address`, HS7003 for a cell that the record does not fill, HS2001.
    """

    def ask(scope: Scope) -> Behind:
        form, unit, period = name_address(address)
        cell = next((one for one in cells_filled(form, period) if one.key == key), None)
        if cell is None:
            raise HosoError("HS7003", thing="row", name=key[0][:60])
        asked = facilities_of(unit, period), period.start, period.end, cell.takes, MOST
        if cell.of_doses:
            return Behind(form, unit, cell, doses=tuple(list_doses(scope, *asked)))
        return Behind(form, unit, cell, visits=tuple(list_visits(scope, *asked)))

    told = f"statistics/from-record/{address.form}/{address.period}/{key[0]}"
    return read(actor, PURPOSE, Asking("record.read", action="search", object=told), ask)
