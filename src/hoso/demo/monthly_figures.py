"""Monthly figures as communes, hospitals and provinces would report them; made up, none is real.

Each unit has its own size, habits and season from a hash of its id, so that the same unit always reports the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import pi, sin

from hoso.demo.hospital_figures import hospital_month

MATERNAL, VACCINE, POPULATION = "tt23-4-bct", "tt23-10-bct", "tt23-1-bct"  # keys of the forms
BIRTHS_A_MONTH = 22.0  # of a middling commune
SHARES = {  # of women delivered: middle, and how far units differ from it
    "DELIV_TEEN": (0.026, 0.02), "DELIV_EM": (0.08, 0.08), "DELIV_MANAGED": (0.965, 0.03), "TT_FULL": (0.93, 0.06),
    "HBV_TEST": (0.82, 0.15), "SYPH_TEST": (0.74, 0.2), "HIV_TEST": (0.88, 0.1), "GLUC_TEST": (0.61, 0.25),
    "DELIV_OUT": (0.006, 0.006), "DELIV_SBA": (0.975, 0.02), "BIRTH_CERT": (0.985, 0.015), "PNC_W1": (0.71, 0.25),
}  # fmt: skip
LATE = 0.14  # share of reports that come after their day, or not at all (a third of them)


@dataclass(frozen=True, slots=True)
class Reporter:
    """A unit that reports; `size` in middling communes; `hospitals` in middling ones: its own, or those of a province whose
    own do not report; `months` in which it was there."""

    uid: str
    size: float
    months: Sequence[str]
    hospitals: float = 0


@dataclass(frozen=True, slots=True)
class Report:
    """One form of a unit and month: values by row and the options of their key; `day`: of the next month, None: not come."""

    form: str
    unit: str
    month: str
    values: Sequence[tuple[str, tuple[tuple[str, str], ...], int]]
    day: int | None


def reports(reporters: Sequence[Reporter]) -> Iterator[Report]:
    """In the order of units, then months."""
    for reporter in reporters:
        for month in reporter.months:
            number = 12 * (int(month[:4]) - 2025) + int(month[4:]) - 7  # months since July 2025
            day = _day(reporter.uid, month)
            if day is None and reporter.size < 2:
                continue  # of a commune or a hospital nothing came
            if reporter.hospitals:
                for form, values in hospital_month(reporter.uid, reporter.hospitals, month, _chance).items():
                    yield Report(form, reporter.uid, month, values, day)
            if not reporter.size:
                continue
            yield Report(MATERNAL, reporter.uid, month, _maternal(reporter, number, month), day)
            yield Report(VACCINE, reporter.uid, month, _measles(reporter, number, month), day)


def population(unit: str, people: int) -> Report:
    """The yearly form of a commune in which `people` have a record: nearly all, or some two thirds."""
    share = 0.66 + 0.36 * _chance(unit, "enrolled")
    whole = max(people, round(people / share))
    women = (("of_which_female", "female"),)
    return Report(
        POPULATION, unit, "2025",
        [("POP_MID", (("of_which_female", "total"),), whole), ("POP_MID", women, round(whole * 0.502))], 10,
    )  # fmt: skip


def _maternal(reporter: Reporter, number: int, month: str) -> list[tuple[str, tuple[tuple[str, str], ...], int]]:
    season = 1 + 0.12 * sin(2 * pi * (int(month[4:]) - 7) / 12)
    births = BIRTHS_A_MONTH * reporter.size * (0.55 + 0.9 * _chance(reporter.uid)) * season * (1 - 0.004 * number)
    delivered = max(1, round(births * (0.88 + 0.24 * _chance(reporter.uid, month))))
    found: list[tuple[str, tuple[tuple[str, str], ...], int]] = [
        ("PREG_CURRENT", (), round(births * 7.4)), ("PREG_NEW", (), round(births * (0.95 + 0.2 * _chance(reporter.uid, month, "new")))),
        ("DELIV", (), delivered), ("ANC_VISITS", (), round(delivered * (4.1 + 1.4 * _chance(reporter.uid, "anc")))),
    ]  # fmt: skip
    for row, (middle, width) in SHARES.items():
        share = middle + width * (_chance(reporter.uid, row) - 0.6) + 0.002 * number * (middle < 0.9)
        amount = delivered * max(0.0, share) + _chance(reporter.uid, month, row) - 0.5
        found.append((row, (), min(delivered, max(0, round(amount)))))
    four = min(delivered, round(delivered * (0.62 + 0.3 * _chance(reporter.uid, "four") + 0.004 * number)))
    minority = round(four * 0.07 * _chance(reporter.uid, "minority"))
    found += [("ANC4_3P", (("of_which_minority", "total"),), four), ("ANC4_3P", (("of_which_minority", "minority"),), minority)]  # fmt: skip
    return found


def _measles(reporter: Reporter, number: int, month: str) -> list[tuple[str, tuple[tuple[str, str], ...], int]]:
    """An outbreak that grows from the eighth month and ebbs after the twelfth."""
    wave = max(0.0, 1 - abs(number - 10) / 4)
    cases = round(reporter.size * (0.3 + 9 * wave * _chance(reporter.uid, "wave") ** 3) * _chance(reporter.uid, month))
    deaths = round(cases * 0.004)
    return [
        ("VPD_MEAS", (("cases_deaths", "cases"),), cases), ("VPD_MEAS", (("cases_deaths", "deaths"),), deaths)
    ]  # fmt: skip


def _day(uid: str, month: str) -> int | None:
    chance = _chance(uid, month, "day")
    if chance < LATE / 3:
        return None
    return 10 + round(15 * _chance(uid, month, "late")) if chance < LATE else 2 + round(3 * chance)


def _chance(*words: str) -> float:
    """Between 0 and 1, always the same for the same words."""
    return int.from_bytes(sha256("|".join(words).encode()).digest()[:4], "big") / 2**32
