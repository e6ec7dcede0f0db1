"""Taking what the record proposed for every cell that is blank, by the one way values are written."""

from dataclasses import replace

from hoso.core.access.actor import Actor
from hoso.core.errors import HosoError
from hoso.engines.statistics.entry import BY_CODE, cell_given, open_sheet
from hoso.engines.statistics.from_record.proposals import TAKEN
from hoso.engines.statistics.imports.report import ImportReport
from hoso.engines.statistics.imports.run import import_values
from hoso.engines.statistics.reports_by_address import Address


def take_all(actor: Actor, address: Address, reading: int) -> ImportReport:
    """Write what the reading proposed into the cells that are blank, in one act; what stands in a cell stays.

    Raises HosoError: those of `open_sheet`; HS5342 where the record was read again since, so that the actor saw other numbers;
    HS5343 where nothing is left to take.
    """
    sheet = open_sheet(actor, *address)
    if sheet.reading is None or sheet.reading.id != reading:
        raise HosoError("HS5342", object=sheet.form.code)
    given = [
        cell_given(address, line.row.key, line.options, line.proposed, index)
        for index, line in enumerate(sheet.untaken)
    ]
    if not given:
        raise HosoError("HS5343", object=sheet.form.code)
    one_report = given[0].group
    for row in given:
        row.group = one_report
    return import_values(actor, iter(given), replace(BY_CODE, reason=f"{TAKEN}{reading}"), "cell")
