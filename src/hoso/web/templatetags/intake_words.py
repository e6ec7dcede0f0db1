"""The intake's states in words."""

from collections.abc import Sequence

from django import template

from hoso.engines.intake.models import FindingRow
from hoso.web.templatetags.bilingual import word

register = template.Library()

Words = tuple[str, str]
PACKAGE_STATE: dict[str, Words] = {
    "waiting": ("Đang chờ", "Waiting"),
    "reading": ("Đang đọc", "Reading"),
    "done": ("Xong", "Done"),
    "refused": ("Bị từ chối", "Refused"),
}
VISIT_STATE: dict[str, Words] = {
    "filed": ("Lưu mới", "Filed"),
    "unchanged": ("Không đổi", "Unchanged"),
    "corrected": ("Cập nhật", "Corrected"),
    "quarantined": ("Tạm giữ", "Quarantined"),
    "withdrawn": ("Đã rút", "Withdrawn"),
    "waiting": ("Đang chờ", "Waiting"),
}
DOCUMENT_STATE: dict[str, Words] = {
    "filed": ("Đã lưu", "Filed"),
    "superseded": ("Đã có bản mới", "Superseded"),
    "history": ("Bản cũ, chỉ giữ", "Older, kept only"),
    "unchanged": ("Không đổi", "Unchanged"),
}
NARRATIVE: dict[str, Words] = {
    "kept": ("giữ", "kept"),
    "withheld": ("giữ kín", "withheld"),
    "none": ("không có", "none"),
}
SEVERITY: dict[str, Words] = {
    "error": ("Lỗi", "Error"),
    "warning": ("Cảnh báo", "Warning"),
    "notice": ("Lưu ý", "Notice"),
}
CHANNEL: dict[str, Words] = {
    "command": ("Dòng lệnh", "Command line"),
    "upload": ("Tải lên", "Upload"),
    "api": ("API", "API"),
    "gateway": ("Cổng theo mẫu BHXH", "Insurer-shaped gateway"),
    "folder": ("Thư mục theo dõi", "Watched folder"),
    "pull": ("Lấy định kỳ qua SFTP", "Fetched by SFTP"),
}
CALL_PROBLEM: dict[str, Words] = {  # what a call failed at, as the gateway tells it
    "the host is not known": ("Không tìm thấy tên máy", "The host is not known"),
    "the address lies in a network that is not called (HOSO_CALLBACK_NETWORKS)": (
        "Địa chỉ thuộc mạng không được gọi (HOSO_CALLBACK_NETWORKS)", "A network that is not called (HOSO_CALLBACK_NETWORKS)"
    ),
    "no secure connection (certificate)": ("Không nối an toàn được (chứng chỉ)", "No secure connection (certificate)"),
    "no answer within 10 s": ("Không trả lời trong 10 giây", "No answer within 10 s"),
    "no connection": ("Không kết nối được", "No connection"),
    "no HTTP answer": ("Trả lời không phải HTTP", "No HTTP answer"),
}  # fmt: skip
VERSION: dict[str, Words] = {
    "qd4210": ("QĐ 4210", "Decision 4210"),
    "qd130": ("QĐ 130", "Decision 130"),
    "qd4750": ("QĐ 4750", "Decision 4750"),
    "qd3176": ("QĐ 3176", "Decision 3176"),
}


@register.filter
def package_state(key: str) -> str:
    return word(PACKAGE_STATE, key)


@register.filter
def visit_state(key: str) -> str:
    return word(VISIT_STATE, key)


@register.filter
def document_state(key: str) -> str:
    return word(DOCUMENT_STATE, key)


@register.filter
def narrative(key: str) -> str:
    return word(NARRATIVE, key)


@register.filter
def severity(key: str) -> str:
    return word(SEVERITY, key)


@register.filter
def channel(key: str) -> str:
    return word(CHANNEL, key)


@register.filter
def call_problem(told: str) -> str:
    """Why a call was not taken; a status is told as it came (HTTP 500)."""
    return word(CALL_PROBLEM, told)


@register.filter
def decision(key: str) -> str:
    return word(VERSION, key or "")


@register.filter
def in_old_encoding(findings: Sequence[FindingRow]) -> list[int]:
    """The places of the visits that hold text in an old encoding, each once."""
    return sorted({finding.ordinal for finding in findings if finding.code in ("HS3330", "HS3331")})
