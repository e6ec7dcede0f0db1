"""Scopes as sentences for the person who is asked: what the software could do."""

from dataclasses import dataclass

from hoso.core.accounts.authorization.scopes import PermissionScope, PlainScope, ResourceScope, Scope, parse


@dataclass(frozen=True)
class Sentence:
    vi: str
    en: str


PLAIN = {
    "openid": Sentence("biết bạn là ai khi đăng nhập", "know who you are when you sign in"),
    "fhirUser": Sentence("biết bạn là nhân viên nào trong hệ thống", "know which member of staff you are"),
    "profile": Sentence("biết họ tên và tên đăng nhập của bạn", "know your name and user name"),
    "offline_access": Sentence(
        "tiếp tục truy cập khi bạn không có mặt, tối đa 180 ngày",
        "keep its access while you are away, 180 days at most",
    ),
    "launch": Sentence("biết bạn mở nó từ hồ sơ của ai", "know from whose record you opened it"),
    "launch/patient": Sentence("biết người bệnh mà bạn chọn", "know the patient whom you choose"),
    "launch/encounter": Sentence("biết lượt khám mà bạn đang xem", "know the visit you were looking at"),
}
TYPES = {
    "*": Sentence("mọi loại thông tin", "every kind of information"),
    "Patient": Sentence("thông tin hành chính của người bệnh", "patients' personal details"),
    "Encounter": Sentence("các lượt khám, điều trị", "visits"),
    "Condition": Sentence("chẩn đoán", "diagnoses"),
    "Observation": Sentence("kết quả xét nghiệm, chỉ số", "results and measurements"),
    "DiagnosticReport": Sentence("phiếu kết quả cận lâm sàng", "diagnostic reports"),
    "Procedure": Sentence("thủ thuật, phẫu thuật", "procedures"),
    "MedicationRequest": Sentence("đơn thuốc", "prescriptions"),
    "MedicationAdministration": Sentence("thuốc đã dùng", "medicines given"),
    "Immunization": Sentence("tiêm chủng", "vaccinations"),
    "AllergyIntolerance": Sentence("dị ứng", "allergies"),
    "Claim": Sentence("chi phí khám chữa bệnh", "costs of care"),
    "DocumentReference": Sentence("giấy tờ", "papers"),
    "Practitioner": Sentence("nhân viên y tế", "health workers"),
    "Organization": Sentence("cơ sở y tế", "health facilities"),
}
PERMISSIONS = {
    "package.send": Sentence("gửi hồ sơ khám chữa bệnh", "send packages of visits"),
    "package.read": Sentence("xem hồ sơ đã gửi và kết quả tiếp nhận", "see packages and what became of them"),
    "person.search": Sentence("tra tìm người dân", "look people up"),
    "record.read": Sentence("đọc hồ sơ sức khỏe", "read health records"),
    "record.write": Sentence("ghi vào hồ sơ sức khỏe", "write into health records"),
    "conflict.decide": Sentence("xử lý xung đột nhân thân", "decide contradictions of identity"),
    "place.read": Sentence("xem địa bàn và cơ sở y tế", "see places and facilities"),
    "terminology.read": Sentence("xem danh mục dùng chung", "see code lists"),
    "account.manage": Sentence("quản lý tài khoản", "manage accounts"),
    "audit.read": Sentence("xem nhật ký truy cập", "read the audit"),
}
LETTERS = (
    ("r", Sentence("đọc", "read")),
    ("s", Sentence("tìm", "search")),
    ("c", Sentence("thêm", "add")),
    ("u", Sentence("sửa", "change")),
    ("d", Sentence("xóa", "delete")),
)
WHERE = {
    "patient": Sentence("của người bệnh bạn chọn", "of the patient whom you choose"),
    "user": Sentence("trong phạm vi quyền của bạn", "as far as your own rights go"),
    "system": Sentence("trong phạm vi quyền của phần mềm", "as far as the software's own rights go"),
    "__dhis2": Sentence("qua giao diện kiểu DHIS2, trong phạm vi quyền của bạn", "through the DHIS2-shaped API, as far as your own rights go"),
}  # fmt: skip


def sentences(scopes: str) -> list[Sentence]:
    """One sentence for each scope, in the order asked for."""
    parsed = [(text, parse(text)) for text in scopes.split()]
    return [_sentence(text, scope) for text, scope in parsed if scope is not None]


def _sentence(text: str, scope: Scope) -> Sentence:
    if isinstance(scope, PlainScope):
        return PLAIN[scope.name]
    if isinstance(scope, PermissionScope):
        return _permission(scope)
    return _resource(scope)


def _permission(scope: PermissionScope) -> Sentence:
    if scope.permission == "*":
        return Sentence("làm qua API mọi việc mà bạn được làm", "do through the API all that you may do")
    known = PERMISSIONS.get(scope.permission)
    if known is not None:
        return Sentence(f"{known.vi}, như bạn được phép", f"{known.en}, as far as you may")
    return Sentence(
        f"dùng quyền “{scope.permission}” của bạn qua API", f"use your right “{scope.permission}” through the API"
    )


def _resource(scope: ResourceScope) -> Sentence:
    verbs = [words for letter, words in LETTERS if letter in scope.letters]
    what = TYPES.get(scope.type, Sentence(scope.type, scope.type))
    where = WHERE[scope.context]
    only = Sentence(f" (chỉ khi {scope.query})", f" (only where {scope.query})") if scope.query else Sentence("", "")
    return Sentence(
        f"{', '.join(verb.vi for verb in verbs)} {what.vi} {where.vi}{only.vi}",
        f"{', '.join(verb.en for verb in verbs)} {what.en} {where.en}{only.en}",
    )
