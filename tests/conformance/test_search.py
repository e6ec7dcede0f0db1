"""Finding a person: without accents, in any order, half typed, by number, card and phone; in Vietnamese order."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.claim_packages import sample_3176
from tests.intaking import Asker, Intake, asker

NAMES = [
    "NGUYỄN VĂN ÁNH", "NGUYỄN VĂN ÂN", "NGUYỄN VĂN ĂN", "NGUYỄN VĂN AN", "ĐẶNG THỊ BÍCH", "DƯƠNG THỊ BÍCH",
    "CÔNG TẰNG TÔN NỮ THỊ MINH TÂM", "H'HEN NIÊ KĐĂM", "LÊ LÊ", "Y", "TRẦN THỊ MẪU ĐƠN", "JOHN O'NEILL-SMITH",
]  # fmt: skip


@pytest.fixture(scope="module")
def doctor(filled: Callable[[], Intake]) -> Asker:
    claims = [
        sample_3176().with_(
            MA_LK=f"SYN.{n}", MA_BN=f"SYN-{n}", SO_CCCD=f"07918500{n:04}", MA_THE_BHYT=f"DN479012345{n:04}",
            DIEN_THOAI=f"09000001{n:02}", HO_TEN=name, NGAY_SINH=f"{1950 + n}03120000",
        )
        for n, name in enumerate(NAMES)
    ]  # fmt: skip
    filled().file(*claims)
    return asker("doctor", "01000")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("tran thi mau don", "TRẦN THỊ MẪU ĐƠN"),
        ("don mau", "TRẦN THỊ MẪU ĐƠN"),
        ("Mẫu Đơn TRẦN", "TRẦN THỊ MẪU ĐƠN"),
        ("tran thi mau d", "TRẦN THỊ MẪU ĐƠN"),
        ("tran thi ma", "TRẦN THỊ MẪU ĐƠN"),
        ("mau don 1960", "TRẦN THỊ MẪU ĐƠN"),
        ("079185000010", "TRẦN THỊ MẪU ĐƠN"),
        ("079 185 000 010", "TRẦN THỊ MẪU ĐƠN"),
        ("DN4790123450010", "TRẦN THỊ MẪU ĐƠN"),
        ("dn4 79 0123450010", "TRẦN THỊ MẪU ĐƠN"),
        ("0123450010", "TRẦN THỊ MẪU ĐƠN"),
        ("0900000110", "TRẦN THỊ MẪU ĐƠN"),
        ("090-000-0110", "TRẦN THỊ MẪU ĐƠN"),
        ("SYN-10", "TRẦN THỊ MẪU ĐƠN"),
        ("ton nu minh tam", "CÔNG TẰNG TÔN NỮ THỊ MINH TÂM"),
        ("nie kdam", "H'HEN NIÊ KĐĂM"),
    ],
)
def test_a_person_is_found_by(text: str, name: str, doctor: Asker) -> None:
    assert doctor.names(text) == [name]


@pytest.mark.parametrize("text", ["", "  ", "1960", "tran thi mau don 1961", "079185000099", "zzz", "%", "'", "tran%", "mau tran van"])  # fmt: skip
def test_nobody_is_found_by(text: str, doctor: Asker) -> None:
    assert doctor.names(text) == []


def test_names_stand_in_vietnamese_order(doctor: Asker) -> None:
    """By the given name first: letters count before tones; d before đ."""
    assert doctor.names("nguyen van") == ["NGUYỄN VĂN AN", "NGUYỄN VĂN ÁNH", "NGUYỄN VĂN ĂN", "NGUYỄN VĂN ÂN"]
    assert doctor.names("thi bich") == ["DƯƠNG THỊ BÍCH", "ĐẶNG THỊ BÍCH"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(NAMES), data=st.data())
def test_any_order_of_the_words_of_a_name_finds_it(name: str, data: st.DataObject, doctor: Asker) -> None:
    words = data.draw(st.permutations(name.split()))
    assert name in doctor.names(" ".join(words))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(NAMES), data=st.data())
def test_any_words_of_a_name_find_it(name: str, data: st.DataObject, doctor: Asker) -> None:
    words = data.draw(st.lists(st.sampled_from(name.split()), min_size=1, unique=True))
    assert name in doctor.names(" ".join(words))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
def test_no_text_breaks_the_search(text: str, doctor: Asker) -> None:
    assert set(doctor.names(text)) <= set(NAMES)
