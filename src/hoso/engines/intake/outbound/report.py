"""What an export carried and what it could not: as JSON, one visit after the other, and to be read."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import IO, Any

from hoso.engines.intake.exchange import load_decisions
from hoso.engines.intake.outbound.journal import Entry

FEW = 5  # lines that are named where many have the same loss


@dataclass
class Summary:
    """The account: visits = written + kept_back. `by_source` counts written visits by the decision they were filed under."""

    standard: str
    visits: int = 0
    written: int = 0
    kept_back: int = 0
    files: int = 0
    losses: int = 0
    signed: bool = False  # each package carries the signature of this house
    findings: dict[str, int] = field(default_factory=dict)  # what the intake will say of what was written, by severity
    by_source: dict[str, int] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        self.visits += 1
        self.kept_back += not entry.size
        self.losses += sum(not loss["severity"] for loss in entry.losses)
        if entry.size:
            self.written += 1
            self.by_source[entry.source] = self.by_source.get(entry.source, 0) + 1
            for loss in entry.losses:
                if severity := loss["severity"]:
                    self.findings[severity] = self.findings.get(severity, 0) + 1

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def write_json(summary: Summary, entries: Iterable[Entry], to: IO[str]) -> None:
    """One object: `summary`, and `visits` with the losses of each."""
    to.write('{"summary": ' + json.dumps(summary.as_dict(), ensure_ascii=False) + ',\n"visits": [')
    for number, entry in enumerate(entries):
        told = {
            "facility": entry.facility, "ma_lk": entry.ma_lk, "package": entry.package_id, "ordinal": entry.ordinal,
            "source": entry.source, "written": bool(entry.size), "losses": entry.losses,
        }  # fmt: skip
        to.write((",\n" if number else "\n") + json.dumps(told, ensure_ascii=False))
    to.write("\n]}\n")


def write_text(summary: Summary, entries: Iterable[Entry], to: IO[str]) -> None:
    """For a person: the account, then each visit with something to tell; the same thing of many lines once."""
    title = load_decisions()[summary.standard].title_vi
    to.write(
        f"XUẤT HỒ SƠ / EXPORT: {title}\n\n"
        f"{summary.visits:>8} hồ sơ chọn / visits selected\n"
        f"{summary.written:>8} hồ sơ đã ghi / written, {summary.files} tệp / files\n"
        f"{summary.kept_back:>8} hồ sơ giữ lại / kept back\n"
        f"{summary.losses:>8} điều không mang theo được hoặc cần đối chiếu / not carried or to be compared\n"
    )
    for severity, count in sorted(summary.findings.items()):
        to.write(f"{count:>8} {_SEVERITIES[severity]}\n")
    to.write(
        "\nMỗi tệp đã ký số (CHUKYDONVI) bằng khoá của máy chủ này. / Each file is signed by this house.\n"
        if summary.signed
        else "\nChữ ký số (CHUKYDONVI) không mang theo: ký lại trước khi gửi. / The signature is not carried: sign anew.\n"
    )
    for entry in entries:
        to.writelines(_visit(entry))


_SEVERITIES = {
    "error": "lỗi khi nhận / errors at the intake",
    "warning": "cảnh báo khi nhận / warnings at the intake",
    "notice": "lưu ý khi nhận / notices at the intake",
}


def _visit(entry: Entry) -> Iterator[str]:
    if not entry.losses:
        return
    state = "" if entry.size else "  [KHÔNG GHI / NOT WRITTEN]"
    yield f"\n{entry.facility} {entry.ma_lk} ({entry.source.removeprefix('qd')}){state}\n"
    kinds: Counter[tuple[str, ...]] = Counter()
    first: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for loss in entry.losses:
        key = tuple(str(loss[name]) for name in ("code", "decision", "table", "field", "rule", "severity"))
        kinds[key] += 1
        first.setdefault(key, []).append(loss)
    for key, count in kinds.items():
        same = first[key]
        mark = "!" if key[5] == "error" else "-"
        yield f"  {mark} {same[0]['code']}: {same[0]['vi']}\n    {same[0]['en']}\n"
        if count > 1:
            lines = ", ".join(str(one["line"]) for one in same[:FEW])
            yield f"    … {count} dòng / lines: {lines}{', …' if count > FEW else ''}\n"
