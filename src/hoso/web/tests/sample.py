"""Made-up people, visits and packages to render pages with; nobody real."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from hoso.core.vietnamese.folding import fold
from hoso.engines.intake.models import Account, DeskAct, FindingRow, PackageRow, VisitRow
from hoso.engines.people.detail_history import DetailHistory, history
from hoso.engines.people.details import Statement, detail_kinds
from hoso.engines.people.models import BirthDate, Conflict, Identifier, Person, PersonHit, SearchAnswer, Sex
from hoso.engines.records import models as r
from hoso.web.ages import VIETNAM


def at(text: str) -> datetime:
    """A moment in Vietnam: `2026-03-07 08:15`."""
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


LONG_AN = "ấp Bình Hòa, xã Bình Thành, tỉnh Tây Ninh"
MAI = Person(
    1042, "p-1042", "Nguyễn Thị Tuyết Mai", BirthDate(date(1961, 3, 7), 3), Sex.FEMALE, "0901234567", LONG_AN,
    "xã Bình Thành, tỉnh Tây Ninh",
    (
        Identifier("personal_number", "080161000123"), Identifier("card", "GD4808021234567"),
        Identifier("insurance_number", "8021234567"), Identifier("facility_number", "26.0012345", "80019"),
    ),
    False, at("2026-10-12 07:40"),
)  # fmt: skip
BABY = Person(
    1043, "p-1043", "Trần Gia Hân", BirthDate(date(2024, 7, 10), 3), Sex.FEMALE, "", LONG_AN, "xã Bình Thành",
    (Identifier("card", "TE1808029999999"),), True, at("2026-11-02 09:00"),
)  # fmt: skip
PEOPLE = {person.person_id: person for person in (MAI, BABY)}


def details(_scope: object, person_id: int) -> list[DetailHistory]:
    """The first has moved and was given a new card, the other has no statement yet."""
    said = [
        Statement("v1", at("2025-03-01 08:00"), "inpatient", {"address": "khu phố 1 (cũ)", "phone": MAI.phone}),
        Statement("v2", at("2025-03-09 08:00"), "outpatient", {"address": "khu phố 9", "card": [{"number": "GD4808021234567"}]}),
        Statement("v3", at("2026-10-12 07:40"), "outpatient", {"address": LONG_AN, "phone": MAI.phone}),
    ]  # fmt: skip
    facilities = dict.fromkeys(("v1", "v2", "v3"), "Trung tâm Y tế Đức Hòa")
    found = [history(kind, said, facilities) for kind in detail_kinds().values()] if person_id == MAI.person_id else []
    return [one for one in found if one]


def hit(person: Person) -> PersonHit:
    return PersonHit(
        person.person_id, person.patient_id, person.name, person.birth, person.sex, person.place_name, person.address,
        person.provisional,
    )  # fmt: skip


OTHERS = tuple(
    PersonHit(2000 + n, f"p-{2000 + n}", name, BirthDate(date(1950 + 7 * n, 1 + n, 3 + n), 3 if n % 2 else 1),
              Sex(1 + n % 2), "xã Đức Hòa", "khu phố 3, xã Đức Hòa, tỉnh Tây Ninh", False)
    for n, name in enumerate(["Nguyễn Thị Mai", "Nguyễn Văn Mãi", "Lê Hoàng Mai Anh", "Phạm Mai Phương"])
)  # fmt: skip


def search(_scope: object, text: str, limit: int = 30, living_in: object = None) -> SearchAnswer:
    words = fold(text).split()
    found = [one for one in (hit(MAI), hit(BABY), *OTHERS) if all(word in fold(one.name) for word in words)]
    if text.replace(" ", "").isdigit():
        found = [hit(MAI)]
    return SearchAnswer(tuple(found[:limit]), False)


DIABETES = (
    r.Coded("E11.9", "Đái tháo đường không phụ thuộc insuline (chưa có biến chứng)"),
    r.Coded("I10", "Bệnh lý tăng huyết áp vô căn (nguyên phát)"),
    r.Coded("E78.2", "Tăng lipid máu hỗn hợp"),
)


def timeline_visit(number: int, started: str, **changes: object) -> r.TimelineVisit:
    given: dict[str, object] = {
        "encounter": f"0199-{number}", "started": at(started), "ended": at(started) + timedelta(hours=2), "kind": "AMB",
        "kind_text": "Khám bệnh", "facility_name": "Trung tâm Y tế Đức Hòa", "department": "Khoa Khám bệnh",
        "diagnoses": DIABETES, "outcome": "Đỡ", "total_cost": Decimal(458_300), "withheld": False, "version": 1,
    }  # fmt: skip
    return r.TimelineVisit(**{**given, **changes})  # type: ignore[arg-type]


PNEUMONIA = (r.Coded("J18.9", "Viêm phổi, không xác định"), DIABETES[1])
VISITS = (
    timeline_visit(9, "2026-10-12 07:40"),
    timeline_visit(8, "2026-09-14 08:05", version=2),
    timeline_visit(7, "2026-08-11 07:50"),
    timeline_visit(
        6, "2026-05-02 21:10", ended=at("2026-05-09 10:00"), kind="IMP", kind_text="Điều trị nội trú",
        facility_name="Bệnh viện Đa khoa Long An", department="Khoa Nội tổng hợp", diagnoses=PNEUMONIA,
        outcome="Khỏi", total_cost=Decimal(6_708_500), withheld=True,
    ),
    timeline_visit(5, "2026-04-13 08:20"),
    timeline_visit(4, "2025-02-03 08:20"),
    timeline_visit(3, "2025-01-06 08:00", kind="EMER", kind_text="Cấp cứu", diagnoses=(), outcome="", total_cost=None),
    timeline_visit(2, "2023-06-20 09:15", facility_name="Trạm Y tế xã Bình Thành", department=""),
)  # fmt: skip


def timeline(_scope: object, person_id: int, before: datetime | None = None, limit: int = 50) -> r.Timeline:
    if person_id != MAI.person_id:
        return r.Timeline((), False, None, None, ())
    if before is None:
        return r.Timeline(VISITS[:6][:limit], True, 2023, 2026, ("Penicillin (nổi mề đay)",))
    older = tuple(visit for visit in VISITS if visit.started < before)
    return r.Timeline(older, False, 2023, 2026, ("Penicillin (nổi mề đay)",))


def result(name: str, value: str, unit: str, low: str | None, high: str | None, code: str = "") -> r.ResultLine:
    number = Decimal(value) if value.replace(".", "").isdigit() else None
    return r.ResultLine(
        name, code or name, value.replace(".", ",") if number is not None else value, number, unit,
        Decimal(low) if low else None, Decimal(high) if high else None, at("2026-05-03 06:30"), "", "", "",
    )  # fmt: skip


XRAY = r.ResultLine(
    "Chụp X-quang ngực thẳng", "", "", None, "", None, None, at("2026-05-02 22:05"),
    "Đám mờ không đồng nhất thùy dưới phổi phải. Bóng tim không to.", "Theo dõi viêm phổi thùy dưới phải.", "18.0119",
)  # fmt: skip
RESULTS = (
    result("Glucose", "9.8", "mmol/L", "3.9", "6.4"), result("Creatinin", "78", "µmol/L", "44", "97"),
    result("Kali", "3.2", "mmol/L", "3.5", "5.1"), result("CRP", "86.4", "mg/L", None, "5"),
    result("Bạch cầu", "14.2", "G/L", "4", "10"), result("HBsAg", "Âm tính", "", None, None), XRAY,
)  # fmt: skip
DRUGS = (
    r.MedicationLine("Ceftriaxon", "40.169", "1 g", "Ngày tiêm 1 lần, mỗi lần 2 lọ", "Tiêm tĩnh mạch", Decimal(14),
                     "Lọ", at("2026-05-02 22:30"), "BS. Trần Minh Quang"),
    r.MedicationLine("Metformin", "40.807", "850 mg", "Sáng 1 viên, chiều 1 viên sau ăn", "Uống", Decimal(14), "Viên",
                     at("2026-05-03 07:00"), "BS. Trần Minh Quang"),
)  # fmt: skip
SERVICES = (
    r.ServiceLine("Chụp X-quang ngực thẳng", "18.0119.0028", "Chẩn đoán hình ảnh", "ServiceRequest", Decimal(1), "Lần",
                  at("2026-05-02 21:40"), at("2026-05-02 22:05"), "KTV. Lê Văn Tú"),
    r.ServiceLine("Ngày giường nội khoa loại 1", "K03.1911", "Ngày giường", "ChargeItem", Decimal(7), "Ngày",
                  at("2026-05-02 21:10"), None, ""),
)  # fmt: skip


def cost(name: str, group: str, quantity: int, price: int, insurer: int, copay: int, own: int) -> r.CostLine:
    total = Decimal(quantity * price)
    return r.CostLine(
        name,
        group,
        Decimal(quantity),
        Decimal(price),
        total,
        Decimal(insurer),
        Decimal(copay),
        Decimal(own),
        Decimal(0),
    )


COSTS = r.Costs(
    Decimal(6_708_500), Decimal(5_201_200), Decimal(1_300_300), Decimal(207_000), Decimal(0),
    (
        cost("Ngày giường nội khoa loại 1", "Ngày giường", 7, 305_500, 1_710_800, 427_700, 0),
        cost("Ceftriaxon 1 g", "Thuốc", 14, 42_000, 470_400, 117_600, 0),
    ),
)  # fmt: skip
COURSE = (
    r.CourseNote(at("2026-05-02 21:30"), "Sốt 38,9 °C, ho đàm vàng, SpO2 92 %. Ran ẩm đáy phổi phải.", "", "", "",
                 "BS. Trần Minh Quang"),
    r.CourseNote(at("2026-05-05 08:00"), "Hết sốt, SpO2 96 %.", "Ổn định", "Tiếp tục kháng sinh đủ 7 ngày.", "",
                 "BS. Trần Minh Quang"),
)  # fmt: skip
PAPERS = (
    r.Paper("c-1", "discharge", "Giấy ra viện", at("2026-05-09 10:00"),
            (("Chẩn đoán", "Viêm phổi thùy dưới phải"), ("Phương pháp điều trị", "Kháng sinh, bù dịch"),
             ("Ghi chú", "Tái khám sau 7 ngày"))),
)  # fmt: skip


def visit(_scope: object, person_id: int, encounter: str) -> r.Visit | None:
    summary = next((one for one in VISITS if one.encounter == encounter), None)
    if summary is None or person_id != MAI.person_id:
        return None
    return r.Visit(
        summary, "Sốt, ho, khó thở", "Viêm phổi", "Viêm phổi thùy dưới phải; đái tháo đường típ 2", "GD4808021234567",
        DRUGS, SERVICES, RESULTS, COURSE, PAPERS, COSTS, "QĐ 3176, gói ngày 10/05/2026",
        (at("2026-05-12 09:00"), at("2026-05-10 16:20")),
    )  # fmt: skip


def trend(_scope: object, _person_id: int, _code: str) -> list[r.ResultPoint]:
    values = [("2025-02-03", "7.2"), ("2026-04-13", "6.1"), ("2026-05-03", "9.8"), ("2026-08-11", "6.9")]
    return [r.ResultPoint(at(f"{day} 07:00"), Decimal(value), "", "0199-5") for day, value in values]


ACCOUNT = Account(
    packages=12, refused=1, received=1840, filed=1702, unchanged=96, corrected=31, quarantined=11, findings=274,
    lines_in=52_310, lines_filed=51_877, lines_withheld=38, lines_not_mapped=395,
)  # fmt: skip
REFUSAL: dict[str, object] = {
    "code": "HS3001",
    "message": {"vi": "Tệp du_lieu.xml có khai báo DOCTYPE nên bị từ chối.", "en": "The file has a DOCTYPE."},
    "what_to_do": {"vi": "Xuất lại tệp không có DOCTYPE.", "en": "Export it again without a DOCTYPE."},
}


def package_row(number: int, state: str = "done", **changes: object) -> PackageRow:
    given: dict[str, object] = {
        "id": number, "key": str(UUID(int=number)), "file_name": f"80019_QD3176_2026{number:02}.xml",
        "channel": "upload", "received_at": at("2026-11-20 16:02"), "received_by": "tiepnhan",
        "facility_name": "Trung tâm Y tế Đức Hòa", "state": state, "size_bytes": 3_412_077, "visits_read": 150,
        "visits_total": 150, "refusal": None, "remarks": [],
        "account": Account(1, 0, 150, 140, 6, 3, 1, 22, 4300, 4270, 4, 26),
    }  # fmt: skip
    return PackageRow(**{**given, **changes})  # type: ignore[arg-type]


PACKAGES = [
    package_row(14, "reading", visits_read=61, account=Account(1, 0, 61, 60, 1, 0, 0, 4, 1800, 1795, 0, 5)),
    package_row(13),
    package_row(12, "refused", file_name="du_lieu.xml", facility_name="", visits_read=0, visits_total=None,
                refusal=REFUSAL, account=Account(1, 1)),
]  # fmt: skip
PACKAGE_VISITS = [
    VisitRow(13, n, f"80019{n:06}", "qd3176", state, n == 4, name, at("2026-10-12 07:40"), 1042, n % 3, 31, 30, 0, 1)
    for n, (state, name) in enumerate(
        [("filed", "Nguyễn Thị Tuyết Mai"), ("corrected", "Trần Gia Hân"), ("unchanged", "Lê Văn Tám"),
         ("corrected", "Phạm Thị Lan"), ("quarantined", "Võ Minh Đức")], start=1)
]  # fmt: skip
FINDINGS = [
    FindingRow(13, 5, "80019000005", "HS3104", "error", "XML2", 3, "NGAY_YL", "20261345",
               "NGAY_YL không phải ngày giờ hợp lệ.", "NGAY_YL is no valid time.",
               "Sửa NGAY_YL theo dạng yyyymmddHHMM rồi gửi lại.", "Correct NGAY_YL (yyyymmddHHMM), send again."),
    FindingRow(13, 2, "80019000002", "HS3110", "warning", "XML1", 1, "DIA_CHI", "",
               "DIA_CHI để trống.", "DIA_CHI is empty.", "Bổ sung địa chỉ cư trú.", "Add the address."),
]  # fmt: skip
CONFLICTS = [
    Conflict(7, at("2026-11-19 10:11"), "personal_number", "080161000123",
             {"sex": ["1", "2"], "birth_year": ["1988", "1961"]}, OTHERS[1], hit(MAI),
             "Bệnh viện Đa khoa Long An", None, "", None),
    Conflict(6, at("2026-11-02 08:00"), "card", "TE1808029999999", {"name": ["Trần Gia Hân", "Trần Gia Huy"]},
             hit(BABY), OTHERS[2], "Trung tâm Y tế Đức Hòa", "different_person", "tiepnhan", at("2026-11-03 09:00")),
]  # fmt: skip


def answers() -> dict[str, object]:
    """Every query a page calls, by its dotted name, with an answer from here."""
    people, records, intake = (f"hoso.engines.{engine}.queries" for engine in ("people", "records", "intake"))
    return {
        f"{people}.search": search,
        f"{people}.person": lambda _scope, person_id: PEOPLE.get(person_id),
        "hoso.engines.people.detail_history.detail_histories": details,
        f"{people}.conflicts": lambda _scope, open_only=True: CONFLICTS[: 1 if open_only else 2],
        f"{records}.timeline": timeline,
        f"{records}.visit": visit,
        f"{records}.trend": trend,
        f"{intake}.packages": lambda _scope, limit=50, before_id=None: PACKAGES,
        f"{intake}.package": lambda _scope, number: next((one for one in PACKAGES if one.id == number), None),
        f"{intake}.visits": lambda _scope, _id, state, _limit, _after: [
            one for one in PACKAGE_VISITS if state in (None, one.state)
        ],
        f"{intake}.findings": lambda _scope, _id, ordinal=None, limit=200: [
            one for one in FINDINGS if ordinal in (None, one.ordinal)
        ][:limit],
        f"{intake}.quarantined": lambda _scope, limit=100: PACKAGE_VISITS[4:],
        f"{intake}.quarantine_reasons": lambda _scope, keys: {key: FINDINGS[:1] for key in keys},
        f"{intake}.last_desk_acts": lambda _scope, keys: {
            key: DeskAct("returned", "Đã gọi điện (mẫu)", "Cán bộ Mẫu", datetime(2026, 11, 20, 8, 0)) for key in keys
        },
        f"{intake}.totals": lambda _scope: ACCOUNT,
        "hoso.web.staff.packages.document_of_package": lambda _scope, _id: (
            None
        ),  # none of the samples is a CDA document
    }
