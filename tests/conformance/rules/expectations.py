"""What each mutation must be found as, from the notes' tables alone.

Severity: what is official (QĐ 130, QĐ 4750) rejects; QĐ 4210 and QĐ 3176, and lists known from one transcription, warn.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from tests.claim_packages import Row
from tests.conformance.rules.complete_package import STANDARDS, standard
from tests.conformance.rules.mutations import MISSING, NO_CODE, TOO_LONG, Mutation

Finding = tuple[str, str, int, int, str]  # code, severity, table, line, field
OFFICIAL = ("qd130", "qd4750")
# Nothing can be filed without these, whatever the evidence of the rule.
ESSENTIAL = {"MA_LK", "MA_BN", "HO_TEN", "NGAY_SINH", "GIOI_TINH", "NGAY_VAO"}
ESSENTIAL_DATES = {"NGAY_SINH", "NGAY_VAO", "NGAY_RA"}
# The store finds visits and persons by these and holds 500 characters of them (10 of a facility code).
KEYS = {"MA_LK", "MA_BN", "SO_CCCD", "MA_THE", "MA_THE_BHYT", "DIEN_THOAI", "MA_CSKCB"}
ONE_TRANSCRIPTION = {"MA_NHOM", "MA_TAI_NAN"}  # notes §4: [V2]
DATED_LISTS = {
    "MA_DOITUONG_KCB",
    "MA_XANG_DAU",
}  # QĐ 3276, alone in force from 01/01/2026; the list before is not known
NEEDS_PERFORMER = {"1", "2", "3", "8", "18"}
COST_OF_CHECK_IN = ("MA_DICH_VU", "MA_THUOC", "MA_VAT_TU")


@dataclass(frozen=True)
class Expected:
    """What to expect, or why there is nothing to expect."""

    finding: Finding | None = None
    why_none: str = ""


def expected(version: str, mutation: Mutation, row: Row) -> Expected:
    """`row` is the line before the mutation."""
    field = standard(version, mutation.table).fields[mutation.field]
    if mutation.kind == MISSING:
        return _missing(version, mutation, field, row)
    if mutation.kind == TOO_LONG:
        return _too_long(version, mutation, field)
    if mutation.kind == NO_CODE:
        return _no_code(version, mutation, field)
    return _wrong_type(version, mutation, field)


def _official(version: str) -> str:
    return "error" if version in OFFICIAL else "warning"


def _found(mutation: Mutation, code: str, severity: str, field: str = "") -> Expected:
    return Expected((code, severity, mutation.table, mutation.line, field or mutation.field))


def _missing(version: str, mutation: Mutation, field: dict[str, Any], row: Row) -> Expected:
    if mutation.table == 1 and mutation.field in ESSENTIAL:
        return _found(mutation, "HS3101", "error")
    if field["required"] is True:
        if mutation.field.startswith("MAHUYEN") and version == "qd3176":
            return Expected(why_none="no district level since 01/07/2025")
        return _found(mutation, "HS3101", _official(version))
    return _conditional(version, mutation, row) or Expected(why_none="not required")


def _conditional(version: str, mutation: Mutation, row: Row) -> Expected | None:
    """identifiers.yaml, validators_extra, and the portal sheet's conditions (required_rule)."""
    severity, field = _official(version), mutation.field
    match mutation.table, field:
        case 0, "MA_DICH_VU" | "MA_THUOC" | "MA_VAT_TU" if version != "qd130":
            return _found(mutation, "HS3203", severity, "MA_DICH_VU")
        case 0, "TEN_DICH_VU" | "TEN_THUOC" | "TEN_VAT_TU" | "LY_DO_VNT" if version != "qd130":
            return _found(mutation, "HS3201", severity)
        case 2, "TT_THAU" if version != "qd4210" and row["MA_NHOM"] not in ("7", "17"):
            return _found(mutation, "HS3201", severity)
        case 2, "MA_BAC_SI":
            return _found(mutation, "HS3201", "warning")
        case 3, "MA_DICH_VU" | "MA_VAT_TU":
            return _found(mutation, "HS3203", "warning", "MA_DICH_VU")
        case 3, "TEN_DICH_VU" | "TEN_VAT_TU":
            return _found(mutation, "HS3201", "warning")
        case 3, "MA_XANG_DAU" if row["MA_NHOM"] == "12":
            return _found(mutation, "HS3201", severity)
        case 3, "TT_THAU" if row["MA_NHOM"] == "10" and version != "qd4210":
            return _found(mutation, "HS3201", severity)
        case 3, "NGUOI_THUC_HIEN" | "NGAY_TH_YL" if row["MA_NHOM"] in NEEDS_PERFORMER:
            return _found(mutation, "HS3201", severity)
        case 4, "NGAY_KQ" if version != "qd4210":
            return _found(mutation, "HS3201", severity)
        case 6, "NGAYKT_DTRI_LAO":  # "empty while treatment is going on": told, no more
            return _found(mutation, "HS3201", "notice")
        case 6, "PHACDO_DTRI_LAO" | "NGAYBD_DTRI_LAO":
            return _found(mutation, "HS3201", severity)
        case 6, "LAN_XN_PCR" | "NGAY_XN_PCR" | "NGAY_KQ_XN_PCR" | "MA_KQ_XN_PCR":
            return _found(mutation, "HS3201", severity)
        case 6, "NGAY_BAT_DAU_XU_TRI" | "NGAY_KET_THUC_XU_TRI" | "SO_NGAY_CAP_THUOC_ARV" | "MA_BAC_PHAC_DO":
            return _found(mutation, "HS3201", severity)
        case 7, "NGUYENNHAN_DINHCHI" | "THOIGIAN_DINHCHI" | "TUOI_THAI":
            return _found(mutation, "HS3201", severity)
        case 11, "NGUYENNHAN_DINHCHI" | "TUOI_THAI":
            return _found(mutation, "HS3201", severity)
        case 7, "SO_NGAY_NGHI" | "NGOAITRU_TUNGAY" | "NGOAITRU_DENNGAY":
            return _found(mutation, "HS3203", severity, "SO_NGAY_NGHI")
    return None


def _too_long(version: str, mutation: Mutation, field: dict[str, Any]) -> Expected:
    size = field["max_length"]
    if mutation.table == 1 and mutation.field in KEYS:
        return _found(mutation, "HS3102", "error")
    if not isinstance(size, int):
        return Expected(why_none="no limit of length")
    if mutation.table == 1 and mutation.field in ESSENTIAL_DATES:
        return _found(mutation, "HS3102", "error")
    return _found(mutation, "HS3102", _official(version))


def _wrong_type(version: str, mutation: Mutation, field: dict[str, Any]) -> Expected:
    if field.get("format"):
        essential = mutation.table == 1 and mutation.field in ESSENTIAL_DATES
        return _found(mutation, "HS3104", "error" if essential else _official(version))
    if field["type"] == "number":
        return _found(mutation, "HS3103", _official(version))
    return Expected(why_none="text of any kind")


def _no_code(version: str, mutation: Mutation, field: dict[str, Any]) -> Expected:
    listed = field.get("codes")
    if isinstance(listed, str) and listed.startswith("see codes.yaml#"):
        if version != "qd3176":
            return Expected(why_none="its code list came into force later")
        codes, severity = _shared(listed.partition("#")[2]), "warning"
    elif isinstance(listed, dict):
        codes = frozenset(map(str, listed))
        severity = "warning" if mutation.field in ONE_TRANSCRIPTION else _official(version)
    else:
        return Expected(why_none="no code list")
    values = mutation.value.split(";") if field["type"] == "string" else [mutation.value.lstrip("0") or "0"]
    if all(one in codes for one in values):
        return Expected(why_none="the changed value is a code too")
    return _found(mutation, "HS3108", severity)


@cache
def _shared(name: str) -> frozenset[str]:
    rows = yaml.safe_load((STANDARDS / "codes.yaml").read_text(encoding="utf-8"))[name]["codes"]
    return frozenset(str(row[key]) for row in rows for key in ("code", "zone_1", "zone_2") if key in row)
