"""A report's workbook in openpyxl, unmodified and in an environment of its own: filled in, saved, and taken in again."""

import json
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from hoso.core.access.actor import Actor
from hoso.engines.statistics.entry import open_sheet, save_cell
from hoso.engines.statistics.reports_by_address import Address
from hoso.engines.statistics.tests.reporting import FORM, MONTH, communes, unit_uid
from hoso.engines.statistics.workbook.comparing import compare
from hoso.engines.statistics.workbook.keys import cells_of
from hoso.engines.statistics.workbook.saving import Chosen, save_chosen
from hoso.engines.statistics.workbook.writing import form_workbook
from tests.outside_clients.test_dhis2_clients import environment

HERE = Path(__file__).parent / "workbook_editor"


@pytest.mark.django_db
def test_openpyxl_fills_in_every_cell_and_all_of_it_is_stored(actor: Callable[..., Actor], tmp_path: Path) -> None:
    (place,) = communes("80", 1)
    officer, address = actor("statistics_officer", place=place), Address(FORM, unit_uid(place), MONTH)
    save_cell(officer, address, "DELIV", (), "12")
    out, back = tmp_path / "out.xlsx", tmp_path / "back.xlsx"
    closed = ("DELIV", ())
    cells = cells_of(open_sheet(officer, *address).form)
    out.write_bytes(form_workbook(open_sheet(officer, *address), "Tháng 1/2026", frozenset(cells.values()) - {closed}))
    done = subprocess.run(
        [environment("openpyxl", HERE), "-I", str(HERE / "use_openpyxl.py"), str(out), str(back)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert (told["protected"], told["password"]) == (True, None) and told["checks"] == len(
        {row.key for row in open_sheet(officer, *address).form.rows}
    )
    assert told["states"]["HoSo"] == "veryHidden" and told["filled"].keys() == cells.keys() - {"DELIV"}
    comparison = compare(officer, address, BytesIO(back.read_bytes()))
    assert not comparison.refused
    save_chosen(
        officer,
        address,
        [Chosen((one.line.row.key, one.line.options), one.before, one.after) for one in comparison.changes],
    )
    stored = {(line.row.key, line.options): line.value for line in open_sheet(officer, *address).lines}
    assert stored == {cells[key]: str(figure) for key, figure in told["filled"].items()} | {closed: "12"}
