"""What an answer says in one sentence, for who does not see it: from where to where, the highest and lowest, the trend."""

from collections.abc import Sequence
from decimal import Decimal

from hoso.web.explorer.asked import Key, change
from hoso.web.explorer.figure_text import shown
from hoso.web.explorer.names import Words
from hoso.web.explorer.pivot import Pivot
from hoso.web.templatetags.bilingual import spoken

STEADY = Decimal(1)  # per cent of change below which a series is called steady


def said(pivot: Pivot) -> Words:
    """Both languages. Of nothing: that there are no figures."""
    found = [
        (figure, row, column)
        for row in pivot.rows
        for column in pivot.columns or [()]
        if (figure := pivot.figure(row, column)) is not None
    ]
    if not found:
        return "Không có số liệu nào cho lựa chọn này.", "There are no figures for this choice."
    low, high = min(found, key=lambda one: one[0]), max(found, key=lambda one: one[0])
    if len(found) == 1:
        return f"Một số: {_at(pivot, *low)}.", f"One figure: {_at(pivot, *low)}."
    vi = f"{shown(Decimal(len(found)))} số, từ {shown(low[0])} đến {shown(high[0])}. Cao nhất: {_at(pivot, *high)}; thấp nhất: {_at(pivot, *low)}."
    en = f"{shown(Decimal(len(found)))} figures, from {shown(low[0])} to {shown(high[0])}. Highest: {_at(pivot, *high)}; lowest: {_at(pivot, *low)}."
    parts = [(vi, en), _trend(pivot), _guessed(pivot)]
    return " ".join(one[0] for one in parts if one), " ".join(one[1] for one in parts if one)


def rows_left_off(pivot: Pivot) -> Words:
    """That rows beyond the first ones are not shown, though the total is theirs too; empty where all are there."""
    if not pivot.left_off:
        return "", ""
    count = shown(Decimal(pivot.left_off))
    vi, en = f"Còn {count} hàng không hiện", f"{count} more rows are not shown"
    return (
        (f"{vi}; dòng Tổng là của tất cả.", f"{en}; the total is of all.")
        if pivot.column_total
        else (f"{vi}.", f"{en}.")
    )


def on_map(words: Words, todays_map: bool) -> Words:
    """The sentence, with the map that its figures are told on where it is not that of the reports."""
    if not todays_map:
        return words
    return f"Trên bản đồ hiện nay: {words[0]}", f"On today's map: {words[1]}"


def _guessed(pivot: Pivot) -> Words | None:
    count = sum((row, column) in pivot.estimates for row in pivot.rows for column in pivot.columns or [()])
    if not count:
        return None
    return (
        f"{count} số là ước tính (≈): có phần của đơn vị đã chia tách.",
        f"{count} of them are estimates (≈): parts of units that were split are in them.",
    )


def _at(pivot: Pivot, figure: Decimal, row: Key, column: Key) -> str:
    words = [*pivot.words(pivot.layout.rows, row), *pivot.words(pivot.layout.columns, column)]
    return f"{', '.join(spoken(one) for one in words)} ({shown(figure)})" if words else shown(figure)


def _trend(pivot: Pivot) -> Words | None:
    """From the first to the last period, of the totals or of the only series."""
    series = series_of(pivot)
    known = [(label, figure) for label, figure in series if figure is not None]
    if len(known) < 2:
        return None
    (first, then), (last, now) = known[0], known[-1]
    by, share = change(now, then)
    start, end = pivot.names.periods.get(first, (first, first)), pivot.names.periods.get(last, (last, last))
    if share is None or abs(share) < STEADY:
        vi, en = "gần như không đổi", "almost unchanged"
    else:
        amount = shown(abs(share).quantize(Decimal("0.1")))
        vi, en = (f"tăng {amount} %", f"up {amount} %") if by > 0 else (f"giảm {amount} %", f"down {amount} %")
    # Of the first rows alone the totals are still those of all: the sentence says whose figures they are.
    begin = ("Tổng, từ", "In total, from") if pivot.column_total or pivot.row_total else ("Từ", "From")
    return (
        f"{begin[0]} {start[0]} ({shown(then)}) đến {end[0]} ({shown(now)}): {vi}.",
        f"{begin[1]} {start[1]} ({shown(then)}) to {end[1]} ({shown(now)}): {en}.",
    )


def series_of(pivot: Pivot) -> Sequence[tuple[str, Decimal | None]]:
    layout = pivot.layout
    if layout.columns == ("period",):
        if pivot.column_total:
            return [(column[0], pivot.column_total(column)) for column in pivot.columns]
        if len(pivot.rows) == 1:
            return [(column[0], pivot.figure(pivot.rows[0], column)) for column in pivot.columns]
    if layout.rows == ("period",):
        ordered = [(label,) for label in pivot.names.periods if (label,) in set(pivot.rows)]
        if pivot.row_total:
            return [(row[0], pivot.row_total(row)) for row in ordered]
        if len(pivot.columns) <= 1:
            return [(row[0], pivot.figure(row, pivot.columns[0] if pivot.columns else ())) for row in ordered]
    return []
