"""Documents of a visit: discharge (7), summary (8), sick leave (11), referral (13) and re-visit letter (14)."""

from __future__ import annotations

from datetime import timedelta

from hoso.demo.clock import ymd
from hoso.demo.summary_rows import RowDict, diagnosis, head, identity, patient_number, stay
from hoso.demo.visits import Visit


def discharge_row(visit: Visit) -> RowDict:
    """Table 7, for inpatients."""
    person = visit.person
    minor = person.age(visit.left.date()) < 16
    return stay(visit) | {
        "MA_LK": visit.ma_lk,
        "SO_LUU_TRU": f"SYN/{visit.left.year}/{visit.ma_lk[9:]}",
        "MA_YTE": patient_number(visit),
        "MA_KHOA_RV": visit.department,
        "MA_DINH_CHI_THAI": "0",
        "PP_DIEUTRI": treatment(visit),
        "GHI_CHU": "Dữ liệu tổng hợp (SYN)",
        "MA_TTDV": head(visit),
        "MA_BS": visit.doctor,
        "TEN_BS": "BÁC SĨ MẪU",
        "NGAY_CT": ymd(visit.left),
        "HO_TEN_CHA": person.father if minor else "",
        "HO_TEN_ME": person.mother if minor else "",
    }


def record_summary_row(visit: Visit) -> RowDict:
    """Table 8, for inpatients."""
    person = visit.person
    minor = person.age(visit.left.date()) < 16
    return stay(visit) | {
        "MA_LK": visit.ma_lk,
        "HO_TEN_CHA": person.father if minor else "",
        "HO_TEN_ME": person.mother if minor else "",
        "DON_VI": person.employer,
        "QT_BENHLY": f"{visit.plan.illness.complaint}, vào viện (mẫu)",
        "TOMTAT_KQ": findings_text(visit),
        "PP_DIEUTRI": treatment(visit),
        "GHI_CHU": "Dữ liệu tổng hợp (SYN)",
        "MA_TTDV": head(visit),
        "NGAY_CT": ymd(visit.left),
    }


def sick_leave_row(visit: Visit) -> RowDict:
    """Table 11, for employed outpatients."""
    person = visit.person
    days = 1 + person.number % 3
    return {
        "MA_LK": visit.ma_lk,
        "SO_CT": f"SYN-CT07-{visit.ma_lk[9:]}",
        "SO_SERI": f"SYN{visit.ma_lk[9:]}",
        "SO_KCB": f"SYN{visit.ma_lk[9:]}",
        "DON_VI": person.employer,
        "MA_BHXH": person.insurance_number,
        "MA_THE_BHYT": person.card_as_sent(visit.left.date()),
        "CHAN_DOAN_RV": diagnosis(visit),
        "PP_DIEUTRI": treatment(visit),
        "MA_DINH_CHI_THAI": "0",
        "SO_NGAY_NGHI": str(days),
        "TU_NGAY": ymd(visit.left),
        "DEN_NGAY": ymd(visit.left + timedelta(days=days - 1)),
        "MA_TTDV": head(visit),
        "MA_BS": visit.doctor,
        "NGAY_CT": ymd(visit.left),
        "MAU_SO": "CT07",
    }


def referral_row(visit: Visit) -> RowDict:
    """Table 13; both the names of QĐ 4750 and of QĐ 3176."""
    number = visit.ma_lk[9:]
    signs = f"{visit.plan.illness.complaint} (mẫu)"
    state = "Tỉnh, tiếp xúc được, huyết động ổn (mẫu)"
    return (
        identity(visit)
        | stay(visit)
        | {
            "SO_HOSO": f"SYN-{number}",
            "SO_CHUYENTUYEN": f"SYN-{number}",
            "GIAY_CHUYEN_TUYEN": f"SYN-CT-{visit.person.number:07d}",
            "MA_NOI_DI": visit.facility.code,
            "MA_NOI_DEN": "80901",
            "MA_CSKCB_DI": visit.facility.code,
            "MA_CSKCB_DEN": "80901",
            "DAU_HIEU_LS": signs,
            "QT_BENHLY": signs,
            "TOMTAT_KQ": findings_text(visit),
            "PP_DIEUTRI": treatment(visit),
            "PP_DIEU_TRI": state,
            "TINH_TRANG_CT": state,
            "TEN_DICH_VU": visit.services[0].service.name,
            "TEN_THUOC": visit.drugs[0].drug.name if visit.drugs else "",
            "MA_LYDO_CT": "1",
            "HUONG_DIEU_TRI": "Chuyển tuyến trên (mẫu)",
            "PHUONGTIEN_VC": "Xe cứu thương",
            "HOTEN_NGUOI_HT": "ĐIỀU DƯỠNG MẪU",
            "CHUCDANH_NGUOI_HT": "Điều dưỡng",
            "MA_BAC_SI": visit.doctor,
            "MA_TTDV": head(visit),
        }
    )


def revisit_row(visit: Visit) -> RowDict:
    """Table 14; the day has 12 digits in QĐ 4750 and 8 in QĐ 3176."""
    day = ymd(visit.left + timedelta(days=visit.revisit_days))
    return (
        identity(visit)
        | stay(visit)
        | {
            "SO_GIAYHEN_KL": f"SYN-HK-{visit.ma_lk[9:]}",
            "NGAY_HEN_KL": f"{day}0800" if visit.version == "4750" else day,
            "MA_BAC_SI": visit.doctor,
            "MA_TTDV": head(visit),
            "NGAY_CT": ymd(visit.left),
        }
    )


def treatment(visit: Visit) -> str:
    """Kind of treatment in a word."""
    return "Ngoại khoa" if visit.plan.illness.surgery else "Nội khoa"


def findings_text(visit: Visit) -> str:
    """The first results of the visit in one line."""
    parts = [
        f"{result.name}: {result.value or result.conclusion} {result.unit}".strip() for result in visit.results[:4]
    ]
    return "; ".join(parts) or "Không có kết quả cận lâm sàng (mẫu)"
