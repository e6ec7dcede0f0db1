"""Tables 2 to 5: drugs, services, results and notes, with the tags of all four versions."""

from __future__ import annotations

from hoso.demo.catalogue import Service
from hoso.demo.money import Split
from hoso.demo.orders import ServiceOrder
from hoso.demo.visits import DrugLine, ServiceLine, Visit

RowDict = dict[str, str]
_ANAESTHESIA_GROUP = 8
_PERFORMED = (1, 2, 3, 8, 18)
_MACHINE = {1: "SH", 2: "SA", 3: "ĐT"}
_SOURCES = {"T_NGUONKHAC_VTNN": "0.00", "T_NGUONKHAC_VTTN": "0.00", "T_NGUONKHAC_CL": "0.00"}


def drug_rows(visit: Visit) -> list[RowDict]:
    """Table 2."""
    shared = _shared(visit)
    tender = f"001/QĐ-SYN;G1;N1;{visit.left.year}"
    return [shared | _drug(visit, line, tender) | {"STT": str(number)} for number, line in enumerate(visit.drugs, 1)]


def service_rows(visit: Visit) -> list[RowDict]:
    """Table 3."""
    shared = _shared(visit)
    return [shared | _service(visit, line) | {"STT": str(number)} for number, line in enumerate(visit.services, 1)]


def result_rows(visit: Visit) -> list[RowDict]:
    """Table 4."""
    reader = visit.facility.licence(31)
    return [
        {
            "MA_LK": visit.ma_lk,
            "STT": str(number),
            "MA_DICH_VU": result.service.code,
            "MA_CHI_SO": result.code or (result.service.key if visit.version == "130" else ""),
            "TEN_CHI_SO": result.name,
            "GIA_TRI": result.value,
            "DON_VI_DO": result.unit,
            "MO_TA": result.text,
            "KET_LUAN": result.conclusion,
            "NGAY_KQ": result.at,
            "MA_BS_DOC_KQ": reader,
        }
        for number, result in enumerate(visit.results, 1)
    ]


def note_rows(visit: Visit) -> list[RowDict]:
    """Table 5."""
    return [
        {
            "MA_LK": visit.ma_lk,
            "STT": str(number),
            "DIEN_BIEN": note.text,
            "DIEN_BIEN_LS": note.text,
            "NGAY_YL": note.at,
            "THOI_DIEM_DBLS": note.at,
            "NGUOI_THUC_HIEN": visit.doctor,
        }
        for number, note in enumerate(visit.notes, 1)
    ]


def _shared(visit: Visit) -> RowDict:
    return {
        "MA_LK": visit.ma_lk,
        "PHAM_VI": "1" if visit.benefit else "2",
        "MA_KHOA": visit.department,
        "MA_BAC_SI": visit.doctor,
        "MA_BENH": visit.plan.illness.icd,
        "MA_PTTT": "1",
    }


def _amounts(split: Split) -> RowDict:
    other = str(split.other)
    return _SOURCES | {
        "THANH_TIEN": str(split.insured),
        "THANH_TIEN_BV": str(split.hospital),
        "THANH_TIEN_BH": str(split.insured),
        "T_NGUONKHAC_NSNN": other,
        "T_NGUONKHAC": other,
        "MUC_HUONG": str(split.level),
        "T_BNTT": str(split.patient),
        "T_BNCCT": str(split.copayment),
        "T_BHTT": str(split.fund),
        "T_NGOAIDS": str(split.fund),
    }


def _drug(visit: Visit, line: DrugLine, tender: str) -> RowDict:
    drug, order = line.drug, line.order
    reduced = visit.version == "4210" and drug.rate not in (0, 100)
    return _amounts(line.split) | {
        "MA_THUOC": drug.code,
        "MA_NHOM": "6" if reduced else "4",
        "TEN_THUOC": drug.name,
        "DON_VI_TINH": drug.unit,
        "HAM_LUONG": drug.strength,
        "DUONG_DUNG": drug.route,
        "DANG_BAO_CHE": drug.form,
        "LIEU_DUNG": order.dose,
        "CACH_DUNG": "Theo đơn (mẫu)",
        "SO_DANG_KY": f"SYN-{drug.code[3:]}-00",
        "TT_THAU": tender,
        "TYLE_TT": str(line.insured_rate),
        "TYLE_TT_BH": str(line.insured_rate),
        "SO_LUONG": f"{order.quantity:.3f}",
        "DON_GIA": f"{drug.price:.3f}",
        "NGAY_YL": order.ordered,
        "NGAY_TH_YL": order.ordered if order.inside else "",
        "NGUON_CTRA": "3" if drug.rate == 0 else "1",
    }


def _service(visit: Visit, line: ServiceLine) -> RowDict:
    service, order = line.service, line.order
    supply = service.group == 10
    return (
        _amounts(line.split)
        | {
            "MA_DICH_VU": "" if supply else service.code,
            "TEN_DICH_VU": "" if supply else service.name,
            "MA_VAT_TU": service.code if supply else "",
            "TEN_VAT_TU": service.name if supply else "",
            "TT_THAU": f"002/QĐ-SYN;G1;N1;{visit.left.year}" if supply else "",
            "T_TRANTT": f"{service.ceiling:.2f}" if service.ceiling is not None else "",
            "MA_NHOM": str(service.group),
            "DON_VI_TINH": "Cái" if supply else "Ngày" if service.group == 15 else "Lần",
            "MA_PTTT_QT": service.icd9,
            "SO_LUONG": f"{order.quantity:.3f}",
            "DON_GIA": f"{line.insured_price:.3f}",
            "DON_GIA_BV": f"{line.price:.3f}",
            "DON_GIA_BH": f"{line.insured_price:.3f}",
            "TYLE_TT": str(line.insured_rate),
            "TYLE_TT_DV": str(order.rate),
            "TYLE_TT_BH": str(line.insured_rate),
            "MA_GIUONG": order.bed,
            "NGAY_YL": order.ordered,
        }
        | _performance(visit, service, order)
    )


def _performance(visit: Visit, service: Service, order: ServiceOrder) -> RowDict:
    if service.group == 10:
        return {}
    machine = _MACHINE.get(service.group)
    return {
        "NGUOI_THUC_HIEN": visit.facility.licence(21 + service.group) if service.group in _PERFORMED else "",
        "NGAY_TH_YL": order.done,
        "NGAY_KQ": order.reported,
        "PP_VO_CAM": "2" if service.group == _ANAESTHESIA_GROUP else "",
        "MA_MAY": f"{machine}.1.SYN0001" if machine else "",
    }
