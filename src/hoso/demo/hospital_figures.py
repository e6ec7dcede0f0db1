"""Monthly figures of hospitals, and of provinces for all of theirs: activity, epidemic-prone disease, morbidity; made up, none is real."""

from collections.abc import Callable
from math import cos, pi

ACTIVITY, EPIDEMIC, MORBIDITY = "tt23-9-bct", "tt23-11-bct", "tt23-14-bct"  # keys of the forms
BEDS = 180  # of a middling hospital
OUT_PER_BED, STAYS_PER_BED, DAYS_A_STAY = 34.0, 4.4, 5.9  # a month
# Share of visits and of stays by chapter of ICD-10; what is left is in the others, evenly.
CHAPTERS = {
    "i": (0.05, 0.09), "ii": (0.02, 0.05), "iv": (0.14, 0.05), "vii": (0.04, 0.02), "ix": (0.19, 0.14), "x": (0.18, 0.2),
    "xi": (0.09, 0.1), "xiii": (0.1, 0.06), "xiv": (0.05, 0.06), "xv": (0.03, 0.1), "xix": (0.04, 0.08),
}  # fmt: skip
EVERY_CHAPTER = (
    "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii", "xviii",
    "xix", "xx", "xxi", "xxii",
)  # fmt: skip
DEATHS, INSURED = 0.006, 0.9  # shares
Values = list[tuple[str, tuple[tuple[str, str], ...], int]]
Chance = Callable[..., float]


def hospital_month(uid: str, size: float, month: str, chance: Chance) -> dict[str, Values]:
    """By form, the values of a hospital of `size` middling ones. `chance` gives the same for the same words."""
    winter = 1 + 0.1 * cos(2 * pi * (int(month[4:]) - 1) / 12)
    beds = round(BEDS * size * (0.6 + 0.8 * chance(uid)))
    visits = round(beds * OUT_PER_BED * winter * (0.9 + 0.2 * chance(uid, month, "out")))
    stays = round(beds * STAYS_PER_BED * winter * (0.9 + 0.2 * chance(uid, month, "in")))
    days = round(stays * DAYS_A_STAY * (0.85 + 0.3 * chance(uid, "days")))
    deaths = round(stays * DEATHS * (0.5 + chance(uid, month, "died")))
    epidemic = round(visits * 0.012 * (0.5 + chance(uid, month, "epidemic")))
    return {
        ACTIVITY: [
            ("BEDS_PLAN", (), beds), ("OPD_VISITS", _part("visit_groups"), visits),
            ("OPD_VISITS", _part("visit_groups", "insured"), round(visits * INSURED * (0.9 + 0.15 * chance(uid, "insured")))),
            ("IPD_ADM", _part("inpatient_groups"), stays),
            ("IPD_ADM", _part("inpatient_groups", "insured"), round(stays * INSURED * (0.9 + 0.15 * chance(uid, "insured")))), ("IPD_DAYS", (), days),
            ("IPD_DEATHS", _part("age_under_1_5"), deaths), ("REFER_OUT", (), round(stays * 0.03)),
        ],
        EPIDEMIC: [("IDD_CASES", _part("female_under15"), epidemic), ("IDD_DEATHS", (), round(epidemic * 0.002))],
        MORBIDITY: [
            (row, (("icd10_chapter", chapter),), round(amount * _share(chapter, place)))
            for row, amount, place in (("OPD_TOTAL", visits, 0), ("IPD_C", stays, 1), ("IPD_D", deaths, 1))
            for chapter in EVERY_CHAPTER
        ],
    }  # fmt: skip


def _share(chapter: str, place: int) -> float:
    left = 1 - sum(shares[place] for shares in CHAPTERS.values())
    return CHAPTERS[chapter][place] if chapter in CHAPTERS else left / (len(EVERY_CHAPTER) - len(CHAPTERS))


def _part(dimension: str, option: str = "total") -> tuple[tuple[str, str], ...]:
    return ((dimension, option),)
