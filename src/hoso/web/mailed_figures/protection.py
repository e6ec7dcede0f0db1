"""What leaves the house by mail: the answer of a question is left out where a small figure stands in it or could be worked out
from it. It is the reader's own and stands on the page; a mail lies in clear on machines that are not ours."""

from collections.abc import Iterator
from decimal import Decimal

from hoso.engines.statistics.analytics.data_items import DataItem, OfRecord, Rate, Reckoned
from hoso.engines.statistics.catalogue import Catalogue
from hoso.engines.statistics.disclosure.thresholds import greatest_hidden, thresholds
from hoso.web.explorer.asked import Key
from hoso.web.explorer.names import Words
from hoso.web.explorer.pivot import Pivot
from hoso.web.explorer.reading import Explored

WITHHELD: Words = (
    "Có số nhỏ nên không gửi qua thư: mở trong HoSo để xem.",
    "There are small figures in it, so it is not mailed: open it in HoSo.",
)
COUNTS = (
    "PEOPLE",
    "FRESH",
    "POPULATION",
)  # of the record; its rates are not told: a small numerator is worked out from one
Found = tuple[Key | None, Key | None, Decimal]


def withheld(explored: Explored, pivot: Pivot) -> Words | None:
    """Why the answer is not mailed; None: it is."""
    items = {one.label: one for one in explored.question.items}
    small = any(_betrays(explored, pivot, items, one) for one in _figures(pivot)) or any(
        _is_small(_item(explored, items, row, column), rest, explored.catalogue)
        for row, column, rest in _rests(pivot)
        if not isinstance(_item(explored, items, row, column), Reckoned | Rate)
    )
    return WITHHELD if small else None


def _figures(pivot: Pivot) -> Iterator[Found]:
    """Every figure that is told, totals too."""
    columns = pivot.columns or [()]
    told: list[tuple[Key | None, Key | None, Decimal | None]] = [
        (row, column, pivot.figure(row, column)) for row in pivot.rows for column in columns
    ]
    told += [(row, None, pivot.row_total(row)) for row in pivot.rows] if pivot.row_total else []
    told += [(None, column, pivot.column_total(column)) for column in columns] if pivot.column_total else []
    told += [(None, None, pivot.total)]
    return ((row, column, figure) for row, column, figure in told if figure is not None)


def _rests(pivot: Pivot) -> Iterator[Found]:
    """What is left of a total without the cells under it: what is not told beside them."""
    columns = pivot.columns or [()]
    for column in columns if pivot.column_total else ():
        total = pivot.column_total(column) if pivot.column_total else None
        cells = [figure for row in pivot.rows if (figure := pivot.figure(row, column)) is not None]
        if total is not None:
            yield None, column, total - sum(cells, Decimal(0))
    for row in pivot.rows if pivot.row_total else ():
        total = pivot.row_total(row) if pivot.row_total else None
        cells = [figure for column in columns if (figure := pivot.figure(row, column)) is not None]
        if total is not None:
            yield row, None, total - sum(cells, Decimal(0))


def _item(explored: Explored, items: dict[str, DataItem], row: Key | None, column: Key | None) -> DataItem:
    """What a figure is of. A total is of the one item: several are never added up."""
    for dimensions, key in ((explored.layout.rows, row), (explored.layout.columns, column)):
        if "data" in dimensions and key:
            return items[key[dimensions.index("data")]]
    return next(iter(items.values()))


def _betrays(explored: Explored, pivot: Pivot, items: dict[str, DataItem], found: Found) -> bool:
    row, column, figure = found
    item = _item(explored, items, row, column)
    if not isinstance(item, Reckoned):
        return _is_small(item, figure, explored.catalogue)
    if row is None or column is None:  # of a total the parts are not known: those of the cells under it are
        return not any(_is_under(found, cell) for cell in pivot.quotients)
    parts = pivot.quotients.get((row, column))
    if parts is None:
        return True
    most = max(thresholds()[0], *thresholds()[1].values())
    return any(
        0 < abs(one) <= most for one in (parts.numerator, parts.denominator, parts.denominator - parts.numerator)
    )


def _is_under(total: Found, cell: tuple[Key | None, Key | None]) -> bool:
    return total[0] in (None, cell[0]) and total[1] in (None, cell[1])


def _is_small(item: DataItem, figure: Decimal, catalogue: Catalogue) -> bool:
    match item:
        case Rate():
            return False  # of reports, not of people
        case Reckoned():
            return True
        case OfRecord():
            return item.name not in COUNTS or 0 < abs(figure) <= thresholds()[0]
        case _:
            return 0 < abs(figure) <= greatest_hidden(catalogue.elements[item.element].uid)
