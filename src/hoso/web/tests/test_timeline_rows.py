from datetime import date

from hoso.web.staff.timeline_rows import timeline_rows
from hoso.web.tests.sample import at, timeline_visit


def shape(*starts: str, later: date = date(2026, 11, 22), first: bool = True) -> list[int | str]:
    visits = [timeline_visit(n, start, ended=None) for n, start in enumerate(starts)]
    rows = timeline_rows(visits, later, first=first)
    return [row.year or (f"gap {row.gap_months}" if row.gap_months else "visit") for row in rows]


def test_years_are_marked_once() -> None:
    assert shape("2026-10-12 07:40", "2026-08-11 08:00", "2026-03-01 08:00") == [2026, "visit", "visit", "visit"][:4]


def test_gaps_of_six_months_show_also_before_today() -> None:
    assert shape("2026-05-22 08:00", "2025-11-23 08:00", "2025-05-23 08:00") == [
        "gap 6", 2026, "visit", 2025, "visit", "gap 6", "visit",
    ]  # fmt: skip


def test_going_on_repeats_no_year() -> None:
    assert shape("2025-01-06 08:00", later=date(2025, 2, 3), first=False) == ["visit"]
    assert shape("2023-06-20 08:00", later=date(2025, 1, 6), first=False) == ["gap 18", 2023, "visit"]


def test_a_stay_ends_the_gap_when_it_ends() -> None:
    stay = timeline_visit(1, "2026-04-01 08:00", ended=at("2026-06-30 10:00"))
    assert [row.gap_months for row in timeline_rows([stay], date(2026, 11, 22)) if row.gap_months] == []
