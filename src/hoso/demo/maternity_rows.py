"""Documents of pregnancy and birth: birth certificate (9) and leave to keep a pregnancy (10)."""

from __future__ import annotations

from datetime import timedelta

from hoso.demo.clock import stamp, ymd
from hoso.demo.summary_rows import RowDict, birth_weight, head, written_name
from hoso.demo.visits import Visit


def birth_row(visit: Visit) -> RowDict:
    """Table 9, in the mother's visit."""
    mother, child = visit.person, visit.plan.child
    if child is None:
        raise ValueError(f"Lượt {visit.ma_lk} không phải lượt sinh.")
    day = visit.left.date()
    province, district, commune = mother.residence_codes(day)
    surgery = visit.plan.illness.surgery
    return {
        "MA_LK": visit.ma_lk,
        "MA_BHXH_NND": mother.insurance_number,
        "MA_THE_NND": mother.card_as_sent(day),
        "HO_TEN_NND": written_name(visit),
        "NGAYSINH_NND": ymd(mother.born),
        "MA_DANTOC_NND": mother.ethnicity,
        "SO_CCCD_NND": mother.personal_id,
        "NGAYCAP_CCCD_NND": "20210601",
        "NOICAP_CCCD_NND": "Cục Cảnh sát QLHC về TTXH",
        "NOI_CU_TRU_NND": mother.address(day),
        "MA_QUOCTICH": "000",
        "MATINH_CU_TRU": province,
        "MAHUYEN_CU_TRU": district,
        "MAXA_CU_TRU": commune,
        "HO_TEN_CHA": child.father,
        "MA_THE_TAM": child.card_on(child.born),
        "HO_TEN_CON": child.name,
        "GIOI_TINH_CON": str(child.sex),
        "SO_CON": "1",
        "LAN_SINH": "1",
        "SO_CON_SONG": "1",
        "CAN_NANG_CON": str(birth_weight(visit)),
        "NGAY_SINH_CON": stamp(visit.arrived + timedelta(hours=4)),
        "NOI_SINH_CON": visit.facility.name,
        "TINH_TRANG_CON": "Khỏe mạnh",
        "SINHCON_PHAUTHUAT": "1" if surgery else "0",
        "SINHCON_DUOI32TUAN": "0",
        "GHI_CHU": "Sinh con phải phẫu thuật" if surgery else "Dữ liệu tổng hợp (SYN)",
        "NGUOI_DO_DE": "NỮ HỘ SINH MẪU",
        "NGUOI_GHI_PHIEU": "NHÂN VIÊN MẪU",
        "NGAY_CT": ymd(visit.left),
        "SO": f"SYN.GCS.{visit.ma_lk[9:]}",
        "QUYEN_SO": f"SYN/{visit.left.year}",
        "MA_TTDV": head(visit),
    }


def pregnancy_leave_row(visit: Visit) -> RowDict:
    """Table 10; both ends of the leave count."""
    days = 10
    return {
        "MA_LK": visit.ma_lk,
        "SO_SERI": f"SYN{visit.ma_lk[9:]}",
        "SO_CT": f"SYN-DT-{visit.ma_lk[9:]}",
        "SO_NGAY": str(days),
        "DON_VI": visit.person.employer or "Lao động tự do (mẫu)",
        "CHAN_DOAN_RV": "dưỡng thai",
        "TU_NGAY": ymd(visit.left),
        "DEN_NGAY": ymd(visit.left + timedelta(days=days - 1)),
        "MA_TTDV": head(visit),
        "TEN_BS": "BÁC SĨ MẪU",
        "MA_BS": visit.doctor,
        "NGAY_CT": ymd(visit.left),
    }
