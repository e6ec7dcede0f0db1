from datetime import date, datetime
from decimal import Decimal

from lxml import etree

from hoso.web.ages import VIETNAM
from hoso.web.components.line_chart import line_chart
from hoso.web.components.month_strip import month_strip
from hoso.web.components.range_bar import flag, range_bar
from hoso.web.components.stacked_bar import WIDTH, Part, stacked_bar

D = Decimal


def boxes(picture: str) -> list[etree._Element]:
    return etree.fromstring(picture).findall(".//rect")


def test_flag_is_high_low_or_nothing() -> None:
    assert flag(D("6.5"), D("3.9"), D("6.4")) == "H"
    assert flag(D("3.8"), D("3.9"), D("6.4")) == "L"
    assert flag(D("3.9"), D("3.9"), D("6.4")) == ""
    assert flag(D("7"), None, D("5")) == "H"
    assert flag(None, D("1"), D("2")) == ""


def test_range_bar_keeps_the_dot_on_the_picture() -> None:
    def place(value: str) -> float:
        (dot,) = etree.fromstring(range_bar(D(value), D("4"), D("10"), "x")).findall("circle")
        return float(dot.get("cx") or 0)

    assert place("4") == 30
    assert place("10") == 90
    assert 5 <= place("-100") < 30
    assert 90 < place("1000") <= 115


def test_range_bar_is_silent_without_a_range() -> None:
    assert range_bar(D("1"), None, None, "") == ""
    assert range_bar(None, D("1"), D("2"), "") == ""
    assert range_bar(D("1"), D("2"), D("2"), "") == ""


def test_stacked_bar_fills_its_width_and_shows_the_smallest_part() -> None:
    parts = [Part("filed", "a", 1_000_000), Part("corrected", "none", 0), Part("quarantined", "b", 1)]
    drawn = boxes(stacked_bar(parts, "says"))
    assert [box.get("class") for box in drawn] == ["part-filed", "part-quarantined"]
    last = drawn[-1]
    assert float(last.get("x", 0)) + float(last.get("width", 0)) == WIDTH - 1
    assert float(last.get("width", 0)) >= 1


def test_stacked_bar_of_nothing_is_grey() -> None:
    assert [box.get("class") for box in boxes(stacked_bar([], "says"))] == ["part-none"]


def test_line_chart_marks_what_is_out_of_range() -> None:
    points = [(datetime(2026, month, 1, tzinfo=VIETNAM), D(value)) for month, value in [(1, "5"), (2, "9"), (3, "5")]]
    drawn = etree.fromstring(line_chart(points, D("4"), D("6"), "mmol/L", "Glucose"))
    assert [dot.get("class") for dot in drawn.findall("circle")] == ["chart-dot", "chart-dot out", "chart-dot"]
    assert len(drawn.findall("line")) == 3  # two of the curve, one axis
    assert "01/02/2026: 9 mmol/L" in [title.text for title in drawn.findall(".//title")]


def test_line_chart_of_one_point_and_of_none() -> None:
    point = (datetime(2026, 1, 1, tzinfo=VIETNAM), D("0"))
    assert len(etree.fromstring(line_chart([point], None, None, "", "x")).findall("circle")) == 1
    assert line_chart([], None, None, "", "x") == ""


def test_month_strip_counts_months_and_marks_what_is_not_loaded() -> None:
    days = [date(2026, 5, 2), date(2026, 5, 9), date(2024, 1, 1)]
    drawn = boxes(month_strip(days, 2020, date(2024, 1, 1), date(2026, 11, 22), "says"))
    assert [box.get("class") for box in drawn] == ["strip-unknown", "strip-bar", "strip-bar"]
    assert drawn[-1].findtext("title") == "05/2026: 2"


def test_pictures_escape_what_they_say() -> None:
    assert "<b>" not in stacked_bar([Part("filed", "<b>", 1)], '"<b>')
