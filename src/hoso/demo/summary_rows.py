"""Table 1, the summary of the visit, with the tags of all four versions."""

from __future__ import annotations

from datetime import date, timedelta

from hoso.demo.catalogue import icd10
from hoso.demo.clock import stamp, ymd
from hoso.demo.people import Person
from hoso.demo.visits import Visit

RowDict = dict[str, str]
_LEGACY_CARE_TYPE = {"01": "1", "05": "2", "08": "2", "03": "3"}
_LEGACY_ROUTE = {"2": "2", "3.3": "4", "1.11": "4"}


def birth(person: Person, version: str) -> str:
    """Date of birth; of some of the old only the year is known."""
    year_only = person.born.year < 1960 and person.number % 7 == 0
    if version == "4210":
        return str(person.born.year) if year_only else ymd(person.born)
    return f"{person.born.year}00000000" if year_only else f"{ymd(person.born)}0000"


def written_name(visit: Visit) -> str:
    """The name as the facility writes it."""
    return visit.person.name.upper() if visit.facility.writes_capitals else visit.person.name


def diagnosis(visit: Visit) -> str:
    """Main and secondary diagnoses in words."""
    names = [visit.plan.illness.name] + [icd10()[code] for code in secondary_codes(visit)]
    return f"{'; '.join(names)} (mẫu)"


def secondary_codes(visit: Visit) -> list[str]:
    """Comorbidities of adults."""
    return list(visit.plan.illness.comorbid)


def patient_number(visit: Visit) -> str:
    """MA_BN of the facility."""
    return f"SYN{visit.facility.code}{visit.person.number:07d}"


def head(visit: Visit) -> str:
    """MA_TTDV: social-insurance number until QĐ 4750, licence from QĐ 3176."""
    return visit.facility.licence(99) if visit.version == "3176" else visit.facility.head_insurance_number


def identity(visit: Visit) -> RowDict:
    """The identity tags that tables 1, 6, 13, 14 and 15 repeat."""
    person, day = visit.person, visit.left.date()
    province, district, commune = person.residence_codes(day)
    card = person.card_as_sent(day)
    return {
        "MA_LK": visit.ma_lk,
        "STT": "1",
        "MA_BN": patient_number(visit),
        "HO_TEN": written_name(visit),
        "SO_CCCD": person.id_on(day),
        "NGAY_SINH": birth(person, visit.version),
        "GIOI_TINH": str(person.sex),
        "MA_QUOCTICH": "000",
        "MA_DANTOC": person.ethnicity,
        "MA_NGHE_NGHIEP": person.occupation[:2] if visit.version == "3176" else person.occupation,
        "DIA_CHI": person.address(day),
        "MATINH_CU_TRU": province,
        "MAHUYEN_CU_TRU": district,
        "MAXA_CU_TRU": commune,
        "MA_THE": card,
        "MA_THE_BHYT": card,
        "GT_THE_DEN": f"{visit.left.year}1231" if card else "",
        "MA_CSKCB": visit.facility.code,
    }


def stay(visit: Visit) -> RowDict:
    """Times, diagnoses and outcome, as several tables repeat them."""
    codes = ";".join(secondary_codes(visit))
    return {
        "NGAY_VAO": stamp(visit.arrived),
        "NGAY_VAO_NOI_TRU": stamp(visit.admitted) if visit.admitted else "",
        "NGAY_RA": stamp(visit.left),
        "CHAN_DOAN_VAO": f"Theo dõi {visit.plan.illness.name}",
        "CHAN_DOAN_RV": diagnosis(visit),
        "TEN_BENH": diagnosis(visit),
        "MA_BENH": visit.plan.illness.icd,
        "MA_BENH_CHINH": visit.plan.illness.icd,
        "MA_BENHKHAC": codes,
        "MA_BENH_KT": codes,
        "KET_QUA_DTRI": str(visit.result),
        "MA_LOAI_RV": str(visit.discharge),
        "TINH_TRANG_RV": str(visit.discharge),
        "MA_LOAI_KCB": care_type(visit),
        "MA_DOITUONG_KCB": visit.category,
    }


def care_type(visit: Visit) -> str:
    """MA_LOAI_KCB: three codes in QĐ 4210, a number in QĐ 130, two digits from QĐ 4750."""
    if visit.version == "4210":
        return _LEGACY_CARE_TYPE[visit.care_type]
    return visit.care_type.lstrip("0") if visit.version == "130" else visit.care_type


def summary_row(visit: Visit) -> RowDict:
    """Table 1."""
    return identity(visit) | stay(visit) | _insurance(visit) | _course(visit) | _sums(visit)


def _insurance(visit: Visit) -> RowDict:
    person = visit.person
    if not visit.benefit:
        return {}
    return {
        "MA_DKBD": person.registered.code,
        "GT_THE_TU": ymd(max(person.born, date(visit.left.year, 1, 1))),
        "NAM_NAM_LIEN_TUC": "20200101" if person.number % 3 == 0 and person.born.year < 2000 else "",
    }


def _course(visit: Visit) -> RowDict:
    plan, person = visit.plan, visit.person
    procedures = [line.service.icd9 for line in visit.services if line.service.icd9]
    referred = plan.referred_from.code if plan.referred_from else ""
    return {
        "DIEN_THOAI": person.phone,
        "LY_DO_VV": plan.illness.complaint,
        "LY_DO_VNT": plan.illness.complaint if visit.inpatient else "",
        "MA_LYDO_VVIEN": _LEGACY_ROUTE.get(visit.category, "1"),
        "MA_PTTT_QT": ";".join(procedures),
        "MA_NOI_DI": referred,
        "MA_NOI_CHUYEN": referred,
        "MA_NOI_DEN": "80901" if visit.discharge == 2 else "",
        "GIAY_CHUYEN_TUYEN": f"SYN-CT-{visit.person.number:07d}" if visit.category == "1.3" else "",
        "MA_TAI_NAN": str(plan.illness.accident),
        "SO_NGAY_DTRI": str(visit.treatment_days),
        "PP_DIEU_TRI": "Phẫu thuật" if plan.illness.surgery else "Nội khoa",
        "GHI_CHU": "Dữ liệu tổng hợp (SYN)",
        "NGAY_TTOAN": stamp(visit.left + timedelta(minutes=15)),
        "NAM_QT": str(visit.left.year),
        "THANG_QT": str(visit.left.month),
        "MA_KHOA": visit.department if visit.department == "K01" else f"K01;{visit.department}",
        "CAN_NANG": f"{person.weight_on(plan.day):.2f}",
        "CAN_NANG_CON": str(birth_weight(visit)) if plan.child else "",
        "NGAY_TAI_KHAM": ymd(visit.left + timedelta(days=visit.revisit_days)) if visit.revisit_days else "",
        "MA_HSBA": f"SYN/{visit.left.year}/{visit.ma_lk[9:]}",
        "MA_TTDV": head(visit),
        "DU_PHONG": str(person.height_on(plan.day)) if visit.version == "3176" else "",
    }


def birth_weight(visit: Visit) -> int:
    """Weight of the newborn in grams."""
    child = visit.plan.child
    return 3100 + int(child.health[0] * 500) if child else 0


def _sums(visit: Visit) -> RowDict:
    sums = visit.totals
    return {
        "T_THUOC": str(sums.drugs),
        "T_VTYT": str(sums.supplies),
        "T_TONGCHI": str(sums.insured),
        "T_TONGCHI_BV": str(sums.hospital),
        "T_TONGCHI_BH": str(sums.insured),
        "T_BNTT": str(sums.patient),
        "T_BNCCT": str(sums.copayment),
        "T_BHTT": str(sums.fund),
        "T_NGUONKHAC": str(sums.other),
        "T_BHTT_GDV": str(sums.fund),
        "T_NGOAIDS": str(sums.fund),
    }
