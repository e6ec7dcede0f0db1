"""Defects planted on purpose (`hoso generate --defects 0.03`): each breaks one rule of the exchange decisions.

To add one: a line in `DEFECTS` with the name of the rule, the table, the tag that is found, the versions, and how the row
is changed. The names are those under which a finding must be reported; nothing here knows how that is done. A defect must
break its rule alone, so amounts are only changed where no second formula could give the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from hoso.demo.claims import Tables
from hoso.demo.summary_rows import RowDict
from hoso.demo.tables import table

Values = Callable[[RowDict], Mapping[str, str]]
Where = Callable[[RowDict], bool]
ALL = ("4210", "130", "4750", "3176")
NEW = ("130", "4750", "3176")
LATEST = ("4750", "3176")
PERFORMED = ("1", "2", "3", "8", "18")


@dataclass(frozen=True, slots=True)
class Defect:
    """A rule to break: the row of `table` that `where` holds for is given `values`, and `tag` is what is found wrong."""

    rule: str
    table: int
    tag: str
    versions: tuple[str, ...]
    values: Values
    where: Where = lambda row: True
    second: bool = False  # the second line that fits is changed

    def plant(self, version: str, tables: Tables) -> bool:
        """Change the tables; False where the visit has nothing to change."""
        if version not in self.versions:
            return False
        shape = table(version, self.table)
        fitting = [row for row in tables.get(self.table, ()) if self.where(row)]
        place = 1 if self.second else 0
        if shape is None or len(fitting) <= place:
            return False
        row = fitting[place]
        changed = self.values(row)
        if not changed.keys() <= set(shape.tags) or all(row.get(tag, "") == value for tag, value in changed.items()):
            return False
        row.update(changed)
        return True


def choose(rng: Random, version: str, make: Callable[[], Tables]) -> Defect | None:
    """A defect that fits the visit; rare ones have the same chance as frequent ones, so all kinds come up."""
    fitting = [defect for defect in DEFECTS if defect.plant(version, make())]
    return rng.choice(fitting) if fitting else None


def _set(**values: str) -> Values:
    return lambda row: values


def _more(tag: str, amount: int) -> Values:
    return lambda row: {tag: str(Decimal(row.get(tag) or "0.00") + amount)}


def _year_before(tag: str, than: str) -> Values:
    """A moment a year before another."""
    return lambda row: {tag: f"{int(row[than][:4]) - 1}{row[than][4:]}"}


def _filled(tag: str) -> Where:
    return lambda row: bool(row.get(tag))


def _performed(row: RowDict) -> bool:
    return row.get("MA_NHOM") in PERFORMED


def _whole_rate(row: RowDict) -> bool:
    """Paid at 100 % without another payer: one formula gives each amount."""
    return row.get("TYLE_TT_DV", "100") == row["TYLE_TT_BH"] == "100" and row["T_NGUONKHAC"] == "0.00"


def _summed(rule: str, tag: str, versions: tuple[str, ...] = NEW) -> Defect:
    return Defect(rule, 1, tag, versions, _more(tag, 50_000))


DEFECTS = (
    Defect("structure.required", 1, "LY_DO_VV", NEW, _set(LY_DO_VV="")),
    Defect("structure.required", 1, "DIA_CHI", ALL, _set(DIA_CHI="")),
    Defect("structure.required", 2, "LIEU_DUNG", NEW, _set(LIEU_DUNG="")),
    Defect("structure.required", 3, "DON_VI_TINH", NEW, _set(DON_VI_TINH="")),
    Defect("structure.size", 2, "DUONG_DUNG", ALL, _set(DUONG_DUNG="2.10.99")),
    Defect("structure.size", 3, "DON_VI_TINH", ALL, _set(DON_VI_TINH="Lần (mẫu) " * 9)),
    Defect("structure.number", 1, "SO_NGAY_DTRI", ALL, _set(SO_NGAY_DTRI="ba")),
    Defect("structure.number", 2, "SO_LUONG", ALL, _set(SO_LUONG="mười")),
    Defect("structure.date", 3, "NGAY_YL", ALL, lambda row: {"NGAY_YL": f"{row['NGAY_YL'][:4]}1399{row['NGAY_YL'][8:]}"}),
    Defect("structure.code", 1, "KET_QUA_DTRI", ALL, _set(KET_QUA_DTRI="9")),
    Defect("structure.code", 1, "MA_TAI_NAN", ALL, _set(MA_TAI_NAN="9")),
    Defect("structure.code", 2, "PHAM_VI", ALL, _set(PHAM_VI="7")),
    Defect("structure.ma_lk", 3, "MA_LK", ALL, _set(MA_LK="SYN.KHAC")),
    Defect("required.thuoc_tt_thau", 2, "TT_THAU", NEW, _set(TT_THAU="")),
    Defect("required.vtyt_tt_thau", 3, "TT_THAU", NEW, _set(TT_THAU=""), lambda row: row["MA_NHOM"] == "10"),
    Defect("required.nguoi_thuc_hien", 3, "NGUOI_THUC_HIEN", NEW, _set(NGUOI_THUC_HIEN=""), _performed),
    Defect("required.ngay_th_yl", 3, "NGAY_TH_YL", NEW, _set(NGAY_TH_YL=""), _performed),
    Defect("required.ngay_kq", 4, "NGAY_KQ", NEW, _set(NGAY_KQ=""), _filled("GIA_TRI")),
    Defect("required.ten_dich_vu", 3, "TEN_DICH_VU", ALL, _set(TEN_DICH_VU=""), _filled("MA_DICH_VU")),
    Defect("required.pcr", 6, "MA_KQ_XN_PCR", NEW, _set(MA_TINH_TRANG_DK="1", LAN_XN_PCR="1", NGAY_XN_PCR="20240101", NGAY_KQ_XN_PCR="20240101")),
    Defect("order.vao_noi_tru", 1, "NGAY_VAO_NOI_TRU", NEW, _year_before("NGAY_VAO_NOI_TRU", "NGAY_VAO"), _filled("NGAY_VAO_NOI_TRU")),
    Defect("order.yl_th", 2, "NGAY_TH_YL", LATEST, _year_before("NGAY_TH_YL", "NGAY_YL"), _filled("NGAY_TH_YL")),
    Defect("order.yl_th", 3, "NGAY_TH_YL", LATEST, _year_before("NGAY_TH_YL", "NGAY_YL"), _filled("NGAY_TH_YL")),
    Defect("order.yl_th_130", 3, "NGAY_TH_YL", ("130",), _year_before("NGAY_TH_YL", "NGAY_YL"), _filled("NGAY_TH_YL")),
    Defect("order.yl_kq", 3, "NGAY_KQ", ALL, _year_before("NGAY_KQ", "NGAY_YL"), _filled("NGAY_KQ")),
    Defect("order.hen_kham_lai", 14, "NGAY_HEN_KL", LATEST, _year_before("NGAY_HEN_KL", "NGAY_HEN_KL")),
    Defect("shape.dien_thoai", 1, "DIEN_THOAI", NEW, _set(DIEN_THOAI="0100000000")),
    Defect("shape.icd_chinh", 1, "MA_BENH_CHINH", NEW, _set(MA_BENH_CHINH="J189X")),
    Defect("shape.icd_chinh", 1, "MA_BENH", ("4210",), _set(MA_BENH="J189X")),
    Defect("shape.giuong", 3, "MA_GIUONG", NEW, _set(MA_GIUONG="A001"), _filled("MA_GIUONG")),
    Defect("shape.dkbd", 1, "MA_DKBD", ALL, _set(MA_DKBD="80"), _filled("MA_DKBD")),
    Defect("shape.ma_bhxh", 11, "MA_BHXH", NEW, _set(MA_BHXH="0000000000")),
    Defect("shape.ma_ttdv", 1, "MA_TTDV", ("4750",), _set(MA_TTDV="80000A0099")),
    Defect("count.icd_kem_theo", 1, "MA_BENH_KT", NEW, _set(MA_BENH_KT=";".join(["I10"] * 13))),
    Defect("unique.stt", 3, "STT", ALL, _set(STT="1"), second=True),
    Defect("sent.chuyen_tuyen", 13, "MA_LOAI_RV", LATEST, _set(MA_LOAI_RV="1")),
    Defect("days.dieu_tri_khong_130", 1, "SO_NGAY_DTRI", ("130", "4750"), _set(SO_NGAY_DTRI="44"), lambda row: row["MA_LOAI_KCB"] in ("1", "01")),
    Defect("days.dieu_tri_130", 1, "SO_NGAY_DTRI", ("130", "4750"), _set(SO_NGAY_DTRI="44"), lambda row: row["MA_LOAI_KCB"] in ("3", "03")),
    Defect("days.dieu_tri_3176", 1, "SO_NGAY_DTRI", ("3176",), _set(SO_NGAY_DTRI="44"), lambda row: row["MA_LOAI_KCB"] in ("01", "03")),
    Defect("days.duong_thai", 10, "SO_NGAY", NEW, _set(SO_NGAY="30")),
    Defect("days.arv", 6, "SO_NGAY_CAP_THUOC_ARV", NEW, _set(SO_NGAY_CAP_THUOC_ARV="999")),
    Defect("all_or_none.nghi_ngoai_tru", 7, "SO_NGAY_NGHI", NEW, _set(SO_NGAY_NGHI="3")),
    Defect("range.tuoi_thai_ra_vien", 7, "TUOI_THAI", NEW, _set(TUOI_THAI="50")),
    Defect("same.ho_ten", 14, "HO_TEN", LATEST, _set(HO_TEN="NGƯỜI KHÁC MẪU")),
    Defect("same.gioi_tinh", 14, "GIOI_TINH", LATEST, lambda row: {"GIOI_TINH": "1" if row["GIOI_TINH"] == "2" else "2"}),
    Defect("rate.kham", 3, "TYLE_TT_DV", ("130",), _set(TYLE_TT_DV="40"), lambda row: row["MA_NHOM"] == "13" and row["TYLE_TT_BH"] == row["TYLE_TT_DV"] == "100"),
    Defect("money.thuoc_bv", 2, "THANH_TIEN_BV", NEW, _more("THANH_TIEN_BV", 7_000), _whole_rate),
    Defect("money.nguon_khac", 2, "T_NGUONKHAC", NEW, _more("T_NGUONKHAC_CL", 1_000), _whole_rate),
    Defect("money.thuoc_bh", 2, "THANH_TIEN_BH", ("130", "4750"), _more("THANH_TIEN_BH", 7_000), _whole_rate),
    Defect("money.3176.thuoc_bh", 2, "THANH_TIEN_BH", ("3176",), _more("THANH_TIEN_BH", 7_000), _whole_rate),
    Defect("money.dvkt_bv_130", 3, "THANH_TIEN_BV", ("130",), _more("THANH_TIEN_BV", 7_000), _whole_rate),
    Defect("money.dvkt_bv_4750", 3, "THANH_TIEN_BV", ("4750",), _more("THANH_TIEN_BV", 7_000), _whole_rate),
    Defect("money.3176.dvkt_bv", 3, "THANH_TIEN_BV", ("3176",), _more("THANH_TIEN_BV", 7_000), _whole_rate),
    Defect("money.dvkt_bh", 3, "THANH_TIEN_BH", ("130", "4750"), _more("THANH_TIEN_BH", 7_000), _whole_rate),
    Defect("money.3176.dvkt_bh", 3, "THANH_TIEN_BH", ("3176",), _more("THANH_TIEN_BH", 7_000), _whole_rate),
    Defect("money.chia", 2, "T_BHTT", ("130", "4750"), _more("T_BHTT", 5_000), _whole_rate),
    Defect("money.chia", 3, "T_BNCCT", ("130", "4750"), _more("T_BNCCT", 5_000), _whole_rate),
    Defect("money.3176.chia_thuoc", 2, "T_BHTT", ("3176",), _more("T_BHTT", 5_000), _whole_rate),
    Defect("money.3176.chia_dvkt", 3, "T_BNTT", ("3176",), _more("T_BNTT", 5_000), _whole_rate),
    Defect("money.4210.thanh_tien", 2, "THANH_TIEN", ("4210",), _more("THANH_TIEN", 7_000)),
    Defect("money.4210.thuoc_bhtt", 2, "T_BHTT", ("4210",), _more("T_BHTT", 7_000)),
    _summed("sums.thuoc", "T_THUOC"),
    _summed("sums.vtyt", "T_VTYT"),
    _summed("sums.tongchi_bv", "T_TONGCHI_BV"),
    _summed("sums.tongchi_bh", "T_TONGCHI_BH"),
    _summed("sums.bntt", "T_BNTT"),
    _summed("sums.bncct", "T_BNCCT"),
    _summed("sums.nguonkhac", "T_NGUONKHAC"),
    _summed("sums.bhtt", "T_BHTT"),
    _summed("sums.bhtt_gdv", "T_BHTT_GDV"),
    _summed("sums.4210.tongchi", "T_TONGCHI", ("4210",)),
    _summed("sums.4210.thuoc", "T_THUOC", ("4210",)),
    _summed("sums.4210.bhtt", "T_BHTT", ("4210",)),
)  # fmt: skip
