"""A population with known duplicates, to measure the matcher by. Imports nothing of the matcher, and the matcher nothing of it.

Of all records 8 % are a second record of somebody; of these 40 % lack the personal number, 15 % the day or month of birth,
10 % have a swapped or misspelt name, 20 % moved house. At least 1 % are different people with equal name and birth date, and
there are twins. Surnames by how often they are borne in Việt Nam; given names common enough to meet by chance.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from random import Random

DUPLICATES, NAMESAKES, TWINS = 0.08, 0.012, 0.008
NO_NUMBER, NO_DAY, WRONG_NAME, MOVED = 0.40, 0.15, 0.10, 0.20
COMMUNES = 120
# Share of bearers in hundredths (Lê Trung Hoa, Họ và tên người Việt Nam; rounded).
SURNAMES = {
    "NGUYEN": 384, "TRAN": 121, "LE": 95, "PHAM": 71, "HOANG": 51, "PHAN": 45, "VU": 39, "DANG": 21, "BUI": 20, "DO": 14,
    "HO": 13, "NGO": 13, "DUONG": 10, "LY": 5, "DINH": 8, "TRUONG": 7, "LUONG": 6, "MAI": 5, "TRINH": 6, "CAO": 4, "TA": 3,
    "LAM": 4, "DOAN": 5, "VO": 20, "HUYNH": 22, "CHAU": 2, "TO": 3, "LA": 2, "KIEU": 2, "QUACH": 2, "THAI": 2, "TONG": 2,
}  # fmt: skip
MIDDLES = {
    1: ("VAN", "VAN", "VAN", "DUC", "HUU", "QUOC", "MINH", "THANH", "NGOC", "TUAN", "CONG", "XUAN", "DINH", "TRONG", "ANH"),
    2: ("THI", "THI", "THI", "THI", "NGOC", "THU", "THANH", "HONG", "KIM", "BICH", "PHUONG", "MINH", "QUYNH", "MY", "TUYET"),
}  # fmt: skip
GIVEN = {
    1: ("AN", "ANH", "BINH", "BAO", "CUONG", "CHIEN", "DUNG", "DAT", "DUC", "GIANG", "HAI", "HIEU", "HOA", "HOANG", "HUNG", "HUY",
        "KHANG", "KHANH", "KIEN", "LAM", "LOC", "LONG", "MINH", "NAM", "NGHIA", "NHAN", "PHONG", "PHUC", "PHUOC", "QUAN", "QUANG",
        "SON", "TAI", "TAM", "TAN", "THANG", "THANH", "THINH", "TIEN", "TOAN", "TRUNG", "TUAN", "TUNG", "VINH", "VIET"),
    2: ("AN", "ANH", "CHAU", "CHI", "DIEM", "DUNG", "DUYEN", "GIANG", "HA", "HANH", "HANG", "HIEN", "HOA", "HONG", "HUE", "HUONG",
        "HUYEN", "LAN", "LIEN", "LINH", "LOAN", "LY", "MAI", "MY", "NGA", "NGAN", "NGOC", "NHI", "NHUNG", "OANH", "PHUONG", "QUYEN",
        "THAO", "THU", "THUY", "TIEN", "TRANG", "TRINH", "TU", "TUYET", "UYEN", "VAN", "VY", "XUAN", "YEN"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """One record; `human` whose it really is, `errors` how it differs from the first of them."""

    id: int
    human: int
    name: str
    birth: tuple[int, int | None, int | None]
    sex: int
    phone: str
    commune: int
    household: str
    insurance_number: str
    personal_number: str
    errors: tuple[str, ...] = ()


def population(records: int, seed: int) -> list[Record]:
    """So many records. The same seed gives the same ones."""
    draw = Random(seed)
    first = list(_people(draw, records - round(records * DUPLICATES)))
    again = draw.sample(first, records - len(first))
    return [*first, *(_again(draw, one, len(first) + number + 1) for number, one in enumerate(again))]


def _people(draw: Random, count: int) -> Iterator[Record]:
    made: list[Record] = []
    while len(made) < count:
        home, commune, surname = f"H{len(made)}", draw.randrange(1, COMMUNES + 1), _surname(draw)
        phone = f"09{draw.randrange(10**8):08}"
        for _ in range(min(draw.choice((1, 2, 3, 4, 4, 5)), count - len(made))):
            one = _person(draw, len(made) + 1, surname if draw.random() < 0.6 else _surname(draw), commune, home, phone)
            if made and draw.random() < NAMESAKES:
                other = draw.choice(made)
                one = replace(one, name=other.name, birth=other.birth, sex=other.sex)
            elif made and made[-1].household == home and draw.random() < TWINS * 3:
                one = replace(
                    one,
                    birth=made[-1].birth,
                    sex=made[-1].sex,
                    name=_name(draw, made[-1].name.split()[0], made[-1].sex),
                )
            made.append(one)
            yield one


def _surname(draw: Random) -> str:
    return draw.choices(list(SURNAMES), list(SURNAMES.values()))[0]


def _name(draw: Random, surname: str, sex: int) -> str:
    more = (draw.choice(MIDDLES[sex]),) if draw.random() < 0.45 else ()
    return " ".join((surname, draw.choice(MIDDLES[sex]), *more, draw.choice(GIVEN[sex])))


def _person(draw: Random, id_: int, surname: str, commune: int, home: str, phone: str) -> Record:
    sex = draw.choice((1, 2))
    born = date.fromordinal(draw.randrange(date(1935, 1, 1).toordinal(), date(2025, 9, 1).toordinal()))
    own = draw.random()
    return Record(
        id_, id_, _name(draw, surname, sex), (born.year, born.month, born.day), sex,
        f"09{draw.randrange(10**8):08}" if own < 0.6 else phone if own < 0.85 else "", commune,
        home if draw.random() < 0.8 else "", f"{draw.randrange(10**9):010}" if draw.random() < 0.92 else "",
        f"{draw.randrange(1, 97):03}{id_:09}" if draw.random() < 0.93 else "",
    )  # fmt: skip


def _again(draw: Random, one: Record, id_: int) -> Record:
    """The same human once more, as another desk wrote them down."""
    errors: list[str] = []
    again = replace(one, id=id_, household=one.household if draw.random() < 0.7 else "")
    if draw.random() < 0.35:
        again = replace(again, phone="" if draw.random() < 0.6 else f"09{draw.randrange(10**8):08}")
    if draw.random() < 0.30:
        again = replace(again, insurance_number="")
    if draw.random() < NO_NUMBER:
        errors.append("no personal number")
        again = replace(again, personal_number="")
    if draw.random() < NO_DAY:
        errors.append("no day or month")
        year, month, _ = again.birth
        again = replace(again, birth=(year, month if draw.random() < 0.5 else None, None))
    if draw.random() < WRONG_NAME:
        errors.append("name")
        again = replace(again, name=_wrong(draw, again.name))
    if draw.random() < MOVED:
        errors.append("moved")
        again = replace(
            again, commune=draw.randrange(1, COMMUNES + 1), household=f"M{id_}" if draw.random() < 0.7 else ""
        )
    return replace(again, errors=tuple(errors) or ("none",))


def _wrong(draw: Random, name: str) -> str:
    """Given name first, or a letter dropped, doubled or changed."""
    words = name.split()
    if draw.random() < 0.5:
        return " ".join((words[-1], *words[:-1]))
    place = draw.randrange(1, len(name))
    if name[place] == " ":
        place -= 1
    kind = draw.random()
    if kind < 0.34:
        return name[:place] + name[place + 1 :]
    if kind < 0.67:
        return name[:place] + name[place] + name[place:]
    return name[:place] + draw.choice("ABCDEGHIKLMNOPQRSTUVXY") + name[place + 1 :]
