"""The findings of a package as an XLSX file, to send back to the hospital."""

from django.http import HttpResponse

from hoso.core.errors import HosoError
from hoso.engines.documents.workbook import workbook
from hoso.engines.intake import queries as intake
from hoso.engines.intake.models import FindingRow
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest

MOST = 100_000
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LEVELS = {"error": "Lỗi / Error", "warning": "Cảnh báo / Warning", "notice": "Lưu ý / Notice"}
HEAD = (
    "Hồ sơ / Visit", "MA_LK", "Mức / Level", "Bảng / Table", "Dòng / Line", "Trường / Field", "Giá trị / Value",
    "Mã lỗi / Code", "Vấn đề", "Problem", "Cách sửa", "What to do", "Quy tắc / Rule", "Nội dung quy tắc", "The rule says",
    "Căn cứ / Legal source", "Mức chắc chắn / Evidence",
)  # fmt: skip


def findings_sheet(request: ActingRequest, package_id: int) -> HttpResponse:
    """Every finding, errors first. Raises HosoError HS5001."""
    found: list[FindingRow] | None = ask(
        request,
        lambda scope: intake.findings(scope, package_id, limit=MOST) if intake.package(scope, package_id) else None,
        action="export", about=f"package {package_id} findings",
    )  # fmt: skip
    if found is None:
        raise HosoError("HS5001")
    content = workbook(f"Goi {package_id}", HEAD, map(row_of, found))
    name = f'attachment; filename="phat-hien-goi-{package_id}.xlsx"'
    return HttpResponse(content, content_type=KIND, headers={"Content-Disposition": name})


def row_of(one: FindingRow) -> tuple[str, ...]:
    return (
        str(one.ordinal), one.ma_lk, LEVELS[one.severity], one.table, str(one.line or ""), one.field, one.value, one.code,
        one.message_vi, one.message_en, one.what_to_do_vi, one.what_to_do_en, one.rule, one.rule_vi, one.rule_en,
        one.legal_source, one.evidence,
    )  # fmt: skip
