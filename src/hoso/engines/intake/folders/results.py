"""What became of a dropped package, as two files beside it: JSON for software, text for a person."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.access.reading import Asking, read
from hoso.core.errors import HosoError
from hoso.core.files.durable import durable_file
from hoso.engines.intake import queries as intake
from hoso.engines.intake.folders.registered import PURPOSE
from hoso.engines.intake.models import FindingRow, PackageRow

MOST_FINDINGS = 1000
LEVELS = {"error": "LỖI", "warning": "Cảnh báo", "notice": "Lưu ý"}


@dataclass(frozen=True)
class Result:
    """A package that is done or refused, with its findings, errors first."""

    package: PackageRow
    findings: list[FindingRow]

    def __len__(self) -> int:
        return len(self.findings) + 1


def result_of(sender: Actor, package_id: int) -> Result | None:
    """The result, asked for in the sender's name; None while the package is still being taken in."""

    def query(scope: Scope) -> Result | None:
        package = intake.package(scope, package_id)
        if package is None or package.state not in ("done", "refused"):
            return None
        return Result(package, intake.findings(scope, package_id, limit=MOST_FINDINGS))

    return read(sender, PURPOSE, Asking("package.read", "export", object=f"package {package_id} result"), query)


def result_files(result: Result) -> dict[str, bytes]:
    """What lies beside a package's file: ending of the name -> content."""
    package = result.package
    content = {
        "receipt": package.key, "package": package.id, "file": package.file_name, "received_at": package.received_at.isoformat(),
        "state": package.state, "account": package.account.as_dict(), "refusal": package.refusal, "remarks": package.remarks,
        "findings": [asdict(one) for one in result.findings], "findings_cut": len(result.findings) == MOST_FINDINGS,
    }  # fmt: skip
    return _files(content, _text(result))


def write_result(result: Result, beside: Path) -> None:
    _write(beside, result_files(result))


def write_refusal(error: HosoError, beside: Path) -> None:
    """For a file that is no package: nothing was received."""
    told = f"KHÔNG NHẬN / NOT TAKEN: {beside.name}\n{error.code}: {error.message('vi')}\n{error.what_to_do('vi')}\n"
    told += f"{error.message('en')}\n{error.what_to_do('en')}\n"
    _write(beside, _files({"state": "refused", "refusal": error.as_dict()}, told))


def _text(result: Result) -> str:
    package, account = result.package, result.package.account
    lines = [f"{'ĐÃ TIẾP NHẬN' if package.state == 'done' else 'BỊ TỪ CHỐI'}: {package.file_name}"]
    lines.append(f"Mã nhận: {package.key}   Lúc: {package.received_at:%d/%m/%Y %H:%M}")
    if package.refusal:
        lines += _coded(package.refusal)
    lines.append(
        f"{account.received} hồ sơ: {account.filed} lưu mới, {account.corrected} sửa đổi, {account.unchanged} không đổi, "
        f"{account.quarantined} tạm giữ; {account.findings} phát hiện."
    )
    for remark in package.remarks:
        lines += _coded(remark)
    if account.quarantined:
        lines.append("Hồ sơ tạm giữ: sửa các LỖI dưới đây trong HIS, xuất và gửi lại cùng MA_LK.")
    for one in result.findings:
        lines.append(f"\n[{LEVELS[one.severity]}] {one.ma_lk or one.ordinal} – {one.code}: {one.message_vi}")
        lines.append(f"    Cách sửa: {one.what_to_do_vi}")
    if len(result.findings) == MOST_FINDINGS:
        lines.append(f"\nChỉ ghi {MOST_FINDINGS} phát hiện đầu; xem hết ở trang gói hồ sơ.")
    return "\n".join(lines) + "\n"


def _coded(told: dict[str, Any]) -> list[str]:
    return [f"{told['code']}: {told['message']['vi']}", f"    {told['what_to_do']['vi']}"]


def _files(content: dict[str, Any], text: str) -> dict[str, bytes]:
    told = json.dumps(content, ensure_ascii=False, indent=1, default=str)
    return {"ketqua.json": told.encode(), "ketqua.txt": text.encode()}


def _write(beside: Path, files: dict[str, bytes]) -> None:
    for ending, content in files.items():
        with durable_file(beside.with_name(f"{beside.name}.{ending}")) as file:
            file.write(content)
