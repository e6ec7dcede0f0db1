"""What changed since the period before, and whether that was to be expected: in words with numbers."""

from collections.abc import Sequence
from decimal import Decimal

from hoso.core.errors import HosoError
from hoso.core.periods.kinds import PeriodType
from hoso.core.periods.periods import parse_period
from hoso.engines.statistics.helps.expected import Expected, Month, expected
from hoso.web.explorer.figure_text import shown
from hoso.web.explorer.names import Words
from hoso.web.explorer.pivot import Pivot
from hoso.web.explorer.words import series_of

MOST_NAMED = 3


def changes(pivot: Pivot) -> list[Words]:
    """Sentences; none where periods are not the columns, or there are no two of them."""
    if pivot.layout.columns != ("period",) or len(pivot.columns) < 2:
        return []
    then, now = pivot.columns[-2], pivot.columns[-1]
    rows = [(row, pivot.figure(row, then), pivot.figure(row, now)) for row in pivot.rows]
    moved = [(new - old, old, new, row) for row, old, new in rows if old is not None and new is not None]
    words = [pivot.names.periods[one[0]] for one in (then, now)]
    told = []
    if len(pivot.rows) > 1:
        told += _greatest(pivot, [one for one in moved if one[0] > 0], words, "Tăng nhiều nhất", "Most up")
        told += _greatest(pivot, [one for one in moved if one[0] < 0], words, "Giảm nhiều nhất", "Most down")
        silent = sum(old is not None and new is None for _, old, new in rows)
        if silent:
            told.append(
                (
                    f"{silent} hàng có số ở {words[0][0]} nhưng chưa có ở {words[1][0]}.",
                    f"{silent} rows have a figure in {words[0][1]} and none yet in {words[1][1]}.",
                )
            )
    return [*told, *_expectation(pivot)]


def _greatest(
    pivot: Pivot,
    moved: Sequence[tuple[Decimal, Decimal, Decimal, tuple[str, ...]]],
    words: list[Words],
    vi: str,
    en: str,
) -> list[Words]:
    if not moved:
        return []
    first = sorted(moved, key=lambda one: abs(one[0]), reverse=True)[:MOST_NAMED]

    def named(language: int) -> str:
        return "; ".join(
            f"{', '.join(one[language] for one in pivot.words(pivot.layout.rows, row))} ({shown(old)} → {shown(new)})"
            for _, old, new, row in first
        )

    return [
        (
            f"{vi} từ {words[0][0]} đến {words[1][0]}: {named(0)} (trong {len(moved)} hàng).",
            f"{en} from {words[0][1]} to {words[1][1]}: {named(1)} (of {len(moved)} rows).",
        )
    ]


def _expectation(pivot: Pivot) -> list[Words]:
    """Of the last month of the total, or of the only series."""
    known = {
        month: float(figure) for label, figure in series_of(pivot) if figure is not None and (month := _month(label))
    }
    last = _month(pivot.columns[-1][0])
    told = expected(known, last) if last in known else None
    if told is None or last is None:
        return []
    figure, name = known[last], pivot.names.periods[pivot.columns[-1][0]]
    vi, en = _judged(figure, told)
    years = (
        f", theo mùa của {told.years} năm" if told.years else "",
        f", by the seasons of {told.years} years" if told.years else "",
    )
    low, high = (shown(Decimal(repr(one))) for one in (told.low, told.high))
    return [
        (
            f"{name[0]}: {shown(Decimal(repr(figure)))}, {vi} {low} – {high} (trung bình ± 2 độ lệch chuẩn của {told.months} tháng trước{years[0]}).",
            f"{name[1]}: {shown(Decimal(repr(figure)))}, {en} {low} – {high} (mean ± 2 standard deviations of the {told.months} months before{years[1]}).",
        )
    ]


def _judged(figure: float, told: Expected) -> Words:
    if figure > told.high:
        return "cao hơn khoảng mong đợi", "above the expected range"
    if figure < told.low:
        return "thấp hơn khoảng mong đợi", "below the expected range"
    return "trong khoảng mong đợi", "within the expected range"


def _month(label: str) -> Month | None:
    try:
        period = parse_period(label)
    except HosoError:
        return None
    return (period.start.year, period.start.month) if period.type is PeriodType.MONTH else None
