"""For each rule a case that trips it alone and one that must not trip anything, with numbers worked by hand.

Every case changes the complete visit of a version (`complete_package.py`): a drug of 10,000; a surgery of 60,000 of which
45,000 are insured; a supply of 10,000; a transport of 20,000; level 80. A change is named by table and line ("3.1").
Amounts in đồng; the notes' examples are marked.
"""

from dataclasses import dataclass

from tests.claim_packages import Row

Changes = dict[str, Row]


@dataclass(frozen=True)
class Planted:
    """`where` is table, line and field of the finding; `check_in` counts the check-in files of the version from 0."""

    rule: str
    version: str
    where: tuple[int, int, str]
    trips: Changes
    fine: Changes
    check_in: int | None = None


def all_of(tables: str, **values: str) -> Changes:
    """The same values in the first line of several tables."""
    return {f"{table}.1": dict(values) for table in tables.split()}


def sums(**values: str) -> Changes:
    return {"1.1": values}


def money(changes: Changes) -> Changes:
    """Amounts with two decimals."""
    return {place: {name: f"{value}.00" if _is_amount(name) else value for name, value in row.items()} for place, row in changes.items()}  # fmt: skip


def _is_amount(name: str) -> bool:
    return name.startswith(("T_", "THANH_TIEN"))


# A drug paid at 50 %: insured 5,000, outside 5,000, co-payment 20 % = 1,000, fund 4,000.
HALF_DRUG = money({
    "2.1": {"TYLE_TT_BH": "50", "THANH_TIEN_BH": "5000", "T_BNTT": "5000", "T_BNCCT": "1000", "T_BHTT": "4000"},
    "1.1": {"T_TONGCHI_BH": "80000", "T_BNTT": "20000", "T_BNCCT": "16000", "T_BHTT": "64000", "T_BHTT_GDV": "64000"},
})  # fmt: skip
# Somebody pays 500 for this patient: nothing is outside, so the co-payment falls from 2,000 to 1,500.
SPONSORED_DRUG = money({
    "2.1": {"T_NGUONKHAC_VTTN": "500", "T_NGUONKHAC": "500", "T_BNCCT": "1500"},
    "1.1": {"T_BNCCT": "16500", "T_NGUONKHAC": "500"},
})  # fmt: skip
# The notes' example of a payer of the whole facility: 10,000,000 at 50 %, 3,000,000 from the payer, level 80:
# insured (10,000,000 - 3,000,000) × 50 % = 3,500,000; fund 2,800,000; co-payment 700,000; patient 3,500,000.
FACILITY_SPONSOR = money({
    "2.1": {"DON_GIA": "1000000.000", "TYLE_TT_BH": "50", "THANH_TIEN_BV": "10000000", "THANH_TIEN_BH": "3500000",
            "T_NGUONKHAC_VTNN": "3000000", "T_NGUONKHAC": "3000000", "T_BNTT": "3500000", "T_BNCCT": "700000", "T_BHTT": "2800000"},
    "1.1": {"T_THUOC": "10000000", "T_TONGCHI_BV": "10090000", "T_TONGCHI_BH": "3575000", "T_BNTT": "3515000",
            "T_BNCCT": "715000", "T_NGUONKHAC": "3000000", "T_BHTT": "2860000", "T_BHTT_GDV": "2860000"},
})  # fmt: skip
FACILITY_SPONSOR_WRONG = {"2.1": {**FACILITY_SPONSOR["2.1"], "T_BNTT": "3400000.00"}, "1.1": {**FACILITY_SPONSOR["1.1"], "T_BNTT": "3415000.00"}}  # fmt: skip
# The programme pays the co-payment of 9,000 although the patient pays 15,000 outside (ARV).
PROGRAMME_PAYS = money({
    "3.1": {"T_NGUONKHAC_NSNN": "9000", "T_NGUONKHAC": "9000", "T_BNCCT": "0"},
    "1.1": {"T_BNCCT": "8000", "T_NGUONKHAC": "9000"},
})  # fmt: skip
# A second surgery by the same team at 50 %.
HALF_SURGERY_130 = money({
    "3.1": {"TYLE_TT_DV": "50", "THANH_TIEN_BH": "22500", "T_BNTT": "37500", "T_BNCCT": "4500", "T_BHTT": "18000"},
    "1.1": {"T_TONGCHI_BH": "62500", "T_BNTT": "37500", "T_BNCCT": "12500", "T_BHTT": "50000", "T_BHTT_GDV": "50000"},
})  # fmt: skip
HALF_SURGERY = money({
    "3.1": {"TYLE_TT_DV": "50", "THANH_TIEN_BV": "30000", "THANH_TIEN_BH": "22500", "T_BNTT": "7500", "T_BNCCT": "4500", "T_BHTT": "18000"},
    "1.1": {"T_TONGCHI_BV": "70000", "T_TONGCHI_BH": "62500", "T_BNTT": "7500", "T_BNCCT": "12500", "T_BHTT": "50000", "T_BHTT_GDV": "50000"},
})  # fmt: skip
# The notes' example: 100,000 - 40,000 × (100 - 30) % = 72,000; insured 40,000 × 30 % = 12,000, of it 9,600 by the fund.
EXAMPLE_72000 = money({
    "3.1": {"MA_NHOM": "13", "DON_GIA_BV": "100000.000", "DON_GIA_BH": "40000.000", "TYLE_TT_DV": "30", "THANH_TIEN_BV": "72000",
            "THANH_TIEN_BH": "12000", "T_BNTT": "60000", "T_BNCCT": "2400", "T_BHTT": "9600"},
    "1.1": {"T_TONGCHI_BV": "112000", "T_TONGCHI_BH": "52000", "T_BNTT": "60000", "T_BNCCT": "10400", "T_BHTT": "41600", "T_BHTT_GDV": "41600"},
})  # fmt: skip
EXAMPLE_73000 = {"3.1": {**EXAMPLE_72000["3.1"], "THANH_TIEN_BV": "73000.00"}, "1.1": EXAMPLE_72000["1.1"]}
# A supply of 5,000 of which insurance pays 4,000 at most: 8,000 insured, 2,000 outside, 1,600 and 6,400.
CAPPED_SUPPLY = money({
    "3.2": {"T_TRANTT": "4000", "DON_GIA_BH": "4000.000", "THANH_TIEN_BH": "8000", "T_BNTT": "2000", "T_BNCCT": "1600", "T_BHTT": "6400"},
    "1.1": {"T_TONGCHI_BH": "83000", "T_BNTT": "17000", "T_BNCCT": "16600", "T_BHTT": "66400", "T_BHTT_GDV": "66400"},
})  # fmt: skip
# 20,000 for this patient: 15,000 outside and 5,000 of the co-payment of 9,000.
SPONSORED_SURGERY = money({
    "3.1": {"T_NGUONKHAC_VTTN": "20000", "T_NGUONKHAC": "20000", "T_BNTT": "0", "T_BNCCT": "4000"},
    "1.1": {"T_BNTT": "0", "T_BNCCT": "12000", "T_NGUONKHAC": "20000"},
})  # fmt: skip
# A transport at 50 %, which there is not.
HALF_TRANSPORT = money({
    "3.3": {"TYLE_TT_DV": "50", "THANH_TIEN_BV": "10000", "THANH_TIEN_BH": "10000", "T_BNCCT": "2000", "T_BHTT": "8000"},
    "1.1": {"T_TONGCHI_BV": "90000", "T_TONGCHI_BH": "75000", "T_BNCCT": "15000", "T_BHTT": "60000", "T_BHTT_GDV": "60000"},
})  # fmt: skip
LEVEL_110 = money({
    "2.1": {"MUC_HUONG": "110", "T_BNCCT": "-1000", "T_BHTT": "11000"},
    "1.1": {"T_BNCCT": "14000", "T_BHTT": "71000", "T_BHTT_GDV": "71000"},
})  # fmt: skip
LEVEL_100 = money({
    "2.1": {"MUC_HUONG": "100", "T_BNCCT": "0", "T_BHTT": "10000"},
    "1.1": {"T_BNCCT": "15000", "T_BHTT": "70000", "T_BHTT_GDV": "70000"},
})  # fmt: skip
SHARE_110 = money({
    "2.1": {"TYLE_TT_BH": "110", "THANH_TIEN_BH": "11000", "T_BNTT": "-1000", "T_BNCCT": "2200", "T_BHTT": "8800"},
    "1.1": {"T_TONGCHI_BH": "86000", "T_BNTT": "14000", "T_BNCCT": "17200", "T_BHTT": "68800", "T_BHTT_GDV": "68800"},
})  # fmt: skip
# Each part within the tolerance of 1, together 3 too much; and 0.8 too much.
PARTS_TOO_MUCH = {"2.1": {"T_BNTT": "1.00", "T_BNCCT": "2001.00", "T_BHTT": "8001.00"}}
PARTS_ROUNDED = {"2.1": {"T_BNTT": "0.40", "T_BNCCT": "2000.40"}}
OLD_LEVEL_80 = money({"2.1": {"MUC_HUONG": "80", "T_BHTT": "8000", "T_BNCCT": "2000"}, "1.1": {"T_BHTT": "83000", "T_BNCCT": "2000"}})  # fmt: skip
OLD_PACKAGE = money({"3.1": {"T_TRANTT": "40000", "T_BHTT": "40000", "T_BNCCT": "5000"}, "1.1": {"T_BHTT": "80000", "T_BNCCT": "5000"}})  # fmt: skip
HOSPITAL_SUMS = {"thuoc": ("T_THUOC", 10000), "vtyt": ("T_VTYT", 10000), "tongchi_bv": ("T_TONGCHI_BV", 100000), "tongchi_bh": ("T_TONGCHI_BH", 85000), "bntt": ("T_BNTT", 15000), "bncct": ("T_BNCCT", 17000), "nguonkhac": ("T_NGUONKHAC", 0), "bhtt_gdv": ("T_BHTT_GDV", 68000), "bhtt": ("T_BHTT", 68000)}  # fmt: skip
OLD_SUMS = {"thuoc": ("T_THUOC", 10000), "vtyt": ("T_VTYT", 10000), "tongchi": ("T_TONGCHI", 85000), "bhtt": ("T_BHTT", 85000), "bncct": ("T_BNCCT", 0), "bntt": ("T_BNTT", 0), "nguonkhac": ("T_NGUONKHAC", 0), "ngoaids": ("T_NGOAIDS", 0)}  # fmt: skip


def _of_sums(start: str, version: str, listed: dict[str, tuple[str, int]]) -> list[Planted]:
    """Two đồng too many are found, one is not."""
    return [
        Planted(f"{start}{key}", version, (1, 1, field), sums(**{field: f"{right + 2}.00"}), sums(**{field: f"{right + 1}.00"}))
        for key, (field, right) in listed.items()
    ]  # fmt: skip


MONEY = [
    Planted("money.4210.thanh_tien", "qd4210", (2, 1, "THANH_TIEN"), {"2.1": {"THANH_TIEN": "10002.00"}}, {"2.1": {"THANH_TIEN": "10001.00"}}),
    Planted("money.4210.thuoc_bhtt", "qd4210", (2, 1, "T_BHTT"), {"2.1": {"T_BHTT": "9000.00"}}, OLD_LEVEL_80),
    Planted("money.4210.dvkt_bhtt", "qd4210", (3, 1, "T_BHTT"), {"3.1": {"T_BHTT": "44000.00"}}, OLD_PACKAGE),
    Planted("money.4210.can_bang", "qd4210", (2, 1, "THANH_TIEN"), {"2.1": {"T_BNCCT": "5.00"}, "1.1": {"T_BNCCT": "5.00"}}, {"2.1": {"T_BNCCT": "0.50"}}),
    *[Planted("money.thuoc_bv", version, (2, 1, "THANH_TIEN_BV"), {"2.1": {"THANH_TIEN_BV": "10002.00"}}, {"2.1": {"THANH_TIEN_BV": "10001.00"}}) for version in ("qd130", "qd4750", "qd3176")],
    *[Planted("money.nguon_khac", version, (2, 1, "T_NGUONKHAC"), {"2.1": {"T_NGUONKHAC_NSNN": "500.00"}}, SPONSORED_DRUG) for version in ("qd130", "qd4750", "qd3176")],
    Planted("money.thuoc_bh", "qd130", (2, 1, "THANH_TIEN_BH"), {"2.1": {"THANH_TIEN_BH": "9000.00"}}, HALF_DRUG),
    Planted("money.thuoc_bh", "qd4750", (2, 1, "THANH_TIEN_BH"), {"2.1": {"THANH_TIEN_BH": "9000.00"}}, FACILITY_SPONSOR),
    Planted("money.dvkt_bv_130", "qd130", (3, 1, "THANH_TIEN_BV"), {"3.1": {"THANH_TIEN_BV": "61000.00"}}, HALF_SURGERY_130),
    Planted("money.dvkt_bv_4750", "qd4750", (3, 1, "THANH_TIEN_BV"), {"3.1": {"THANH_TIEN_BV": "61000.00"}}, HALF_SURGERY),
    Planted("money.dvkt_bh", "qd130", (3, 1, "THANH_TIEN_BH"), {"3.1": {"THANH_TIEN_BH": "40000.00"}}, HALF_SURGERY_130),
    Planted("money.dvkt_bh", "qd4750", (3, 1, "THANH_TIEN_BH"), {"3.1": {"THANH_TIEN_BH": "40000.00"}}, HALF_SURGERY),
    Planted("money.chia", "qd130", (2, 1, "T_BHTT"), {"2.1": {"T_BHTT": "9000.00"}}, PROGRAMME_PAYS),
    Planted("money.chia", "qd4750", (2, 1, "T_BNTT"), FACILITY_SPONSOR_WRONG, FACILITY_SPONSOR),
    Planted("money.chia", "qd4750", (3, 1, "T_BNCCT"), {"3.1": {"T_BNCCT": "9500.00"}}, SPONSORED_SURGERY),
    Planted("money.3176.thuoc_bh", "qd3176", (2, 1, "THANH_TIEN_BH"), {"2.1": {"THANH_TIEN_BH": "9000.00"}}, HALF_DRUG),
    Planted("money.3176.don_gia_bh", "qd3176", (3, 2, "DON_GIA_BH"), {"3.2": {"T_TRANTT": "4000.00"}}, CAPPED_SUPPLY),
    Planted("money.3176.dvkt_bv", "qd3176", (3, 1, "THANH_TIEN_BV"), EXAMPLE_73000, EXAMPLE_72000),
    Planted("money.3176.dvkt_bh", "qd3176", (3, 1, "THANH_TIEN_BH"), {"3.1": {"THANH_TIEN_BH": "40000.00"}}, HALF_SURGERY),
    Planted("money.3176.chia_thuoc", "qd3176", (2, 1, "T_BHTT"), {"2.1": {"T_BHTT": "9000.00"}}, SPONSORED_DRUG),
    Planted("money.3176.chia_dvkt", "qd3176", (3, 1, "T_BNCCT"), {"3.1": {"T_BNCCT": "9500.00"}}, SPONSORED_SURGERY),
    *[Planted("money.can_bang", version, (2, 1, "THANH_TIEN_BV"), PARTS_TOO_MUCH, PARTS_ROUNDED) for version in ("qd130", "qd4750", "qd3176")],
    Planted("rate.kham", "qd130", (3, 1, "TYLE_TT_DV"), {"3.1": {"MA_NHOM": "13", "TYLE_TT_DV": "40"}}, {"3.1": {"MA_NHOM": "13", "TYLE_TT_DV": "30"}}),
    Planted("rate.giuong", "qd130", (3, 1, "TYLE_TT_DV"), {"3.1": {"MA_NHOM": "15", "TYLE_TT_DV": "30"}}, {"3.1": {"MA_NHOM": "15", "TYLE_TT_DV": "33"}}),
    Planted("rate.phau_thuat", "qd130", (3, 1, "TYLE_TT_DV"), {"3.1": {"TYLE_TT_DV": "60"}}, {"3.1": {"TYLE_TT_DV": "80"}}),
    Planted("rate.khac", "qd3176", (3, 3, "TYLE_TT_DV"), HALF_TRANSPORT, HALF_SURGERY),
    Planted("rate.muc_huong", "qd130", (2, 1, "MUC_HUONG"), LEVEL_110, LEVEL_100),
    Planted("rate.thuoc_bh", "qd130", (2, 1, "TYLE_TT_BH"), SHARE_110, HALF_DRUG),
    *[one for version in ("qd130", "qd4750", "qd3176") for one in _of_sums("sums.", version, HOSPITAL_SUMS)],
    *_of_sums("sums.4210.", "qd4210", OLD_SUMS),
]  # fmt: skip


def _needed(
    rule: str, table: int, line: int, field: str, fine: Changes, version: str = "qd4750", check_in: int | None = None
) -> Planted:
    """A field that must be there, taken away."""
    return Planted(rule, version, (table, line, field), {f"{table}.{line}": {field: ""}}, fine, check_in)  # fmt: skip


def _one(
    rule: str,
    table: int,
    line: int,
    field: str,
    bad: str,
    good: str,
    version: str = "qd4750",
    check_in: int | None = None,
) -> Planted:
    """One value that is wrong, and one that is right."""
    place = f"{table}.{line}"
    return Planted(rule, version, (table, line, field), {place: {field: bad}}, {place: {field: good}}, check_in)  # fmt: skip


NO_TB = {"6.1": {"LOAI_DTRI_LAO": "0", "PHACDO_DTRI_LAO": "", "NGAYBD_DTRI_LAO": "", "NGAYKT_DTRI_LAO": ""}}
NO_PCR = {
    "6.1": {"MA_TINH_TRANG_DK": "2", "LAN_XN_PCR": "", "NGAY_XN_PCR": "", "NGAY_KQ_XN_PCR": "", "MA_KQ_XN_PCR": ""}
}
NO_ARV = {"NGAY_BAT_DAU_XU_TRI": "", "NGAY_KET_THUC_XU_TRI": "", "SO_NGAY_CAP_THUOC_ARV": ""}
NOT_ENDED = {"MA_DINH_CHI_THAI": "0", "NGUYENNHAN_DINHCHI": "", "TUOI_THAI": ""}
CONDITIONS = [
    _needed("required.thuoc_tt_thau", 2, 1, "TT_THAU", {"2.1": {"MA_NHOM": "7", "TT_THAU": ""}}),
    _needed("required.thuoc_bac_si", 2, 1, "MA_BAC_SI", {"2.1": {"MA_BAC_SI": "000001/SYN"}}),
    _needed("required.xang_dau", 3, 3, "MA_XANG_DAU", {"3.1": {"MA_XANG_DAU": ""}}),
    _needed("required.vtyt_tt_thau", 3, 2, "TT_THAU", {"3.1": {"TT_THAU": ""}}),
    _needed("required.nguoi_thuc_hien", 3, 1, "NGUOI_THUC_HIEN", {"3.3": {"NGUOI_THUC_HIEN": ""}}),
    _needed("required.ngay_th_yl", 3, 1, "NGAY_TH_YL", {"3.3": {"NGAY_TH_YL": ""}}),
    _needed("required.dich_vu_hoac_vat_tu", 3, 1, "MA_DICH_VU", {"3.1": {"MA_DICH_VU": "", "MA_VAT_TU": "N01", "TEN_VAT_TU": "Mẫu"}}),
    _needed("required.ten_dich_vu", 3, 1, "TEN_DICH_VU", {"3.2": {"TEN_DICH_VU": ""}}),
    _needed("required.ten_vat_tu", 3, 2, "TEN_VAT_TU", {"3.1": {"TEN_VAT_TU": ""}}),
    _needed("required.ngay_kq", 4, 1, "NGAY_KQ", {"4.1": {"NGAY_KQ": "", "GIA_TRI": ""}}),
    _needed("required.lao_cua_hiv", 6, 1, "PHACDO_DTRI_LAO", NO_TB),
    _needed("required.lao_cua_hiv_ket_thuc", 6, 1, "NGAYKT_DTRI_LAO", NO_TB),
    _needed("required.pcr", 6, 1, "MA_KQ_XN_PCR", NO_PCR),
    _needed("required.xu_tri_arv_130", 6, 1, "SO_NGAY_CAP_THUOC_ARV", {"6.1": {"MA_XU_TRI": "2", **NO_ARV}}, "qd130"),
    _needed("required.xu_tri_arv", 6, 1, "SO_NGAY_CAP_THUOC_ARV", {"6.1": {"MA_XU_TRI": "2;3", **NO_ARV}}),
    _needed("required.bac_phac_do", 6, 1, "MA_BAC_PHAC_DO", {"6.1": {"MA_PHAC_DO_DIEU_TRI": "TDF+3TC+DTG", "MA_BAC_PHAC_DO": ""}}),
    _needed("required.dinh_chi_ra_vien", 7, 1, "THOIGIAN_DINHCHI", {"7.1": {**NOT_ENDED, "THOIGIAN_DINHCHI": ""}}),
    _needed("required.dinh_chi_nghi_viec", 11, 1, "NGUYENNHAN_DINHCHI", {"11.1": NOT_ENDED}),
    _needed("required.ly_do_vnt", 0, 1, "LY_DO_VNT", {"0.1": {"LY_DO_VNT": "", "NGAY_VAO_NOI_TRU": ""}}, check_in=0),
    _needed("required.checkin_chi_phi", 0, 1, "MA_DICH_VU", {"0.1": {"MA_DICH_VU": "", "MA_DOITUONG_KCB": "2"}}, check_in=0),
    Planted("required.checkin_mot_chi_phi", "qd4750", (0, 1, "MA_DICH_VU"), {"0.1": {"MA_THUOC": "40.1", "TEN_THUOC": "Mẫu"}}, {"0.1": {"MA_DICH_VU": "", "MA_THUOC": "40.1", "TEN_THUOC": "Mẫu"}}, 0),
    _needed("required.checkin_ten_dich_vu", 0, 1, "TEN_DICH_VU", {"0.1": {"TEN_DICH_VU": ""}}, check_in=0),
    _needed("required.checkin_ten_thuoc", 0, 1, "TEN_THUOC", {"0.1": {"TEN_DICH_VU": ""}}, check_in=1),
    _needed("required.checkin_ten_vat_tu", 0, 1, "TEN_VAT_TU", {"0.1": {"TEN_THUOC": ""}}, check_in=2),
]  # fmt: skip
CONDITIONS[-3] = Planted("required.checkin_ten_dich_vu", "qd4750", (0, 1, "TEN_DICH_VU"), {"0.1": {"TEN_DICH_VU": ""}}, {"0.1": {"TEN_DICH_VU": "Khám"}}, 0)  # fmt: skip

PERSON = "1 6 15"
AGREEMENT = [
    _one("same.hiv_ngay_sinh", 6, 1, "NGAY_SINH", "198005200000", "197505200000"),
    _one("same.hiv_gioi_tinh", 6, 1, "GIOI_TINH", "1", "2"),
    Planted("same.hiv_cccd", "qd3176", (6, 1, "SO_CCCD"), {"6.1": {"SO_CCCD": "001175000001"}}, {"1.1": {"SO_CCCD": ""}}),
    Planted("same.hiv_cccd", "qd4750", (15, 1, "SO_CCCD"), {"15.1": {"SO_CCCD": "001175000001"}}, {"1.1": {"SO_CCCD": ""}}),
    _one("same.hiv_the", 6, 1, "MA_THE_BHYT", "GD4010000000003", "GD4010000000002"),
    _one("same.ho_ten", 13, 1, "HO_TEN", "TRẦN THỊ MẪN", "Trần Thị Mẫu"),
    _one("same.ngay_sinh", 13, 1, "NGAY_SINH", "197505210000", "197505200000"),
    _one("same.gioi_tinh", 14, 1, "GIOI_TINH", "1", "2"),
    _one("same.the", 14, 1, "MA_THE_BHYT", "GD4010000000003", "GD4010000000002"),
    _one("same.ma_bn", 15, 1, "MA_BN", "SYN0002", "SYN0001"),
    _one("unique.stt", 3, 2, "STT", "1", "7"),
    _one("same.co_so", 1, 1, "MA_CSKCB", "01001", "01000"),
    Planted("sent.chuyen_tuyen", "qd4750", (13, 1, "MA_LOAI_RV"), sums(MA_LOAI_RV="1"), sums(MA_LOAI_RV="5")),
    Planted("sent.tom_tat", "qd4750", (8, 1, "MA_LOAI_KCB"), sums(MA_LOAI_KCB="01", SO_NGAY_DTRI="0"), sums(MA_LOAI_KCB="06")),
    Planted("all_or_none.nghi_ngoai_tru", "qd4750", (7, 1, "SO_NGAY_NGHI"), {"7.1": {"NGOAITRU_TUNGAY": ""}}, {"7.1": {"SO_NGAY_NGHI": "", "NGOAITRU_TUNGAY": "", "NGOAITRU_DENNGAY": ""}}),
    _one("range.tuoi_thai_ra_vien", 7, 1, "TUOI_THAI", "43", "42"),
    _one("range.tuoi_thai_ra_vien", 11, 1, "TUOI_THAI", "0", "1"),
    _one("days.duong_thai", 10, 1, "SO_NGAY", "11", "9"),  # from the 15th to the 24th: 9, or 10 with both ends
    _one("days.arv", 6, 1, "SO_NGAY_CAP_THUOC_ARV", "29", "28"),  # from the 1st to the 29th
    Planted("days.dieu_tri_khong_130", "qd130", (1, 1, "SO_NGAY_DTRI"), sums(MA_LOAI_KCB="1"), sums(MA_LOAI_KCB="1", SO_NGAY_DTRI="0")),
    Planted("days.dieu_tri_130", "qd4750", (1, 1, "SO_NGAY_DTRI"), sums(SO_NGAY_DTRI="5"), sums(SO_NGAY_DTRI="5", NGAY_RA="202409140900")),
    Planted("days.dieu_tri_khong_3176", "qd3176", (1, 1, "SO_NGAY_DTRI"), sums(MA_LOAI_KCB="09"), sums(MA_LOAI_KCB="09", SO_NGAY_DTRI="0")),
    Planted("days.dieu_tri_3176", "qd3176", (1, 1, "SO_NGAY_DTRI"), sums(SO_NGAY_DTRI="5"), sums(MA_LOAI_KCB="05", SO_NGAY_DTRI="30")),
    _one("days.chung_tu_ra_vien", 7, 1, "NGAY_CT", "20260316", "20260315", "qd3176"),
    _one("order.vao_ra", 1, 1, "NGAY_RA", "202305092359", "202305100900", "qd4210"),
    _one("order.vao_noi_tru", 1, 1, "NGAY_VAO_NOI_TRU", "202409100859", "202409100900"),
    _one("order.yl_th", 2, 1, "NGAY_TH_YL", "202409110859", "202409110900"),
    _one("order.yl_th_130", 3, 1, "NGAY_TH_YL", "202403110859", "202403110900", "qd130"),
    _one("order.yl_kq", 3, 1, "NGAY_KQ", "202403110859", "202403110900", "qd130"),
    _one("order.hen_kham_lai", 14, 1, "NGAY_HEN_KL", "202409142359", "202409150900"),
    _one("order.hen_kham_lai", 14, 1, "NGAY_HEN_KL", "20260314", "20260315", "qd3176"),  # 8 digits: the same day will do
]  # fmt: skip
IDENTIFIERS = [
    _one("shape.the_bhyt", 11, 1, "MA_THE_BHYT", "GD6010000000002", "0100000002"),
    Planted("shape.nhom_the", "qd4750", (1, 1, "MA_THE_BHYT"), all_of("1 6 13 14", MA_THE_BHYT="GD3010000000002"), all_of("1 6 13 14", MA_THE_BHYT="HT3010000000002")),
    _one("shape.ma_bhxh", 11, 1, "MA_BHXH", "0000000000", "0000000001"),
    _one("shape.so_cccd", 0, 1, "SO_CCCD", "AB123456", "A1234567", check_in=0),
    Planted("cccd.gioi_tinh", "qd4750", (1, 1, "SO_CCCD"), all_of(PERSON, SO_CCCD="001075000000"), {**all_of(PERSON, SO_CCCD="001175000009")}),
    Planted("cccd.nam_sinh", "qd4750", (1, 1, "SO_CCCD"), all_of(PERSON, SO_CCCD="001176000000"), all_of(PERSON, SO_CCCD="001175999999")),
    Planted("cccd.tinh", "qd4750", (1, 1, "SO_CCCD"), all_of(PERSON, SO_CCCD="999175000000"), all_of(PERSON, SO_CCCD="096175000000")),
    _one("shape.ma_cskcb", 15, 1, "MA_CSKCB", "0100a", "0100A"),
    _one("shape.dkbd", 1, 1, "MA_DKBD", "010", "01000;79000"),
    _one("shape.dien_thoai", 1, 1, "DIEN_THOAI", "0100000000", "02412345678"),
    _one("shape.giuong", 3, 1, "MA_GIUONG", "A001", "H001;T002"),
    _one("shape.goi_vtyt", 3, 1, "GOI_VTYT", "G0", "G12"),
    _one("shape.icd_chinh", 1, 1, "MA_BENH_CHINH", "J189", "J18"),
    _one("shape.icd_chinh", 1, 1, "MA_BENH", "18.9", "J18.9", "qd4210"),
    _one("shape.icd_kem_theo", 1, 1, "MA_BENH_KT", "I10;X", "I10;E11.9;M01*"),
    _one("count.icd_kem_theo", 1, 1, "MA_BENH_KT", ";".join(["I10"] * 13), ";".join(["I10"] * 12)),
    _one("count.yhct", 1, 1, "MA_BENH_YHCT", ";".join(["U50.001"] * 14), ";".join(["U50.001"] * 13), "qd3176"),
    _one("shape.ma_ttdv", 1, 1, "MA_TTDV", "01000000A9", "0100000008"),
]  # fmt: skip


def _in_month(month: str) -> Changes:
    """The stay moved to a later month of 2026, when later lists hold."""
    return {
        "1.1": {"NGAY_VAO": f"{month}100900", "NGAY_VAO_NOI_TRU": f"{month}100900", "NGAY_RA": f"{month}150900"},
        "7.1": {"NGAY_CT": f"{month}15"},
        "14.1": {"NGAY_HEN_KL": f"{month}25"},
    }


def _moved(month: str, changes: Changes) -> Changes:
    moved = _in_month(month)
    return {place: {**moved.get(place, {}), **changes.get(place, {})} for place in {**moved, **changes}}


CODES = [
    _one("codes.doituong_kcb", 1, 1, "MA_DOITUONG_KCB", "1.9", "10", "qd3176"),
    _one("codes.doituong_kcb_hen", 14, 1, "MA_DOITUONG_KCB", "4", "7.2", "qd3176"),
    _one("codes.xang_dau", 3, 3, "MA_XANG_DAU", "R95", "XEDIEN", "qd3176"),
    Planted("codes.loai_kcb", "qd3176", (1, 1, "MA_LOAI_KCB"), _moved("202607", sums(MA_LOAI_KCB="17")), _moved("202607", sums(MA_LOAI_KCB="11"))),
    Planted("codes.khoa", "qd3176", (2, 1, "MA_KHOA"), _moved("202608", {"2.1": {"MA_KHOA": "X03"}}), _moved("202608", {"2.1": {"MA_KHOA": "K0809"}, "3.1": {"MA_KHOA": "K02.D35"}})),
]  # fmt: skip

PLANTED = [*MONEY, *CONDITIONS, *AGREEMENT, *IDENTIFIERS, *CODES]
