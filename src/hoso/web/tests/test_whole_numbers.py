"""Numbers of forms: what is one, what is none, what is refused."""

import pytest
from django.http import QueryDict

from hoso.core.errors import HosoError
from hoso.web.whole_numbers import LARGEST, whole, whole_or_none


def _form(text: str) -> QueryDict:
    given = QueryDict(mutable=True)
    given["n"] = text
    return given


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), (" 12 ", 12), ("007", 7), (str(LARGEST), LARGEST), ("", None), ("  ", None)]
)
def test_digits_are_a_number_and_blank_is_none(text: str, number: int | None) -> None:
    assert whole_or_none(_form(text), "n") == number


@pytest.mark.parametrize("text", ["-1", "+1", "1.0", "1e3", "ba", "٣", "²", "１", str(LARGEST + 1), "9" * 5000])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(HosoError) as refused:
        whole(_form(text), "n", default=1)
    assert refused.value.code == "HS9004"


def test_a_default_stands_for_blank_only_and_bounds_are_kept() -> None:
    given = QueryDict("four=4&blank=")
    assert whole(given, "blank", default=3) == whole(given, "missing", default=3) == 3
    assert whole(given, "four", least=4, most=4) == 4
    for name, least, most in (("four", 5, 9), ("four", 0, 3), ("blank", 0, 9), ("missing", 0, 9)):
        with pytest.raises(HosoError):
            whole(given, name, least=least, most=most)
