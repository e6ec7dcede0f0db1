"""Records of the HIV (6) and tuberculosis (15) programmes."""

from __future__ import annotations

from datetime import timedelta

from hoso.demo.clock import ymd
from hoso.demo.summary_rows import RowDict, identity
from hoso.demo.visits import Visit


def hiv_row(visit: Visit) -> RowDict:
    """Table 6. Group numbers were renumbered in QĐ 3176: 'other' is 11 in both."""
    began = visit.plan.since
    days = max((line.order.days for line in visit.drugs), default=28)
    load = next((result for result in visit.results if result.code == "HIVVL"), None)
    sampled = ymd(visit.arrived) if load else ""
    return identity(visit) | {
        "NGAYKD_HIV": ymd(began - timedelta(days=30)),
        "NOI_LAY_MAU_XN": visit.facility.code,
        "NOI_XN_KD": visit.facility.code,
        "NOI_BDDT_ARV": visit.facility.code,
        "BDDT_ARV": ymd(began),
        "MA_PHAC_DO_DIEU_TRI_BD": "TDF+3TC+DTG",
        "MA_BAC_PHAC_DO_BD": "1",
        "MA_LYDO_DTRI": "1",
        "LOAI_DTRI_LAO": "0",
        "SANG_LOC_LAO": "2",
        "KQ_DTRI_LAO": "7",
        "MA_LYDO_XNTL_VR": "1" if load else "",
        "NGAY_XN_TLVR": sampled,
        "KQ_XNTL_VR": "2" if load else "",
        "NGAY_KQ_XN_TLVR": sampled,
        "MA_LOAI_BN": "1",
        "GIAI_DOAN_LAM_SANG": "1",
        "NHOM_DOI_TUONG": "11",
        "MA_TINH_TRANG_DK": "9",
        "NGAY_BAT_DAU_DT_CTX": ymd(began),
        "MA_XU_TRI": "1",
        "NGAY_BAT_DAU_XU_TRI": ymd(visit.left),
        "NGAY_KET_THUC_XU_TRI": ymd(visit.left + timedelta(days=days)),
        "MA_PHAC_DO_DIEU_TRI": "TDF+3TC+DTG",
        "MA_BAC_PHAC_DO": "1",
        "SO_NGAY_CAP_THUOC_ARV": str(days),
        "NGAY_CHUYEN_PHAC_DO": ymd(began),
        "LY_DO_CHUYEN_PHAC_DO": "5",
    }


def tuberculosis_row(visit: Visit) -> RowDict:
    """Table 15: new pulmonary tuberculosis, resistant to one drug.

    The BHXH portal requires the class of resistance and the two last dates of every patient, and its list
    has no class for sensitive tuberculosis: so they are filled, with the start of the treatment.
    """
    began = visit.plan.since
    finished = (visit.left.date() - began).days >= 180
    return identity(visit) | {
        "PHANLOAI_LAO_VITRI": "1",
        "PHANLOAI_LAO_TS": "1",
        "PHANLOAI_LAO_HIV": "2",
        "PHANLOAI_LAO_VK": "1",
        "PHANLOAI_LAO_KT": "1",
        "LOAI_DTRI_LAO": "3",
        "NGAYBD_DTRI_LAO": ymd(began),
        "PHACDO_DTRI_LAO": "19",
        "NGAYKT_DTRI_LAO": ymd(began + timedelta(days=180)) if finished else "",
        "KET_QUA_DTRI_LAO": "2" if finished else "6",
        "BDDT_ARV": ymd(began),
        "NGAY_BAT_DAU_DT_CTX": ymd(began),
    }
