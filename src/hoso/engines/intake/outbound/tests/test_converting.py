"""Converting, on cases worked by hand and as a property: a value is carried, or told, and never made up."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoso.engines.intake.exchange import load_decisions
from hoso.engines.intake.outbound.conversions import Step, load_steps, steps_between
from hoso.engines.intake.outbound.converting import Tables, convert

STEPS = {step.source.key: step for step in load_steps()}
ALL = tuple(load_steps())


def lost(tables: Tables, *steps: Step) -> set[tuple[str, int, str]]:
    return {(loss.code, loss.line, loss.field) for loss in convert(tables, steps)[1]}


def one(step: str, table: int, **values: str) -> dict[str, str]:
    return convert({table: [values]}, [STEPS[step]])[0][table][0]


def test_the_way_leads_from_each_decision_to_every_later_one_and_never_back() -> None:
    keys = list(load_decisions())
    for i, source in enumerate(keys):
        for j, target in enumerate(keys):
            steps = steps_between(source, target)
            assert (steps is None) == (j < i)
            assert steps is None or [step.target.key for step in steps] == keys[i + 1 : j + 1]


@pytest.mark.parametrize(
    ("step", "table", "before", "after"),
    [
        ("qd4210", 1, {"NGAY_SINH": "19800102"}, {"NGAY_SINH": "198001020000"}),
        ("qd4210", 1, {"NGAY_SINH": "1980"}, {"NGAY_SINH": "198000000000"}),
        ("qd4210", 1, {"MA_THE": "DN4010123456789"}, {"MA_THE_BHYT": "DN4010123456789"}),
        ("qd4210", 1, {"TEN_BENH": "Viêm phổi"}, {"CHAN_DOAN_VAO": "Viêm phổi", "CHAN_DOAN_RV": "Viêm phổi"}),
        ("qd4210", 1, {"MA_LYDO_VVIEN": "2"}, {"MA_DOITUONG_KCB": "2"}),
        ("qd4210", 1, {"MA_LYDO_VVIEN": "1"}, {}),
        ("qd4210", 2, {"MA_NHOM": "6"}, {"MA_NHOM": "4"}),
        ("qd4210", 3, {"MA_NHOM": "9"}, {}),
        ("qd4210", 3, {"TYLE_TT": "100"}, {"TYLE_TT_BH": "100", "TYLE_TT_DV": "100"}),
        ("qd4210", 3, {"TYLE_TT": "50"}, {"TYLE_TT_BH": "50"}),
        (
            "qd4210", 2, {"T_NGUONKHAC": "0.00"},
            {"T_NGUONKHAC": "0.00", "T_NGUONKHAC_NSNN": "0.00", "T_NGUONKHAC_VTNN": "0.00", "T_NGUONKHAC_VTTN": "0.00",
             "T_NGUONKHAC_CL": "0.00"},
        ),
        ("qd4210", 2, {"T_NGUONKHAC": "5"}, {"T_NGUONKHAC": "5"}),
        ("qd4210", 5, {"DIEN_BIEN": "Ổn", "NGAY_YL": "202001020304"}, {"DIEN_BIEN_LS": "Ổn", "THOI_DIEM_DBLS": "202001020304"}),
        ("qd130", 1, {"MA_LOAI_KCB": "1", "MA_DANTOC": "1"}, {"MA_LOAI_KCB": "01", "MA_DANTOC": "01"}),
        ("qd130", 6, {"MA_XU_TRI": "7"}, {"MA_XU_TRI": "8"}),
        ("qd130", 6, {"MA_XU_TRI": "6"}, {}),
        ("qd130", 6, {"PHACDO_DTRI_LAO": "3"}, {}),
        ("qd4750", 1, {"MA_NGHE_NGHIEP": "26110", "MA_TTDV": "0123456789"}, {"MA_NGHE_NGHIEP": "26"}),
        ("qd4750", 6, {"NHOM_DOI_TUONG": "10"}, {"NHOM_DOI_TUONG": "8"}),
        ("qd4750", 6, {"NHOM_DOI_TUONG": "7"}, {}),
        ("qd4750", 13, {"MA_NOI_DI": "01001", "TEN_THUOC": "A"}, {"MA_CSKCB_DI": "01001"}),
        ("qd4750", 14, {"NGAY_HEN_KL": "202408010000"}, {"NGAY_HEN_KL": "20240801"}),
    ],
)  # fmt: skip
def test_worked_by_hand(step: str, table: int, before: dict[str, str], after: dict[str, str]) -> None:
    assert one(step, table, **before) == after


def test_what_is_lost_is_told_with_its_place() -> None:
    lines = [{"MA_NHOM": "9", "T_NGOAIDS": "10"}, {"MA_NHOM": "8"}, {"TYLE_TT": "50"}]
    assert lost({3: lines}, STEPS["qd4210"]) == {
        ("HS3352", 1, "MA_NHOM"), ("HS3351", 1, "T_NGOAIDS"), ("HS3353", 2, "MA_NHOM"), ("HS3356", 3, "TYLE_TT"),
    }  # fmt: skip
    assert lost({1: [{"MA_TTDV": "1", "MA_NGHE_NGHIEP": "26110"}]}, STEPS["qd4750"]) == {
        ("HS3354", 1, "MA_TTDV"), ("HS3355", 1, "MA_NGHE_NGHIEP"),
    }  # fmt: skip
    assert lost({14: [{"NGAY_HEN_KL": "202408010930"}]}, STEPS["qd4750"]) == {("HS3355", 1, "NGAY_HEN_KL")}
    assert lost({1: [{"MA_NGHE_NGHIEP": "26000", "MA_LK": "a"}]}, STEPS["qd4750"]) == set()


def test_the_machine_moves_from_the_result_to_its_service() -> None:
    tables = {
        3: [{"MA_DICH_VU": "A"}, {"MA_DICH_VU": "B"}],
        4: [
            {"MA_DICH_VU": "A", "MA_MAY": "M1;M2"}, {"MA_DICH_VU": "A", "MA_MAY": "M1"}, {"MA_DICH_VU": "C", "MA_MAY": "M3"},
        ],
    }  # fmt: skip
    made, losses = convert(tables, [STEPS["qd4210"]])
    assert [line.get("MA_MAY") for line in made[3]] == ["M1;M2", None]
    assert [(loss.code, loss.table, loss.line, loss.field) for loss in losses] == [("HS3351", 4, 3, "MA_MAY")]


def _lines(table: Any) -> st.SearchStrategy[dict[str, str]]:
    values = st.one_of(
        st.from_regex(r"[0-9]{1,3}", fullmatch=True), st.from_regex(r"[0-9]{8}|[0-9]{12}", fullmatch=True),
        st.sampled_from(["100", "0.00", "Viêm phổi", "1;2", "07"]), st.text("aăâđ&<", min_size=1, max_size=6),
    )  # fmt: skip
    return st.dictionaries(st.sampled_from([field.name for field in table.fields]), values, max_size=12)


def _visits(step: Step) -> st.SearchStrategy[Tables]:
    tables = {number: table for number, table in step.source.tables.items() if number and table.path}
    return st.dictionaries(st.sampled_from(sorted(tables)), st.just(None), max_size=4).flatmap(
        lambda chosen: st.fixed_dictionaries(
            {number: st.lists(_lines(tables[number]), max_size=3) for number in chosen}
        )
    )


@pytest.mark.parametrize("step", ALL, ids=lambda step: step.source.key)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_every_value_is_carried_or_told(step: Step, data: st.DataObject) -> None:
    tables = data.draw(_visits(step))
    made, losses = convert(tables, [step])
    told = {(loss.table, loss.line, loss.field) for loss in losses}
    assert {number: len(lines) for number, lines in made.items()} == {
        number: len(lines) for number, lines in tables.items()
    }
    for number, lines in tables.items():
        for place, line in enumerate(lines, start=1):
            later = made[number][place - 1]
            assert set(later) <= {field.name for field in step.target.tables[number].fields}
            for tag, value in line.items():
                carried = any(value[:2] in found for found in later.values()) or _has_a_code_of(
                    step, number, tag, later
                )
                moved = any(value.strip("; ") in str(other) for lines in made.values() for other in lines)
                assert carried or moved or (number, place, tag) in told, (number, place, tag, value)


def _has_a_code_of(step: Step, number: int, tag: str, later: dict[str, str]) -> bool:
    changes = step.tables.get(number, {})
    return any(change.source == tag and change.codes and name in later for name, change in changes.items())


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_nothing_is_made_up(data: st.DataObject) -> None:
    """Whatever stands in a converted visit comes out of the visit: its characters but for the zeros of padding, or a code
    that the data names."""
    step = data.draw(st.sampled_from(ALL))
    tables = data.draw(_visits(step))
    before = {value for lines in tables.values() for line in lines for value in line.values()}
    codes = {
        code
        for changes in step.tables.values()
        for change in changes.values()
        for code in (change.codes or {}).values()
    }
    for lines in convert(tables, [step])[0].values():
        for line in lines:
            for value in line.values():
                pieces = value.split(";")
                assert any(value.strip("0") in one or one.strip("0") in value for one in before) or all(
                    piece in codes or any(piece in one for one in before) for piece in pieces
                )


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_the_whole_way_is_its_steps_one_after_the_other(data: st.DataObject) -> None:
    tables = data.draw(_visits(ALL[0]))
    stepwise, told = tables, 0
    for step in ALL:
        stepwise, losses = convert(stepwise, [step])
        told += len(losses)
    made, losses = convert(tables, ALL)
    assert (made, len(losses)) == (stepwise, told)
