"""What stands where: dimensions as columns or lines, sums, blank that is not zero; every figure of a form stands once."""

import pytest

from hoso.engines.statistics.forms import forms
from hoso.engines.statistics.printed.grid import Grid, figure_in, grid_of
from hoso.engines.statistics.printed.layouts import layouts

KNOWN = [form.key for form in forms().values() if form.rows]


def grid(key: str) -> Grid:
    return grid_of(forms()[key], layouts()["standard"])


def test_a_dimension_of_most_rows_stands_as_columns() -> None:
    found = grid("tt23-10-bct")
    assert [vi for vi, _ in found.columns] == ["Mắc", "Tử vong"] and len(found.lines) == len(
        forms()["tt23-10-bct"].rows
    )
    assert all(len(cell) == 1 for line in found.lines for cell in line.cells)


def test_what_adds_up_has_a_column_for_the_whole() -> None:
    found = grid("hiv05-1")
    assert found.columns[0][0] == "Tổng số" and len(found.columns) == 5
    whole, *parts = found.lines[0].cells
    assert whole == tuple(key for cell in parts for key in cell)
    figures = {whole[0]: "3", whole[2]: "4.5"}
    assert (
        figure_in(whole, figures) == "7.5"
        and figure_in(parts[0], figures) == "3"
        and figure_in(parts[1], figures) == ""
    )
    assert figure_in(whole, {}) == "" and figure_in(whole, {whole[0]: "0"}) == "0"


def test_a_row_without_the_dimension_stands_under_the_total_and_is_closed_elsewhere() -> None:
    found = grid("tt23-11-bct")
    assert [vi for vi, _ in found.columns] == ["Tổng số", "Nữ", "< 15 tuổi"]
    assert [bool(cell) for cell in found.lines[-1].cells] == [True, False, False]


def test_more_options_than_columns_are_lines_with_their_sum_below() -> None:
    found = grid("tt23-14-bct")
    assert len(found.columns) == 1
    assert sum(line.is_sum for line in found.lines) == 14 and len(found.lines) == 14 * 23
    assert len(found.lines[22].cells[0]) == 22 and found.lines[22].is_sum


def test_a_dimension_of_few_rows_is_lines() -> None:
    assert len(grid("tt23-4-bct").columns) == 1
    assert any(line.title[0].endswith("– Trong đó: dân tộc thiểu số") for line in grid("tt23-4-bct").lines)


@pytest.mark.parametrize("key", KNOWN)
def test_every_figure_stands_in_one_cell_of_its_own(key: str) -> None:
    alone = [cell[0] for line in grid(key).lines if not line.is_sum for cell in line.cells if len(cell) == 1]
    wanted = 0
    for row in forms()[key].rows:
        count = 1
        for dimension in row.dimensions:
            count *= len(dimension.options)
        wanted += count
    assert len(alone) == len(set(alone)) == wanted
