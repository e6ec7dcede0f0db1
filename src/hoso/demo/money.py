"""Who pays what: the line and sum rules of the four versions.

Prices are whole multiples of 10 or 100 đồng, so that every product is exact at two decimals.
Sources of the rules: annexes of QĐ 130, QĐ 4750 and QĐ 3176; for QĐ 4210 as public software applies them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hoso.demo.versions import base_salary

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Cost:
    """A line before the benefit level is known: hospital amount, insured amount, and the rates it came from."""

    hospital: Decimal
    insured: Decimal
    service_rate: int = 100
    insured_rate: int = 100
    programme: bool = False


@dataclass(frozen=True, slots=True)
class Split:
    """A line after the split; the four parts add up to `hospital`."""

    hospital: Decimal
    insured: Decimal
    level: int
    patient: Decimal
    copayment: Decimal
    fund: Decimal
    other: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of table 1."""

    drugs: Decimal
    supplies: Decimal
    hospital: Decimal
    insured: Decimal
    patient: Decimal
    copayment: Decimal
    fund: Decimal
    other: Decimal


NOTHING = Totals(ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO)


def drug_cost(version: str, quantity: Decimal, price: Decimal, rate: int, insured: bool) -> Cost:
    """Table 2. In QĐ 4210 the amount is only what lies within the insured scope."""
    full = (quantity * price).quantize(CENT)
    share = rate if insured else 0
    within = (full * share / _HUNDRED).quantize(CENT)
    return Cost(within if version == "4210" else full, within, 100, share, programme=rate == 0)


def service_cost(
    version: str, quantity: Decimal, price: Decimal, insured_price: Decimal, service_rate: int, insured: bool
) -> Cost:
    """Table 3. QĐ 130 leaves TYLE_TT_DV out of the hospital amount; QĐ 4750 and QĐ 3176 put it in."""
    share = 100 if insured else 0
    within = (quantity * insured_price * service_rate / _HUNDRED * share / _HUNDRED).quantize(CENT)
    if version == "4210":
        return Cost(within, within, service_rate, service_rate)
    hospital = quantity * price
    if version != "130":
        hospital = hospital * service_rate / _HUNDRED
    return Cost(hospital.quantize(CENT), within, service_rate, share)


def benefit_level(card_level: int, at_station: bool, insured_total: Decimal, ended: date) -> int:
    """MUC_HUONG: by card; 100 at a commune station and below 15 % of the base salary; 0 without a card."""
    if card_level == 0:
        return 0
    if at_station or insured_total < base_salary(ended) * Decimal("0.15"):
        return 100
    return card_level


def split(cost: Cost, level: int) -> Split:
    """T_BHTT = insured × level; T_BNCCT = the rest of it; T_BNTT = outside scope, unless a programme pays."""
    fund = (cost.insured * level / _HUNDRED).quantize(CENT)
    outside = cost.hospital - cost.insured
    patient, other = (ZERO, outside) if cost.programme else (outside, ZERO)
    return Split(cost.hospital, cost.insured, level, patient, cost.insured - fund, fund, other)


def totals(drug_lines: Iterable[Split], service_lines: Iterable[tuple[int, Split]]) -> Totals:
    """Sums of table 1; service lines come with their MA_NHOM."""
    drugs, services = list(drug_lines), list(service_lines)
    lines = drugs + [line for _, line in services]
    insured = sum((line.insured for line in lines), ZERO)
    copayment = sum((line.copayment for line in lines), ZERO)
    return Totals(
        drugs=sum((line.hospital for line in drugs), ZERO),
        supplies=sum((line.hospital for group, line in services if group == 10), ZERO),
        hospital=sum((line.hospital for line in lines), ZERO),
        insured=insured,
        patient=sum((line.patient for line in lines), ZERO),
        copayment=copayment,
        fund=insured - copayment,
        other=sum((line.other for line in lines), ZERO),
    )
