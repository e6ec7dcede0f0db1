"""A small synthetic province in all four versions, and a slow, plain reading of what is in it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

from hoso.demo.province import ProvinceSettings, generate_packages
from tests.claim_packages import SAMPLE_3176, SAMPLE_4210, Claim, read_claims


@cache
def packages() -> tuple[bytes, ...]:
    """The samples, then the packages of ten people over eight years: all four versions, in order of sending."""
    generated = generate_packages(ProvinceSettings(persons=10, years=8, seed=8))
    return (SAMPLE_3176.read_bytes(), SAMPLE_4210.read_bytes(), *(one.content for one in generated))


@dataclass
class Expected:
    """What one visit's package says, counted and added up line by line."""

    facility: str
    lines: Counter[int] = field(default_factory=Counter)
    drugs: Decimal = Decimal(0)
    services: Decimal = Decimal(0)
    insurer: Decimal = Decimal(0)
    admitted: str = ""
    left: str = ""
    name: str = ""
    kind: str = ""


def expected() -> Iterator[tuple[str, Expected]]:
    """(MA_LK, figures) of every visit; a visit sent twice comes twice."""
    for content in packages():
        for claim in read_claims(content):
            yield claim.ma_lk, _figures(claim)


def _figures(claim: Claim) -> Expected:
    summary = claim.summary
    found = Expected(summary["MA_CSKCB"], name=summary["HO_TEN"], admitted=summary["NGAY_VAO"], left=summary["NGAY_RA"])
    for number, table in claim.tables.items():
        for row in table.rows:
            found.lines[number] += 1
            amount = Decimal(row.get("THANH_TIEN_BV") or row.get("THANH_TIEN") or "0")
            if number == 2:
                found.drugs += amount
            if number == 3:
                found.services += amount
            if number in (2, 3):
                found.insurer += Decimal(row.get("T_BHTT") or "0")
    return found
