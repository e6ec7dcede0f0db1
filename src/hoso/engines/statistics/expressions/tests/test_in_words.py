"""Formulas said in words; every formula that the house ships, and every one of DHIS2's own tests, can be said."""

import pytest

from hoso.engines.statistics.expressions.in_words import in_words, quotient_in_words
from hoso.engines.statistics.expressions.reading import read_formula
from hoso.engines.statistics.expressions.tree import Item
from hoso.engines.statistics.indicator_catalogue import reckoned_indicators

NAMES = {
    "DELIV": ("Số đẻ", "Deliveries"),
    "DELIV_TEEN": ("Đẻ vị thành niên", "Teenage deliveries"),
    "LB": ("Đẻ sống", "Live births"),
}


def _name(item: Item) -> tuple[str, str]:
    return NAMES.get(item.id, (item.id, item.id))


@pytest.mark.parametrize(
    ("formula", "vi", "en"),
    [
        ("#{DELIV}", "Số đẻ", "Deliveries"),
        ("#{DELIV} + #{LB} + 1.5", "tổng của Số đẻ, Đẻ sống và 1,5", "the sum of Deliveries, Live births and 1.5"),
        ("(#{DELIV} - #{LB}) * 2", "(Số đẻ trừ Đẻ sống) nhân 2", "(Deliveries minus Live births) times 2"),
        ("#{LB}.periodOffset(-1)", "Đẻ sống của 1 kỳ trước", "Live births of 1 periods before"),
        ("#{LB}.yearToDate()", "Đẻ sống cộng từ đầu năm", "Live births from the year's first day"),
        ("if(#{LB} >= 10, 1, 0)", "nếu Đẻ sống ít nhất là 10 thì 1, nếu không thì 0", "if Live births is at least 10 then 1, otherwise 0"),
        ("greatest(#{LB}, #{DELIV}, 3)", "số lớn nhất trong Đẻ sống, Số đẻ và 3", "the greatest of Live births, Deliveries and 3"),
        ("d2:round(#{LB} / 3, 1)", "(Đẻ sống chia cho 3) làm tròn đến 1 chữ số", "(Live births divided by 3) rounded to 1 digits"),
        ("-#{LB} < 0 && !isNull(#{DELIV})", "((số đối của Đẻ sống) nhỏ hơn 0) và (không phải (Số đẻ còn trống))",
         "((the negative of Live births) is less than 0) and (not (Deliveries is blank))"),
    ],
)  # fmt: skip
def test_said_in_both_languages(formula: str, vi: str, en: str) -> None:
    assert in_words(read_formula(formula), _name) == (vi, en)


def test_an_indicator_is_one_over_another_times_a_factor() -> None:
    above, below, one = (read_formula(text) for text in ("#{DELIV_TEEN}", "#{DELIV} + #{LB}", "1"))
    assert quotient_in_words(above, below, 1000, _name) == (
        "(Đẻ vị thành niên) chia cho (tổng của Số đẻ và Đẻ sống) × 1.000",
        "(Teenage deliveries) divided by (the sum of Deliveries and Live births) × 1,000",
    )
    assert quotient_in_words(above, one, 1, _name)[0] == "Đẻ vị thành niên"


def test_every_shipped_formula_can_be_said() -> None:
    told = [
        quotient_in_words(read_formula(one.numerator), read_formula(one.denominator), one.factor or 1, _name)
        for one in reckoned_indicators().values()
    ]
    assert len(told) > 20
    assert all("{" not in text and "#" not in text for pair in told for text in pair)
