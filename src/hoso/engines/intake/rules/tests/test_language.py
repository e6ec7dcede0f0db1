"""The language of rules: how texts are read, what is unknown, and that nonsense is refused when rules are compiled."""

from decimal import Decimal
from typing import Any

import pytest

from hoso.core.definitions import DefinitionError
from hoso.engines.intake.exchange import load_decisions
from hoso.engines.intake.rules.expressions import Compiler
from hoso.engines.intake.rules.syntax import Operation, parse
from hoso.engines.intake.rules.values import UNJUDGED, Place
from hoso.engines.intake.sent import Values

DECISION = load_decisions()["qd4750"]


def run(text: str, line: Values | None = None, table: int = 3, **tables: list[Values]) -> Any:
    """The answer of an expression on a line; `XML2=[…]` gives further tables."""
    others = {int(name.removeprefix("XML")): lines for name, lines in tables.items()}
    place = Place(line or {}, (others.get(1) or [{}])[0], {"MACSKCB": "01000"}, others)
    return Compiler(DECISION, DECISION.tables[table]).compile(parse(text)).run(place)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("10 - 4 - 3", "3"), ("100 / 8 / 2", "6.25"), ("min(3, 2)", "2"),
        ("max(3 - 5, 0)", "0"), ("floor(7 / 2)", "3"),
    ],
)  # fmt: skip
def test_arithmetic_binds_as_at_school(text: str, answer: str) -> None:
    assert run(text) == Decimal(answer)


def test_amounts_are_exact() -> None:
    assert run("SO_LUONG * DON_GIA_BV", {"SO_LUONG": "0.1", "DON_GIA_BV": "0.2"}) == Decimal("0.02")


@pytest.mark.parametrize(
    ("text", "line", "answer"),
    [
        ("MA_NHOM in [1, 10]", {"MA_NHOM": "10"}, True), ("MA_NHOM in [1, 10]", {"MA_NHOM": "010"}, True),
        ("MA_NHOM in [1, 10]", {"MA_NHOM": "2"}, False), ("not MA_NHOM = 2", {"MA_NHOM": "2"}, False),
        ("NGAY_YL <= NGAY_KQ", {"NGAY_YL": "202408010900", "NGAY_KQ": "20240801"}, True),
        ("NGAY_YL <= NGAY_KQ", {"NGAY_YL": "202408010900", "NGAY_KQ": "202408010859"}, False),
        ("filled(MA_DICH_VU) or filled(MA_VAT_TU)", {"MA_VAT_TU": "N01"}, True),
        ("filled(MA_DICH_VU)", {"MA_DICH_VU": ""}, False),
    ],
)  # fmt: skip
def test_conditions(text: str, line: Values, answer: bool) -> None:
    assert run(text, line) is answer


@pytest.mark.parametrize("value", ["", "abc", "1,5", UNJUDGED])
def test_what_cannot_be_read_is_unknown_and_not_zero(value: str) -> None:
    assert run("SO_LUONG + 1", {"SO_LUONG": value}) is None
    assert run("SO_LUONG = 0", {"SO_LUONG": value}) is None
    assert run("not SO_LUONG = 0", {"SO_LUONG": value}) is None
    assert run("SO_LUONG = 0 or 1 = 1", {"SO_LUONG": value}) is True
    assert run("SO_LUONG = 0 and 1 = 2", {"SO_LUONG": value}) is False


def test_a_value_with_a_finding_is_neither_there_nor_missing() -> None:
    assert run("filled(MA_DICH_VU)", {"MA_DICH_VU": UNJUDGED}) is None


def test_sums_take_empty_as_nothing_and_unreadable_as_unknown() -> None:
    lines = [{"THANH_TIEN_BV": "100.5", "MA_NHOM": "10"}, {"THANH_TIEN_BV": "", "MA_NHOM": "10"}, {"THANH_TIEN_BV": "7", "MA_NHOM": "1"}]  # fmt: skip
    assert run("sum(XML3.THANH_TIEN_BV)", XML3=lines) == Decimal("107.5")
    assert run("sum(XML3.THANH_TIEN_BV where MA_NHOM = 10)", XML3=lines) == Decimal("100.5")
    assert run("sum(XML2.THANH_TIEN_BV)") == 0
    assert run("sum(XML3.THANH_TIEN_BV)", XML3=[*lines, {"THANH_TIEN_BV": "x"}]) is None
    assert (
        run("sum(XML3.THANH_TIEN_BV where MA_NHOM = 10)", XML3=[*lines, {"THANH_TIEN_BV": "1", "MA_NHOM": UNJUDGED}])
        is None
    )


def test_tags_of_the_summary_and_the_package() -> None:
    assert run("MA_CSKCB = PACKAGE.MACSKCB", {"MA_CSKCB": "01000"}, table=1) is True
    assert run("XML1.NGAY_RA <= NGAY_KQ", {"NGAY_KQ": "202408020000"}, XML1=[{"NGAY_RA": "202408010000"}]) is True


def test_days_and_digits() -> None:
    stay = {"NGAY_VAO": "202402280900", "NGAY_RA": "202403010800"}
    assert run("days(NGAY_VAO, NGAY_RA)", stay, table=1) == 2  # 2024 had a 29 February
    assert run("digits(SO_CCCD, 5, 6)", {"SO_CCCD": "001075012345"}, table=1) == 75
    assert run("contains(MA_TINH_TRANG_DK, '1')", {"MA_TINH_TRANG_DK": "2;1"}, table=6) is True
    assert run("contains(MA_TINH_TRANG_DK, '1')", {"MA_TINH_TRANG_DK": "11"}, table=6) is False


@pytest.mark.parametrize(
    "text",
    ["1 +", "(1", "1 2", "sum(DON_GIA)", "MA_NHOM in 1", "import os", "__import__('os')", "KHONG_CO = 1", "a.b", "NGAY_YL = MA_NHOM", "SO_LUONG ** 2", "@"],
)  # fmt: skip
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises((DefinitionError, KeyError)):
        run(text)


def test_and_binds_tighter_than_or() -> None:
    tree = parse("1 = 1 or 1 = 2 and 1 = 2")
    assert isinstance(tree, Operation) and tree.sign == "or"
