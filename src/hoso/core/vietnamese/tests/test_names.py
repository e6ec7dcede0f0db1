import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.core.vietnamese.names import distant, split_name

names = st.lists(st.sampled_from(["Nguyễn", "Trần", "Lê", "Văn", "Thị", "An", "Anh", "Bình", "Hoà", "N.", "B"])).map(
    " ".join
)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Nguyễn Thị Minh Khai", ("Nguyễn", "Thị Minh", "Khai")),
        ("Lê Lợi", ("Lê", "", "Lợi")),
        ("  Y  ", ("", "", "Y")),
        ("", ("", "", "")),
    ],
)
def test_a_name_splits_in_its_usual_order(name: str, parts: tuple[str, str, str]) -> None:
    assert split_name(name) == parts


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Nguyễn Văn An", "NGUYEN VAN AN"),
        ("Nguyễn Văn An", "An Nguyen Van"),
        ("NguyễnVăn An", "Nguyễn Văn An"),
        ("Nguyễn Văn An", "N. V. An"),
        ("Nguyễn Thị Hoà", "Nguyễn Thị Hòa"),
        ("Nguyễn Văn Thành", "Nguyễn Văn Thàng"),
        ("Nguyễn Văn Thành", "Nguyễn Văn Thnàh"),
        ("Lê Thị Hồng Nhung", "Lê Hồng Nhung"),
        ("Nhung", "Lê Thị Hồng Nhung"),
        ("", "Lê Thị Hồng Nhung"),
        ("Đỗ Ðức", "Do Duc"),
    ],
)
def test_spellings_of_one_name_are_not_distant(first: str, second: str) -> None:
    assert not distant(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Nguyễn Văn An", "Nguyễn Văn Bình"),
        ("Nguyễn Văn An", "Nguyễn Thị An"),
        ("Nguyễn Văn An", "Trần Văn An"),
        ("Nguyễn Văn An", "Nguyễn Văn Anh"),
        ("Lê", "Lê Thị Hồng Nhung"),
        ("Trần Thị Mẫu", "Phạm Quốc Toản"),
        ("An An", "An Bình"),
    ],
)
def test_names_of_other_persons_are_distant(first: str, second: str) -> None:
    assert distant(first, second)


@given(names, names)
def test_distance_does_not_depend_on_the_order(first: str, second: str) -> None:
    assert distant(first, second) == distant(second, first)


@given(names)
def test_no_name_is_distant_from_itself(name: str) -> None:
    assert not distant(name, name.upper())
