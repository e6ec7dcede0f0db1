"""A year of a province goes from entry to the ministry's approval: in time and late, returned, corrected, filled from the record.

Short with three communes and two months; `make prove-year` is the whole province and twelve.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import groupby

import pytest
from playwright.sync_api import Page, expect

from tests.browser.house import House
from tests.reporting_year.conftest import Year
from tests.reporting_year.plan import FROM_RECORD, MONTHS, REGIMES, Report, last_day, planned_forms, year_of_reports
from tests.slow_visit_counts import read_visits, slow_count

BY_HAND = "tt23-4-bct"
RETURNED_EVERY, BY_BROWSER = 97, 3  # one report in so many is returned by the program's people
YES_NO = {row.key for form in planned_forms(REGIMES) for row in form.rows if row.yes_no}
WHY = "Kiểm tra lại sổ gốc"
Enter = Callable[[str], Page]
Stands = tuple[str, str, str]  # form, unit, period
Cell = tuple[str, str]


@pytest.fixture(scope="module")
def planned(year: Year) -> list[Report]:
    return list(year_of_reports(year.units, year.months))


@pytest.fixture(scope="module")
def by_hand(year: Year, planned: list[Report]) -> list[Report]:
    """What the station types in: one form, all its months."""
    unit = year.house.unit_of("thongke")
    return [one for one in planned if (one.form, one.unit) == (BY_HAND, unit)]


def test_a_year_goes_from_entry_to_the_ministry(
    year: Year, planned: list[Report], by_hand: list[Report], enter: Enter
) -> None:
    """One test, since each part stands on the one before."""
    _programs_send_the_year(year, planned, by_hand)
    _a_station_types_its_form_in(year, by_hand, enter)
    _every_hospital_fills_its_form_from_the_record(year, enter)
    _the_province_returns_some_and_approves_the_rest(year, planned, by_hand, enter)
    _the_ministry_approves_and_opens_one_again(year, planned, by_hand, enter)
    _the_figures_of_every_commune_and_of_the_province_are_those_of_the_plan(year, planned)
    _who_was_late_is_told(year, planned, by_hand)


def _programs_send_the_year(year: Year, planned: list[Report], by_hand: list[Report]) -> None:
    begun, sent, mine = time.monotonic(), 0, set(map(_key, by_hand))
    for (form, period), group in groupby(planned, lambda one: (one.form, one.period)):
        reports = [one for one in group if _key(one) not in mine]
        sent += year.programs["reports"].send(reports)
        year.programs["reports"].step("handIns", form, period, [one.unit for one in reports])
    assert sent == sum(len(one.figures) for one in planned if _key(one) not in mine)
    _tell(f"{len(planned)} reports, {sent} figures sent and handed in", begun)


def _a_station_types_its_form_in(year: Year, by_hand: list[Report], enter: Enter) -> None:
    page = enter("thongke")
    for report in by_hand:
        page.goto(f"/statistics/{report.form}/{report.unit}/{report.period}/")
        for (row, options), number in report.figures.items():
            split = ",".join(option.partition(".")[2] for option in options)
            page.locator(f"input[data-row='{row}'][data-options='{split}']").fill(str(number))
            with page.expect_response(lambda answer: answer.url.endswith("/cell/")) as saved:
                page.keyboard.press("Enter")
            assert saved.value.json()["saved"], (report, row)
        _hand_in(year, page, report)
    assert by_hand


def _every_hospital_fills_its_form_from_the_record(year: Year, enter: Enter) -> None:
    begun, filled, counted = time.monotonic(), 0, read_visits(year.house.rows)
    for number, code, unit in year.facilities:
        for period in MONTHS[: year.months]:
            expected = slow_count(counted, number, last_day(period).replace(day=1), last_day(period))
            if expected:
                page = enter(code)
                page.goto(f"/statistics/{FROM_RECORD}/{unit}/{period}/")
                page.get_by_role("button", name="Điền từ hồ sơ").click()
                page.get_by_role("button", name="Nhận tất cả vào ô trống").click()
                expect(page.locator("main")).to_contain_text("ô từ hồ sơ")
                assert +_figures(year, unit, period) == expected, (code, period)
                filled += sum(expected.values())
            report = Report(FROM_RECORD, unit, period, False, {})
            if expected:
                _hand_in(year, enter(code), report)
            else:
                year.programs["reports"].step("handIns", FROM_RECORD, period, [unit])
    assert filled > 0
    _tell(f"{filled} visits in rows of 14/BCT, equal to the slow count", begun)


def _the_province_returns_some_and_approves_the_rest(
    year: Year, planned: list[Report], by_hand: list[Report], enter: Enter
) -> None:
    begun, mine = time.monotonic(), set(map(_key, by_hand))
    others = [one for one in planned if _key(one) not in mine and one.unit in year.units["commune"]]
    returned = others[:: max(RETURNED_EVERY, len(others) // BY_BROWSER)][:BY_BROWSER]
    for report in [*by_hand[:1], *returned]:
        (row, options), was = next(iter(report.figures.items()))
        page = enter("duyettinh")
        page.goto(_address(year, report))
        split = ",".join(option.partition(".")[2] for option in options)
        page.locator(f"input[name='why:{row}:{split}']").fill(WHY)
        page.get_by_role("button", name="Trả lại").click()
        expect(page.locator("h1")).to_have_text("Duyệt báo cáo")
        report.figures[row, options] = was + 1
        year.programs["reports"].correct(report, row, options, was + 1)
        year.programs["reports"].step("handIns", report.form, report.period, [report.unit])
    waiting = _waiting(year.house, "handed_in", provinces=False)
    for (form, period), units in waiting.items():
        year.programs["province"].step("approvals", form, period, units)
    steps = Counter(kind for (kind,) in year.house.rows("SELECT kind FROM statistics_approval_step"))
    assert steps["return"] == len(returned) + 1
    _tell(f"{steps['approve']} reports approved by the province, {steps['return']} returned", begun)


def _the_ministry_approves_and_opens_one_again(
    year: Year, planned: list[Report], by_hand: list[Report], enter: Enter
) -> None:
    begun = time.monotonic()
    for state, provinces in (("province", False), ("handed_in", True)):
        for (form, period), units in _waiting(year.house, state, provinces).items():
            year.programs["ministry"].step("approvals", form, period, units)
    report, page = by_hand[-1], enter("duyetbc")
    page.goto(_address(year, report))
    page.get_by_label("Lý do", exact=True).fill(WHY)
    page.get_by_label("Mở lại trong (ngày)").fill("2")
    page.get_by_role("button", name="Mở lại có hạn").click()
    expect(page.locator("h1")).to_have_text("Duyệt báo cáo")
    (row, options), was = next(iter(report.figures.items()))
    report.figures[row, options] = was + 2
    year.programs["reports"].correct(report, row, options, was + 2)
    _hand_in(year, enter("thongke"), report)
    for who in ("duyettinh", "duyetbc"):
        page = enter(who)
        page.goto(_address(year, report))
        page.get_by_role("button", name="Duyệt", exact=True).click()
        expect(page.locator("h1")).to_have_text("Duyệt báo cáo")
    _tell("the ministry approved", begun)
    stands = Counter(state for (state,) in year.house.rows("SELECT state FROM statistics_report"))
    assert stands == {"ministry": len(planned) + len(year.facilities) * year.months}


def _the_figures_of_every_commune_and_of_the_province_are_those_of_the_plan(year: Year, planned: list[Report]) -> None:
    """A figure that a place reported itself stands for those below it (ADR 120); else they are added up."""
    program, (province,) = year.programs["ministry"], year.units["province"]
    for period in MONTHS[: year.months]:
        own = {
            (program.elements[row][0], report.unit): int(number)
            for report in planned
            if report.period == period
            for (row, options), number in report.figures.items()
            if not options and row not in YES_NO
        }
        communes: dict[Cell, int] = {key: number for key, number in own.items() if key[1] in year.units["commune"]}
        for (item, unit), number in own.items():
            place = year.lies_in.get(unit)
            if place and (item, place) not in own:
                communes[item, place] = communes.get((item, place), 0) + number
        whole = {(item, province): 0 for item, _ in communes}
        for (item, _), number in communes.items():
            whole[item, province] += number
        expected = communes | whole | {key: number for key, number in own.items() if key[1] == province}
        items, units = ({key[part] for key in expected} for part in (0, 1))
        assert _unlike(program.figures(sorted(items), period, sorted(units)), expected) == {}
        assert len(expected) > 100


def _who_was_late_is_told(year: Year, planned: list[Report], by_hand: list[Report]) -> None:
    """Typed in today, the station's own months are late as well."""
    mine, program = set(map(_key, by_hand)), year.programs["ministry"]
    expected: Counter[tuple[str, str]] = Counter()
    forms = [
        one
        for one in planned_forms({"tt23-2025", "ncd"})
        if one.dated and one.kind == "month" and one.key != FROM_RECORD
    ]
    names = {f"{program.sets[form.key]}.ACTUAL_REPORTS_ON_TIME": form.key for form in forms}
    for report in planned:
        in_time = not report.late and _key(report) not in mine
        expected[report.form, report.period] += in_time
    for period in MONTHS[: year.months]:
        found = program.figures(names, period, year.units["province"])
        assert {names[item]: number for (item, _), number in found.items()} == {
            form: expected[form, period] for form in names.values()
        }
    assert any(one.late for one in planned)


def _key(report: Report) -> Stands:
    return report.form, report.unit, report.period


def _address(year: Year, report: Report) -> str:
    return f"/statistics/reports/{year.programs['reports'].sets[report.form]}/{report.unit}/{report.period}/"


def _hand_in(year: Year, page: Page, report: Report) -> None:
    page.goto(_address(year, report))
    page.get_by_role("button", name="Nộp báo cáo").click()
    expect(page.locator("main")).to_contain_text("đã nộp, chờ duyệt")


def _figures(year: Year, unit: str, period: str) -> Counter[tuple[str, tuple[str, ...]]]:
    """What 14/BCT of a hospital holds, as its figures are given out."""
    program = year.programs["reports"]
    names = {
        (element, uid): (code, tuple(option.partition(".")[2] for option in options))
        for code, (element, splits) in program.elements.items()
        for options, uid in splits.items()
    }
    asked = {"dataSet": program.sets[FROM_RECORD], "orgUnit": unit, "period": period}
    values = program.get("dataValueSets", asked)["dataValues"]
    return Counter({names[one["dataElement"], one["categoryOptionCombo"]]: int(one["value"]) for one in values})


def _waiting(house: House, state: str, provinces: bool) -> dict[tuple[str, str], list[str]]:
    """Units whose reports stand so, by form and period."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for form, period, unit in house.rows(
        "SELECT d.code, p.iso, u.uid FROM statistics_report r JOIN statistics_data_set d ON d.id = r.data_set_id"
        " JOIN statistics_period p ON p.id = r.period_id JOIN statistics_unit u ON u.id = r.unit_id"
        " WHERE r.state = %s AND (r.unit_id = r.province_id) = %s ORDER BY 1, 2, 3", state, provinces,
    ):  # fmt: skip
        found[form, period].append(unit)
    return found


def _unlike(found: dict[Cell, int], expected: dict[Cell, int]) -> dict[Cell, tuple[int | None, int | None]]:
    """The cells that differ: a whole province compared at once would be told for minutes."""
    return {
        key: (found.get(key), expected.get(key)) for key in {**found, **expected} if found.get(key) != expected.get(key)
    }


def _tell(what: str, begun: float) -> None:
    print(f"\n{what} ({time.monotonic() - begun:.0f} s)")
