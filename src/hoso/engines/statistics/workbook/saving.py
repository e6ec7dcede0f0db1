"""Writing the cells of a workbook that somebody chose after seeing what differs: all of them in one act, or none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hoso.core.access.actor import Actor
from hoso.core.errors import HosoError
from hoso.engines.statistics.entry import BY_CODE, open_sheet
from hoso.engines.statistics.hints import Key
from hoso.engines.statistics.imports.report import ImportReport
from hoso.engines.statistics.imports.run import import_values
from hoso.engines.statistics.reports_by_address import Address
from hoso.engines.statistics.workbook.comparing import as_given
from hoso.engines.statistics.workbook.figures import LONGEST_TOLD, same_figure


@dataclass(frozen=True, slots=True)
class Chosen:
    """One cell as it was shown: what stood there, what it becomes."""

    key: Key
    before: str
    after: str


def save_chosen(actor: Actor, address: Address, chosen: Sequence[Chosen], reason: str = "") -> ImportReport:
    """Write them with their history, through the import.

    Raises HosoError: those of `open_sheet`; HS5475 where nothing was chosen; HS5473 where a cell was written since it was shown;
    HS5341 where the record proposed another figure and no reason is given; of the import whatever it says against one of them.
    """
    if not chosen:
        raise HosoError("HS5475")
    lines = {(line.row.key, line.options): line for line in open_sheet(actor, *address).lines}
    for one in chosen:
        line = lines.get(one.key)
        if line is None:
            raise HosoError("HS7003", thing="row", name=one.key[0][:LONGEST_TOLD])
        if not same_figure(line.value, one.before):
            raise HosoError("HS5473", row=line.row.title_vi[:LONGEST_TOLD])
        proposed = line.proposed and one.after and not same_figure(one.after, line.proposed)
        if proposed and not reason.strip():
            raise HosoError("HS5341", value=one.after[:20], proposed=line.proposed)
    rows = as_given(address, [(one.key, one.after) for one in chosen])
    options = replace(BY_CODE, reason=reason.strip(), atomic=True)
    report = import_values(actor, iter(rows), options, "import")
    for conflict in report.conflicts.values():
        raise conflict.error
    return report
