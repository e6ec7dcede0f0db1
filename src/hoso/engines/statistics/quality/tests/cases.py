"""For each shipped rule figures that break it and figures that only just do not: by offset of the period, row and options."""

from collections.abc import Mapping
from decimal import Decimal

from hoso.engines.statistics.hints import Key

Months = Mapping[int, Mapping[Key, int]]


def _whole(**figures: int) -> dict[Key, int]:
    return {(row, ()): number for row, number in figures.items()}


def _deaths(*, haemorrhage: int, mothers: int) -> Months:
    return {0: {("OBC_HEM", ("deaths",)): haemorrhage, ("OBC_SEPSIS", ("deaths",)): 1, **_whole(MAT_DEATHS=mothers)}}


def _months(row: str, numbers: list[int]) -> Months:
    """The latest first."""
    return {-back: _whole(**{row: number}) for back, number in enumerate(numbers)}


def _managed(now: int, before: int, months: int, detected: int) -> Months:
    found: dict[int, dict[Key, int]] = {-back: _whole(DET_NEW=detected) for back in range(months)}
    found[0] |= _whole(MGT=now)
    found.setdefault(-months, {}).update(_whole(MGT=before))
    return found


def _chapters(deaths: int, form_9: int) -> Months:
    from hoso.engines.statistics.quality.rules import rows_by_key

    options = rows_by_key()["IPD_D"].dimensions[0].options
    by_chapter: dict[Key, int] = {("IPD_D", (one.key,)): 0 for one in options}
    return {0: {**by_chapter, ("IPD_D", (options[3].key,)): deaths, ("IPD_DEATHS", ("total",)): form_9}}


CASES: dict[str, tuple[Months, Months]] = {
    "maternal-deaths-audited": ({0: _whole(MAT_DEATHS_AUD=1)}, {0: _whole(MAT_DEATHS_AUD=1, MAT_DEATHS=1)}),
    "deliveries-by-place": ({0: _whole(DELIV_OUT=6, DELIV=5)}, {0: _whole(DELIV_OUT=5, DELIV=5)}),
    "antenatal-visits-of-four": (
        {0: {("ANC4_3P", ("total",)): 5, ("ANC_VISITS", ()): 19}},
        {0: {("ANC4_3P", ("total",)): 5, ("ANC_VISITS", ()): 20}},
    ),
    "eenc-and-deliveries": ({0: _whole(EENC_VAG=12, DELIV=10)}, {0: _whole(EENC_VAG=9, EENC_CS=2, DELIV=10)}),
    "hepatitis-b-at-birth": ({0: _whole(HEPB24=9, IMM_HEPB0=8)}, {0: _whole(HEPB24=8, IMM_HEPB0=8)}),
    "maternal-deaths-and-complications": (_deaths(haemorrhage=1, mothers=1), _deaths(haemorrhage=1, mothers=2)),
    "stock-of-managed": (_managed(111, 100, 1, 10), _managed(110, 100, 1, 10)),
    "births-and-certificates": ({0: _whole(DELIV=3)}, {0: _whole(DELIV=3, BIRTH_CERT=0)}),
    "bed-days": (
        {0: {("IPD_DAYS", ()): 9, ("IPD_ADM", ("total",)): 10}},
        {0: {("IPD_DAYS", ()): 10, ("IPD_ADM", ("total",)): 10}},
    ),
    "hospital-deaths-of-two-forms": (_chapters(2, 3), _chapters(3, 3)),
    "beds-used": ({0: _whole(IPD_DAYS=311, BEDS_ACTUAL=10)}, {0: _whole(IPD_DAYS=310, BEDS_ACTUAL=10)}),
    "deliveries-over-time": (_months("DELIV", [41, 10, 10, 10, 10, 10, 10]), _months("DELIV", [40, 9, 11, 10, 10, 10, 10])),
    "managed-over-a-year": (_managed(161, 100, 12, 5), _managed(160, 100, 12, 5)),
    "care-in-the-first-week": (
        {0: _whole(PNC_W1=8, DELIV=3), -1: _whole(DELIV=4)},
        {0: _whole(PNC_W1=7, DELIV=3), -1: _whole(DELIV=4)},
    ),
}  # fmt: skip


def in_decimals(months: Months) -> dict[int, dict[Key, Decimal]]:
    return {offset: {key: Decimal(number) for key, number in figures.items()} for offset, figures in months.items()}
