"""Write ``docs/reference/errors.md`` from the catalogue of errors.

Usage: python tools/write_error_reference.py
"""

from pathlib import Path

from hoso.core.errors.catalogue import Entry, entries

TARGET = Path(__file__).parents[1] / "docs" / "reference" / "errors.md"
GROUPS = {
    "HS1": "Configuration and operation / Cấu hình và vận hành",
    "HS2": "Access / Truy cập",
    "HS30": "Intake: the package / Tiếp nhận: gói dữ liệu",
    "HS31": "Intake: findings on a visit / Tiếp nhận: phát hiện trên hồ sơ",
    "HS32": "Intake: rules / Tiếp nhận: quy tắc",
    "HS33": "Gateway, encodings, outbound, withdrawing / Cổng, bảng mã, xuất, rút hồ sơ",
    "HS34": "Intake: the package as a whole / Tiếp nhận: cả gói",
    "HS4": "People / Nhân thân",
    "HS5": "Records / Hồ sơ",
    "HS6": "Places and terminology / Địa bàn và danh mục",
    "HS7": "Statistics / Thống kê",
    "HS8": "Oversight / Giám sát truy cập",
    "HS9": "Unexpected / Ngoài dự kiến",
}
HEAD = """# Errors / Mã lỗi

Written by `tools/write_error_reference.py` from `src/hoso/core/errors/catalogue.yaml`; change the catalogue, then
run the tool. Words in braces are filled in when the error happens.
"""


def reference() -> str:
    """Give the whole page. Raises ValueError when a code belongs to no group."""
    left = dict(entries())
    parts = [HEAD]
    for start, title in GROUPS.items():
        parts.append(f"## {start}… {title}\n")
        parts += [_section(left.pop(code)) for code in list(left) if code.startswith(start)]
    if left:
        raise ValueError(f"codes without a group: {sorted(left)}")
    return "\n".join(parts)


def _section(entry: Entry) -> str:
    return (
        f"### {entry.code}\n\n"
        f"HTTP {entry.status}\n\n"
        f"- **vi** {entry.message['vi']} *{entry.what_to_do['vi']}*\n"
        f"- **en** {entry.message['en']} *{entry.what_to_do['en']}*\n"
    )


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(reference(), encoding="utf-8")
