"""In which respects two persons are compared, and the levels of agreement: once in SQL for all pairs, once for one pair.

The two say the same (a test compares them). A respect of which one side knows nothing speaks neither for nor against.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Compared:
    """What is known of a person, as it is compared. Names are folded; `commune` is the unit of today, so an address of before
    2025-07-01 is the same place. None and "" are not known."""

    name: str
    birth_year: int | None
    birth_month: int | None
    birth_day: int | None
    sex: int | None
    phone: str
    commune: int | None
    household: str
    insurance_number: str
    personal_number: str

    @property
    def words(self) -> str:
        """The words of the name in an order that does not hang on how it was written."""
        return " ".join(sorted(self.name.split()))


@dataclass(frozen=True)
class Level:
    """`sql` over the columns `…_l` and `…_r`; `fits` the same of two persons. The first level that fits counts."""

    key: str
    sql: str
    fits: Callable[[Compared, Compared], bool]


@dataclass(frozen=True)
class Comparison:
    """`unknown`: one side says nothing. What fits no level is `different`."""

    field: str
    unknown: Level
    levels: tuple[Level, ...]

    def level_of(self, one: Compared, other: Compared) -> str:
        """How far the two agree: the key of a level, `unknown` or `different`."""
        if self.unknown.fits(one, other):
            return "unknown"
        return next((level.key for level in self.levels if level.fits(one, other)), "different")


def _close(one: str, other: str) -> bool:
    """One letter changed, dropped or added, in names of six letters or more."""
    if one == other or min(len(one), len(other)) < 6 or abs(len(one) - len(other)) > 1:
        return one == other
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) == 1
    short, long = sorted((one, other), key=len)
    return any(long[:place] + long[place + 1 :] == short for place in range(len(long)))


def _birth_parts(one: Compared, other: Compared) -> tuple[bool, bool, bool]:
    return (
        one.birth_year == other.birth_year,
        one.birth_month == other.birth_month,
        one.birth_day == other.birth_day,
    )


def _equal(field: str) -> Level:
    return Level("equal", f"{field}_l = {field}_r", lambda one, other: getattr(one, field) == getattr(other, field))


def _unknown(field: str, nothing: str) -> Level:
    def fits(one: Compared, other: Compared) -> bool:
        return not getattr(one, field) or not getattr(other, field)

    return Level(
        "unknown", f"{field}_l IS NULL OR {field}_r IS NULL OR {field}_l = {nothing} OR {field}_r = {nothing}", fits
    )


_WHOLE = "birth_day_l IS NOT NULL AND birth_day_r IS NOT NULL"
_PART = (
    "birth_year_l = birth_year_r AND (birth_month_l IS NULL OR birth_month_r IS NULL OR birth_month_l = birth_month_r)"
    " AND (birth_day_l IS NULL OR birth_day_r IS NULL)"
)
_SLIP = (
    f"{_WHOLE} AND ((birth_year_l = birth_year_r)::int + (birth_month_l = birth_month_r)::int + (birth_day_l = birth_day_r)::int = 2"
    " OR (birth_year_l = birth_year_r AND birth_month_l = birth_day_r AND birth_day_l = birth_month_r))"
)


def _birth_whole(one: Compared, other: Compared) -> bool:
    return one.birth_day is not None and other.birth_day is not None


def _birth_part(one: Compared, other: Compared) -> bool:
    months_agree = one.birth_month is None or other.birth_month is None or one.birth_month == other.birth_month
    return one.birth_year == other.birth_year and months_agree and not _birth_whole(one, other)


def _birth_slip(one: Compared, other: Compared) -> bool:
    if not _birth_whole(one, other):
        return False
    turned = one.birth_month == other.birth_day and one.birth_day == other.birth_month
    return sum(_birth_parts(one, other)) == 2 or (one.birth_year == other.birth_year and turned)


COMPARISONS = (
    Comparison(
        "name",
        _unknown("name", "''"),
        (
            _equal("name"),
            Level("swapped", "words_l = words_r", lambda one, other: one.words == other.words),
            Level(
                "close",
                "length(name_l) >= 6 AND length(name_r) >= 6 AND levenshtein(name_l, name_r) <= 1",
                lambda one, other: _close(one.name, other.name),
            ),
        ),
    ),
    Comparison(
        "birth",
        _unknown("birth_year", "0"),
        (
            Level(
                "equal",
                f"{_WHOLE} AND birth_year_l = birth_year_r AND birth_month_l = birth_month_r AND birth_day_l = birth_day_r",
                lambda one, other: _birth_whole(one, other) and all(_birth_parts(one, other)),
            ),
            Level("part", _PART, _birth_part),
            Level("close", _SLIP, _birth_slip),
        ),
    ),
    Comparison("sex", _unknown("sex", "0"), (_equal("sex"),)),
    Comparison("phone", _unknown("phone", "''"), (_equal("phone"),)),
    Comparison("address", _unknown("commune", "0"), (_equal("commune"),)),
    Comparison("household", _unknown("household", "''"), (_equal("household"),)),
    Comparison("insurance_number", _unknown("insurance_number", "''"), (_equal("insurance_number"),)),
    Comparison("personal_number", _unknown("personal_number", "''"), (_equal("personal_number"),)),
)
