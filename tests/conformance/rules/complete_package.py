"""One complete visit in each version: every table that is sent, every field filled that can be filled together.

Written from the notes' field tables (`standards/`) and knows nothing of HoSo. All of it is invented.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.claim_packages import Claim, Row, Rows

STANDARDS = Path(__file__).parent / "standards"
VERSIONS = ("qd4210", "qd130", "qd4750", "qd3176")
# Month of the stay; 3176 in 2026, when the code lists of QĐ 3276 hold and there are no districts any more.
MONTHS = {"qd4210": "202305", "qd130": "202403", "qd4750": "202409", "qd3176": "202603"}
LAST_TABLE = {"qd4210": 5, "qd130": 12, "qd4750": 15, "qd3176": 15}
NEVER_SENT = 12

VALUES = {
    "MA_LK": "SYN.0000001", "MA_BN": "SYN0001", "HO_TEN": "TRẦN THỊ MẪU", "SO_CCCD": "001175000000", "GIOI_TINH": "2",
    "SO_CCCD_NND": "001175000000", "MA_THE": "GD4010000000002", "MA_THE_BHYT": "GD4010000000002", "MA_DKBD": "01000",
    "MA_CSKCB": "01000", "DIEN_THOAI": "0900000000", "MA_BENH": "J18.9", "MA_BENH_CHINH": "J18.9", "MA_BENH_KT": "I10;E11.9",
    "MA_BENHKHAC": "I10;E11.9", "MA_KHUVUC": "K1", "MA_DOITUONG_KCB": "1.1", "MA_LOAI_RV": "2", "MA_LOAI_KCB": "03",
    "MA_TTDV": "0100000009", "MA_BHXH": "0100000002", "MA_BHXH_NND": "0100000002", "GOI_VTYT": "G1", "MA_GIUONG": "H001",
    "MA_XANG_DAU": "R954V1", "MA_DINH_CHI_THAI": "1", "TUOI_THAI": "8", "MAU_SO": "CT07", "SO_NGAY": "10",
    "SO_NGAY_NGHI": "3", "SO_NGAY_DTRI": "6", "MA_TINH_TRANG_DK": "2;1", "MA_XU_TRI": "1;2",
    "MA_PHAC_DO_DIEU_TRI": "KHAC", "SO_NGAY_CAP_THUOC_ARV": "28", "MA_PTTT_QT": "89.52", "MA_KHOA": "K03", "MUC_HUONG": "80",
    "CAN_NANG": "52.00", "NHOM_DOI_TUONG": "11", "NAM_QT": "2024", "DUONG_DUNG": "2.10",
}  # fmt: skip
# Days of the stay's month, the month before (-) or the next (+).
DAYS = {
    "NGAY_VAO": "10", "NGAY_VAO_NOI_TRU": "10", "NGAY_RA": "15", "NGAY_TTOAN": "15", "NGAY_CT": "15", "NGAY_YL": "11",
    "NGAY_TH_YL": "12", "NGAY_KQ": "12", "TU_NGAY": "15", "DEN_NGAY": "24", "NGOAITRU_TUNGAY": "16", "NGOAITRU_DENNGAY": "18",
    "NGAY_BAT_DAU_XU_TRI": "01", "NGAY_KET_THUC_XU_TRI": "29", "NGAY_HEN_KL": "25", "NGAY_TAI_KHAM": "25",
}  # fmt: skip
# The lines of tables 2 and 3 by hand: a drug; a surgery, a supply, a transport. Sums beside them.
#   drug 10 × 1,000 = 10,000; surgery 60,000 of which 45,000 insured; supply 2 × 5,000; transport 10 × 2,000
#   level 80: the fund pays 8,000 + 36,000 + 8,000 + 16,000 = 68,000, co-payment 2,000 + 9,000 + 2,000 + 4,000 = 17,000
#   hospital 100,000; insured 85,000; outside 15,000
OTHER_PAYER = {f"T_NGUONKHAC{source}": "0.00" for source in ("_NSNN", "_VTNN", "_VTTN", "_CL", "")}
DRUG = {"MA_NHOM": "4", "SO_LUONG": "10.000", "DON_GIA": "1000.000", "TYLE_TT_BH": "100", "THANH_TIEN_BV": "10000.00", "THANH_TIEN_BH": "10000.00", "T_BNTT": "0.00", "T_BNCCT": "2000.00", "T_BHTT": "8000.00", **OTHER_PAYER}  # fmt: skip
SURGERY = {"MA_NHOM": "8", "MA_VAT_TU": "", "TEN_VAT_TU": "", "SO_LUONG": "1.000", "DON_GIA_BV": "60000.000", "DON_GIA_BH": "45000.000", "TYLE_TT_DV": "100", "TYLE_TT_BH": "100", "THANH_TIEN_BV": "60000.00", "THANH_TIEN_BH": "45000.00", "T_BNTT": "15000.00", "T_BNCCT": "9000.00", "T_BHTT": "36000.00", "T_TRANTT": "0.00", **OTHER_PAYER}  # fmt: skip
SUPPLY = {**SURGERY, "MA_NHOM": "10", "MA_VAT_TU": "N01.01.010", "TEN_VAT_TU": "Vật tư mẫu", "MA_DICH_VU": "", "TEN_DICH_VU": "", "SO_LUONG": "2.000", "DON_GIA_BV": "5000.000", "DON_GIA_BH": "5000.000", "T_TRANTT": "5000.00", "THANH_TIEN_BV": "10000.00", "THANH_TIEN_BH": "10000.00", "T_BNTT": "0.00", "T_BNCCT": "2000.00", "T_BHTT": "8000.00"}  # fmt: skip
TRANSPORT = {**SURGERY, "MA_NHOM": "12", "SO_LUONG": "10.000", "DON_GIA_BV": "2000.000", "DON_GIA_BH": "2000.000", "THANH_TIEN_BV": "20000.00", "THANH_TIEN_BH": "20000.00", "T_BNTT": "0.00", "T_BNCCT": "4000.00", "T_BHTT": "16000.00"}  # fmt: skip
SUMS = {"T_THUOC": "10000.00", "T_VTYT": "10000.00", "T_TONGCHI_BV": "100000.00", "T_TONGCHI_BH": "85000.00", "T_BNTT": "15000.00", "T_BNCCT": "17000.00", "T_BHTT": "68000.00", "T_NGUONKHAC": "0.00", "T_BHTT_GDV": "68000.00"}  # fmt: skip
# QĐ 4210 knows only what is insured; at level 100 there is no co-payment. 10,000 + 45,000 + 10,000 + 20,000 = 85,000.
OLD_PARTS = {"T_NGUONKHAC": "0.00", "T_BNTT": "0.00", "T_BNCCT": "0.00", "T_NGOAIDS": "0.00", "TYLE_TT": "100", "MUC_HUONG": "100"}  # fmt: skip
OLD_LINES = {
    2: [{**DRUG, **OLD_PARTS, "THANH_TIEN": "10000.00", "T_BHTT": "10000.00"}],
    3: [
        {**SURGERY, **OLD_PARTS, "DON_GIA": "45000.000", "THANH_TIEN": "45000.00", "T_BHTT": "45000.00"},
        {
            **SUPPLY,
            **OLD_PARTS,
            "DON_GIA": "5000.000",
            "THANH_TIEN": "10000.00",
            "T_BHTT": "10000.00",
            "T_TRANTT": "0.00",
        },
        {**TRANSPORT, **OLD_PARTS, "DON_GIA": "2000.000", "THANH_TIEN": "20000.00", "T_BHTT": "20000.00"},
    ],
}
OLD_SUMS = {"T_THUOC": "10000.00", "T_VTYT": "10000.00", "T_TONGCHI": "85000.00", "T_BNTT": "0.00", "T_BNCCT": "0.00", "T_BHTT": "85000.00", "T_NGUONKHAC": "0.00", "T_NGOAIDS": "0.00", "MA_LOAI_KCB": "3"}  # fmt: skip
CHECK_INS: tuple[Row, ...] = (
    {"MA_THUOC": "", "TEN_THUOC": "", "MA_VAT_TU": "", "TEN_VAT_TU": ""},
    {"MA_DICH_VU": "", "TEN_DICH_VU": "", "MA_VAT_TU": "", "TEN_VAT_TU": ""},
    {"MA_DICH_VU": "", "TEN_DICH_VU": "", "MA_THUOC": "", "TEN_THUOC": ""},
)


@dataclass(frozen=True)
class Standard:
    """One table of the notes."""

    version: str
    number: int
    path: tuple[str, ...]
    fields: dict[str, dict[str, Any]]


@cache
def standard(version: str, number: int) -> Standard:
    given = yaml.safe_load((STANDARDS / f"{version}_xml{number}.yaml").read_text(encoding="utf-8"))
    path = tuple((given["xml_path"] or "").split("/"))
    return Standard(version, number, path, {field["name"]: field for field in given["fields"]})


def numbers(version: str) -> list[int]:
    """The tables of a version."""
    first = 1 if version == "qd4210" else 0
    return list(range(first, LAST_TABLE[version] + 1))


def visit(version: str) -> Claim:
    """Every table of the package."""
    lines = _lines(version)
    sent = [number for number in numbers(version) if number not in (0, NEVER_SENT)]
    return Claim({number: _table(version, number, lines.get(number, [{}])) for number in sent})


def check_ins(version: str) -> list[Claim]:
    """The check-in file, once with each kind of first cost."""
    if version == "qd4210":
        return []
    kinds = CHECK_INS[:1] if version == "qd130" else CHECK_INS
    return [Claim({0: _table(version, 0, [kind])}) for kind in kinds]


def _lines(version: str) -> dict[int, list[Row]]:
    if version == "qd4210":
        return {1: [OLD_SUMS], **OLD_LINES}
    care = {"MA_LOAI_KCB": "10"} if version == "qd130" else {}
    return {1: [{**SUMS, **care}], 2: [DRUG], 3: [SURGERY, SUPPLY, TRANSPORT]}


def _table(version: str, number: int, lines: list[Row]) -> Rows:
    table = standard(version, number)
    rows = [
        {name: _value(version, field, number, line, place) for name, field in table.fields.items()}
        for place, line in enumerate(lines, 1)
    ]
    return Rows(list(table.path), rows)


def _value(version: str, field: dict[str, Any], number: int, line: Row, place: int) -> str:
    name = field["name"]
    if name in line:
        return line[name]
    if name == "STT":
        return str(place)
    if field.get("format"):
        return _day(version, name, field["format"])
    if (number, name) == (8, "MA_LOAI_KCB") and version == "qd130":
        return "3"
    if name == "MA_XU_TRI" and field["type"] == "number":
        return "1"
    if name in VALUES:
        return VALUES[name]
    codes = field.get("codes")
    if isinstance(codes, dict):
        return str(next(iter(code for code in codes if str(code) != "0")))
    if field["type"] == "number":
        return "1"
    return "SYN mẫu"[: field["max_length"] or 7].strip()


def _day(version: str, name: str, form: str) -> str:
    form = form.split("|")[-1].split(" ")[0]
    if name.startswith("NGAY_SINH") and "CON" not in name or name.startswith("NGAYSINH"):
        return "197505200000"[: len(form)]
    return f"{MONTHS[version]}{DAYS.get(name, '10')}0900"[: len(form)]
