"""What a workbook would change: every cell that differs, before and after, and every one that is wrong, with its reason.

Three figures are compared: what the workbook held when it was given out, what it holds, what stands in the store. A cell that nobody
touched in the workbook changes nothing, whatever was written since; one that both changed is told as a conflict and left as it is
unless somebody asks for it. An emptied cell is left too: blank is not zero, and emptying a cell is how a slip looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, Literal

from hoso.core.access.actor import Actor
from hoso.core.errors import HosoError
from hoso.engines.statistics.approval.open_cells import open_cells
from hoso.engines.statistics.entry import BY_CODE, Line, Sheet, cell_given, open_sheet
from hoso.engines.statistics.forms import forms
from hoso.engines.statistics.hints import Key
from hoso.engines.statistics.imports.report import CODES
from hoso.engines.statistics.imports.rows import Given
from hoso.engines.statistics.imports.run import import_values
from hoso.engines.statistics.reports_by_address import Address
from hoso.engines.statistics.units import find_units
from hoso.engines.statistics.workbook.figures import LONGEST_TOLD, figure_of, same_figure
from hoso.engines.statistics.workbook.keys import Identity, cells_of
from hoso.engines.statistics.workbook.reading import FoundCell, ReportBook, read_report_book
from hoso.engines.statistics.workbook.writing import identity_of

Kind = Literal["change", "conflict", "emptied"]


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that would become another; `before` is what stands there now, `after` "" for one that was emptied."""

    line: Line
    address: str
    before: str
    after: str
    was: str
    kind: Kind

    @property
    def needs_reason(self) -> bool:
        """Whether the record proposes another figure."""
        return bool(self.line.proposed and self.after) and not same_figure(self.after, self.line.proposed)


@dataclass(frozen=True, slots=True)
class Refused:
    """One cell that is not taken: where, what it holds, why."""

    line: Line
    address: str
    given: str
    error: HosoError


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of each cell; `untouched` counts those that hold what they held."""

    sheet: Sheet
    changes: tuple[Change, ...]
    refused: tuple[Refused, ...]
    untouched: int

    @property
    def needs_reason(self) -> bool:
        return any(change.needs_reason for change in self.changes)


def compare(actor: Actor, address: Address, content: BinaryIO) -> Comparison:
    """Read a workbook against the report; nothing is stored.

    Raises HosoError, about the whole file: those of `open_sheet` and `read_report_book`; HS5463 for another form, unit or period;
    HS5464 where the form has changed since; HS5465 where cells were added or taken away; HS5466 where nothing may be written.
    """
    sheet = open_sheet(actor, *address)
    book = read_report_book(content)
    check_identity(book, sheet)
    may_write = open_cells(actor, sheet.form, sheet.unit, sheet.period.id)
    if may_write is not None and not may_write:
        raise HosoError("HS5466")
    changes: list[Change] = []
    refused: list[Refused] = []
    lines = {(line.row.key, line.options): line for line in sheet.lines}
    for name, key in cells_of(sheet.form).items():
        found = _judge(lines[key], book.cells[name], may_write is None or key in may_write)
        if isinstance(found, Change):
            changes.append(found)
        elif found:
            refused.append(found)
    against = _refused_by_the_import(actor, address, changes)
    refused += [
        Refused(one.line, one.address, one.after, against[number])
        for number, one in enumerate(changes)
        if number in against
    ]
    kept = tuple(one for number, one in enumerate(changes) if number not in against)
    return Comparison(sheet, kept, tuple(refused), len(lines) - len(kept) - len(refused))


def check_identity(book: ReportBook, sheet: Sheet) -> None:
    """Raises HosoError HS5463, HS5464, HS5465."""
    wanted, given = identity_of(sheet), book.identity
    if given[:-1] != wanted[:-1]:
        raise HosoError("HS5463", given=_called(given), wanted=_called(wanted))
    if given.version != wanted.version:
        raise HosoError("HS5464")
    if strange := book.cells.keys() ^ cells_of(sheet.form).keys():
        raise HosoError("HS5465", key=min(strange)[:LONGEST_TOLD])


def _called(identity: Identity) -> str:
    """A report by code, unit and period, as far as they are known."""
    form = forms().get(identity.form)
    unit = next(iter(find_units("uid", [identity.unit]).get(identity.unit, ())), None)
    words = (form.code if form else identity.form, unit.name if unit else identity.unit, identity.period)
    return ", ".join(word[:LONGEST_TOLD] or "?" for word in words)


def _judge(line: Line, found: FoundCell, may_write: bool) -> Change | Refused | None:
    """What a cell would change, or why it is refused; None where it says nothing new."""
    told = found.cell.text[:LONGEST_TOLD]
    try:
        after = figure_of(found.cell, line.row.value)
    except HosoError as error:
        return Refused(line, found.address, told, error)
    if same_figure(after, found.was) or same_figure(after, line.value):
        return None
    if not may_write:
        return Refused(line, found.address, told, HosoError("HS7044", object=line.row.title_vi[:LONGEST_TOLD]))
    kind: Kind = "emptied" if not after else "change" if same_figure(line.value, found.was) else "conflict"
    return Change(line, found.address, line.value, after, found.was, kind)


def _refused_by_the_import(actor: Actor, address: Address, changes: Sequence[Change]) -> dict[int, HosoError]:
    """What the import itself says against these cells, by their number; it is tried and undone.

    Raises HosoError where it refuses the report as a whole.
    """
    if not changes:
        return {}
    cells = [((one.line.row.key, one.line.options), one.after) for one in changes]
    report = import_values(actor, iter(as_given(address, cells)), replace(BY_CODE, dry_run=True), "import")
    if report.refused_whole:
        raise next(iter(report.conflicts.values())).error
    return {
        index: HosoError(CODES[code][0], object=changes[index].line.row.title_vi[:LONGEST_TOLD])
        for (code, _), conflict in report.conflicts.items()
        for index in conflict.indexes
    }


def as_given(address: Address, cells: Sequence[tuple[Key, str]]) -> list[Given]:
    """Cells with their new values as rows of one report. Raises HosoError HS7003 for a cell that the form has not."""
    rows = [cell_given(address, row, options, value, index) for index, ((row, options), value) in enumerate(cells)]
    for row in rows:
        row.group = rows[0].group
    return rows
