"""A decision on administrative units as people send it: CSV, a spreadsheet, or YAML; its columns and its template.

One file tells one decision, a row for each change. Whoever splits a unit writes a row for each part, whoever merges
units a row for each of them, the one that keeps its code too.
"""

from collections.abc import Iterator
from pathlib import Path

import yaml

from hoso.core.errors import HosoError
from hoso.core.files.sheets import SheetRow, read_sheet

HEADER = ("decision_number", "decided_on", "in_force_from", "source")
REQUIRED = (*HEADER, "action", "level")
OPTIONAL = (
    "old_code", "new_code", "new_name", "new_name_en", "parent_code", "share", "share_source", "facilities",
)  # fmt: skip
COLUMNS = (*REQUIRED, *OPTIONAL)
LARGEST = 5_000_000  # bytes; the reform of 2025 in one file is less than two millions
YAML = (".yaml", ".yml")


def read_decision_sheet(path: Path) -> list[SheetRow]:
    """The rows of the file, of each kind the same. Raises HosoError HS6194 for one too large, and as `read_sheet`."""
    if path.stat().st_size > LARGEST:
        raise HosoError("HS6194", file=path.name, megabytes=LARGEST // 1_000_000)
    if path.suffix.lower() in YAML:
        return list(_read_yaml(path))
    return list(read_sheet(path, REQUIRED, OPTIONAL))


def template() -> str:
    """The heading with one example of each kind of change, marked so; to be replaced."""
    head = "XX/NQ-UBTVQH (vi du/example),2027-01-15,2027-03-01,Cong bao (vi du/example)"
    rows = (
        "merged,commune,00001,00001,Xã Mẫu Một,,01,,,", "merged,commune,00002,00001,,,,,,",
        "split,commune,00003,00003,Xã Mẫu Ba,,01,0.6,Phương án kèm nghị quyết,01C01;01C02",
        "split,commune,00003,00005,Xã Mẫu Năm,,01,0.4,Phương án kèm nghị quyết,",
        "renamed,commune,00006,00006,Phường Mẫu Sáu,,,,,", "opened,commune,,00007,Đặc khu Mẫu Bảy,,01,,,",
        "closed,commune,00008,,,,,,,",
    )  # fmt: skip
    return "\r\n".join([",".join(COLUMNS), *(f"{head},{row}" for row in rows), ""])


def _read_yaml(path: Path) -> Iterator[SheetRow]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            raise HosoError("HS6010", file=path.name, reason="aliases are not allowed")
        content = yaml.load(text, Loader=yaml.BaseLoader)  # every value as it is written: 00004 stays a code
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise HosoError("HS6010", file=path.name, reason=str(error).splitlines()[0][:200]) from error
    changes = content.pop("changes", None) if isinstance(content, dict) else None
    if not isinstance(changes, list) or not all(isinstance(change, dict) for change in changes):
        raise HosoError("HS6010", file=path.name, reason="a mapping with a list `changes` is expected")
    if missing := [name for name in HEADER if name not in content]:
        raise HosoError("HS6011", file=path.name, columns=", ".join(missing))
    names = {str(name) for one in (content, *changes) for name in one}
    if strange := sorted(names - set(COLUMNS)):
        raise HosoError("HS6008", file=path.name, columns=", ".join(strange)[:200])
    for number, change in enumerate(changes, start=1):
        values = dict.fromkeys(COLUMNS, "") | {
            name: _text(path, name, value) for name, value in (content | change).items()
        }
        yield SheetRow(number, values, "")


def _text(path: Path, name: str, value: object) -> str:
    if isinstance(value, list) and name == "facilities" and all(isinstance(one, str) for one in value):
        return ";".join(value)
    if not isinstance(value, str):
        raise HosoError("HS6010", file=path.name, reason=f"{name} holds no plain value")
    return value.strip()
