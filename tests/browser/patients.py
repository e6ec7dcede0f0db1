"""Persons of the province who suit a test, found in the packages that were sent."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from tests.browser.house import House
from tests.claim_packages import Claim

HOSPITAL, STATION = "80901", "80936"  # those of the demonstration's doctor and nurse
STATION_COMMUNE = "28108"
GAP_DAYS = 230
DRUG = ("TEN_THUOC", "MA_THUOC", "HAM_LUONG", "LIEU_DUNG", "DUONG_DUNG", "DON_VI_TINH")


@dataclass
class Patient:
    """A person and the visits sent of them, newest first."""

    person_id: int
    name: str
    visits: list[Claim]

    @property
    def dates(self) -> list[str]:
        """The days of the visits as the timeline writes them."""
        return [f"{admitted(visit):%d/%m/%Y}" for visit in self.visits]

    def with_trend(self) -> tuple[Claim, str, int]:
        """The newest visit with drugs and a measured value that other visits have too: visit, name, measurements."""
        times = Counter(row["MA_CHI_SO"] for visit in self.visits for row in results(visit))
        for visit in self.visits:
            for row in results(visit):
                if times[row["MA_CHI_SO"]] > 1 and 2 in visit.tables:
                    return visit, row["TEN_CHI_SO"], times[row["MA_CHI_SO"]]
        raise LookupError("no result was measured twice")


def chronic_patient(house: House) -> Patient:
    """Somebody of the hospital with many visits, a long gap between two of them, and a result measured again."""
    cases = {case["ma_lk"] for case in house.planted}
    groups: dict[tuple[str, str], list[Claim]] = {}
    for claim in house.claims.values():
        groups.setdefault((claim.summary["HO_TEN"], claim.summary["NGAY_SINH"][:8]), []).append(claim)
    for visits in sorted(groups.values(), key=len, reverse=True):
        visits.sort(key=admitted, reverse=True)
        if cases & {visit.ma_lk for visit in visits} or visits[0].summary["MA_CSKCB"] != HOSPITAL:
            continue
        patient = Patient(house.person_of(visits[0].ma_lk), visits[0].summary["HO_TEN"], visits)
        if _has_gap(visits) and _has_trend(patient):
            return patient
    raise LookupError("the province has no such patient")


def admitted(visit: Claim) -> datetime:
    return datetime.strptime(visit.summary["NGAY_VAO"], "%Y%m%d%H%M")


def results(visit: Claim) -> list[dict[str, str]]:
    """Lines of XML4 with a number as value."""
    rows = visit.tables[4].rows if 4 in visit.tables else []
    return [row for row in rows if row.get("MA_CHI_SO") and row.get("GIA_TRI", "").replace(".", "", 1).isdigit()]


def drugs(visit: Claim) -> set[tuple[str, ...]]:
    """The different drugs of XML2: what the page draws as one line each."""
    return {tuple(row.get(name, "") for name in DRUG) for row in visit.tables[2].rows}


def payers(visit: Claim) -> dict[str, Decimal]:
    """Who pays how much, as XML1 says."""
    names = {"insurer": "T_BHTT", "copay": "T_BNCCT", "self_paid": "T_BNTT", "other": "T_NGUONKHAC"}
    return {payer: Decimal(visit.summary.get(name) or 0) for payer, name in names.items()}


def _has_gap(visits: list[Claim]) -> bool:
    days = [admitted(visit) for visit in visits]
    return any((later - earlier).days > GAP_DAYS for later, earlier in pairwise(days))


def _has_trend(patient: Patient) -> bool:
    try:
        patient.with_trend()
    except LookupError:
        return False
    return True
