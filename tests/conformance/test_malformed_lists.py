"""Malformed files of catalogues and of decisions on units: a report by row or a coded refusal, and nothing half taken in."""

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from django.db import connection

from hoso.core.accounts.actions import operator
from hoso.core.errors import HosoError
from hoso.core.places.decisions.actions import import_decision
from hoso.core.places.decisions.sheet import COLUMNS
from hoso.core.terminology.gtin import check_digit
from hoso.core.terminology.local_versions import draft_version

pytestmark = pytest.mark.django_db
GTIN = "0893601458123" + check_digit("0893601458123")
MEDICINES = "code,display_vi,substance,gtin,packaging,renews\n"
GOOD = "893110000124,Thuốc mẫu,Paracetamol,,,\n"
UNITS = ",".join(COLUMNS) + "\n"
SAID = "1/NQ (mẫu),2026-11-01,2026-11-20,Tệp thử,"
SPLIT = f"{SAID}split,commune,00070,00070,Phường Hoàn Kiếm,,,,,\n{SAID}split,commune,00070,99001,Phường Mẫu,,,,,\n"
YAML = "decision_number: 1/NQ\ndecided_on: 2026-11-01\nin_force_from: 2026-11-20\nsource: Tệp thử\nchanges:\n"


def workbook(*rows: list[object]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 3_000_000)
    return out.getvalue()


# name of the file: its bytes, and the code of what is wrong: of the file as a whole, or (row, column, code).
Wrong = str | tuple[int, str, str]
CATALOGUES: dict[str, tuple[bytes | str, Wrong]] = {
    "empty.csv": ("", "HS6011"),
    "only-mark.csv": ("\ufeff", "HS6011"),
    "no-heading.csv": (GOOD, "HS6011"),
    "strange-column.csv": ("code,display_vi,colour\n", "HS6008"),
    "column-twice.csv": ("code,display_vi,code\n", "HS6008"),
    "column-of-another-catalogue.csv": ("code,display_vi,device_class\n", "HS6008"),
    "latin.csv": (MEDICINES.encode() + "893,Thuốc".encode("utf-16"), "HS6010"),
    "windows-1258.csv": (MEDICINES.encode() + b"893,Thu\xf4\xecc,,,,\n", "HS6010"),
    "open-quote.csv": (MEDICINES + '893,"Thuốc,,,,\n', "HS6010"),
    "quote-inside.csv": (MEDICINES + '893,"Thuốc"x,,,,\n', "HS6010"),
    "not-a-workbook.xlsx": (b"PK\x03\x04 no", "HS6010"),
    "csv-named.xlsx": (MEDICINES + GOOD, "HS6010"),
    "no-sheets.xlsx": (bomb(), "HS6010"),
    "cut.xlsx": (workbook(["code", "display_vi"], ["893", "Thuốc"])[:400], "HS6010"),
    "empty.xlsx": (workbook(), "HS6011"),
    "picture.ods": (b"\x89PNG\r\n\x1a\n", "HS6010"),
    "no-code.csv": (MEDICINES + ",Thuốc,,,,\n", (2, "code", "HS6002")),
    "no-name.csv": (MEDICINES + "893,,,,,\n", (2, "display_vi", "HS6002")),
    "spaces-for-code.csv": (MEDICINES + "   ,Thuốc,,,,\n", (2, "code", "HS6002")),
    "long-code.csv": (MEDICINES + "9" * 65 + ",Thuốc,,,,\n", (2, "code", "HS6009")),
    "long-name.csv": (MEDICINES + f"893,{'x' * 1001},,,,\n", (2, "display_vi", "HS6009")),
    "long-property.csv": (MEDICINES + f"893,Thuốc,{'x' * 1001},,,\n", (2, "substance", "HS6009")),
    "too-many-cells.csv": (MEDICINES + "893,Thuốc,,,,,more\n", (2, "", "HS6013")),
    "check-digit.csv": (MEDICINES + f"893,Thuốc,,{GTIN[:-1]}{(int(GTIN[-1]) + 1) % 10},,\n", (2, "gtin", "HS6201")),
    "swapped-digits.csv": (MEDICINES + f"893,Thuốc,,{GTIN[:9]}{GTIN[10]}{GTIN[9]}{GTIN[11:]},,\n", (2, "gtin", "HS6201")),
    "short-gtin.csv": (MEDICINES + "893,Thuốc,,89360145,,\n", (2, "gtin", "HS6201")),
    "gtin-of-nine.csv": (MEDICINES + "893,Thuốc,,893601458,,\n", (2, "gtin", "HS6200")),
    "gtin-in-words.csv": (MEDICINES + "893,Thuốc,,tám chín ba,,\n", (2, "gtin", "HS6200")),
    "gtin-by-excel.csv": (MEDICINES + "893,Thuốc,,8.93601E+12,,\n", (2, "gtin", "HS6200")),
    "gtin-of-a-shop.csv": (MEDICINES + "893,Thuốc,,2001234567893,,\n", (2, "gtin", "HS6202")),
    "arabic-digits.csv": (MEDICINES + "893,Thuốc,,٨٩٣٦٠١٤٥٨١٢٣٠,,\n", (2, "gtin", "HS6200")),
    "gtin-twice.csv": (MEDICINES + f"893,A,,{GTIN},,\n894,B,,{GTIN},,\n", (3, "gtin", "HS6205")),
    "another-product.csv": (MEDICINES + f"893,A,,{GTIN},,\n893,B,,,,\n", (3, "display_vi", "HS6204")),
    "another-substance.csv": (MEDICINES + "893,A,X,,,\n893,A,Y,,,\n", (3, "substance", "HS6204")),
    "end-before-start.csv": ("code,display_vi,valid_from,valid_to\n893,A,2026-02-01,2026-01-01\n", (2, "valid_to", "HS6004")),
    "no-such-day.csv": ("code,display_vi,valid_from\n893,A,30/02/2026\n", (2, "valid_from", "HS6009")),
    "no-parent.csv": ("code,display_vi,parent\n893,A,999\n", (2, "parent", "HS6023")),
    "null-bytes.csv": (MEDICINES + "\0,\0,,,,\n", (2, "code", "HS6002")),
}  # fmt: skip
DECISIONS: dict[str, tuple[bytes | str, Wrong]] = {
    "empty.csv": ("", "HS6011"),
    "heading-alone.csv": (UNITS, "HS6193"),
    "blank-rows.csv": (UNITS + ",,,,,,,,,,,,,\n" * 3, "HS6193"),
    "no-column.csv": ("decision_number,action\n", "HS6011"),
    "strange-column.csv": (UNITS.strip() + ",mood\n", "HS6008"),
    "latin.csv": (UNITS.encode() + b"\xff\xfe", "HS6010"),
    "not-a-workbook.xlsx": (b"no", "HS6010"),
    "huge.csv": (UNITS + "x" * 5_000_001, "HS6194"),
    "list.yaml": ("- a\n- b\n", "HS6010"),
    "words.yaml": ("just words", "HS6010"),
    "empty.yaml": ("", "HS6010"),
    "open.yaml": ("a: [1, 2", "HS6010"),
    "tabs.yaml": ("a:\n\t- b", "HS6010"),
    "no-header.yaml": ("changes: []", "HS6011"),
    "no-changes.yaml": (YAML + "", "HS6010"),
    "changes-empty.yaml": (YAML.replace("changes:\n", "changes: []\n"), "HS6193"),
    "changes-of-words.yaml": (YAML + "- a\n", "HS6010"),
    "nested.yaml": (YAML + "- {action: {a: b}, level: commune}\n", "HS6010"),
    "strange-key.yaml": (YAML + "- {action: closed, mood: x}\n", "HS6008"),
    "aliases.yaml": ("a: &x [1]\nb: *x\n", "HS6010"),
    "python.yaml": (YAML + "- !!python/object/apply:os.system ['true']\n", "HS6010"),
    "deep.yaml": ("[" * 5000, "HS6010"),
    "no-action.csv": (UNITS + f"{SAID},commune,00070,00071,Xã A,,,,,\n", (2, "action", "HS6002")),
    "unknown-action.csv": (UNITS + f"{SAID}sold,commune,00070,00071,Xã A,,,,,\n", (2, "action", "HS6009")),
    "district.csv": (UNITS + f"{SAID}renamed,district,001,001,Quận A,,,,,\n", (2, "level", "HS6009")),
    "lost-zeros.csv": (UNITS + f"{SAID}renamed,commune,70,00070,Xã A,,,,,\n", (2, "old_code", "HS6009")),
    "no-kind.csv": (UNITS + f"{SAID}renamed,commune,00070,00070,Hoàn Kiếm,,,,,\n", (2, "new_name", "HS6009")),
    "unknown-unit.csv": (UNITS + f"{SAID}closed,commune,12345,,,,,,,\n", (2, "old_code", "HS6181")),
    "code-taken.csv": (UNITS + f"{SAID}renamed,commune,00070,00004,Xã A,,,,,\n", (2, "new_code", "HS6184")),
    "merged-alone.csv": (UNITS + f"{SAID}merged,commune,00070,00070,Xã A,,,,,\n", (2, "action", "HS6190")),
    "split-once.csv": (UNITS + f"{SAID}split,commune,00070,00070,Xã A,,,,,\n", (2, "action", "HS6190")),
    "opened-from.csv": (UNITS + f"{SAID}opened,commune,00070,99001,Xã A,,01,,,\n", (2, "old_code", "HS6182")),
    "opened-nowhere.csv": (UNITS + f"{SAID}opened,commune,,99001,Xã A,,,,,\n", (2, "parent_code", "HS6005")),
    "opened-in-no-province.csv": (UNITS + f"{SAID}opened,commune,,99001,Xã A,,99,,,\n", (2, "parent_code", "HS6005")),
    "closed-with-heir.csv": (UNITS + f"{SAID}closed,commune,00070,00071,,,,,,\n", (2, "new_code", "HS6182")),
    "share-of-a-merger.csv": (UNITS + f"{SAID}merged,commune,00070,00070,Xã A,,,0.5,x,\n", (2, "share", "HS6182")),
    "share-without-source.csv": (UNITS + SPLIT.replace("Mẫu,,,,,", "Mẫu,,,0.5,,"), (3, "share_source", "HS6002")),
    "one-share.csv": (UNITS + SPLIT.replace("Mẫu,,,,,", "Mẫu,,,0.5,x,"), (3, "share", "HS6189")),
    "share-over-one.csv": (UNITS + SPLIT.replace("Mẫu,,,,,", "Mẫu,,,1.5,x,"), (3, "share", "HS6009")),
    "share-nan.csv": (UNITS + SPLIT.replace("Mẫu,,,,,", "Mẫu,,,NaN,x,"), (3, "share", "HS6009")),
    "two-decisions.csv": (UNITS + SPLIT.replace("1/NQ (mẫu)", "2/NQ", 1), (3, "decision_number", "HS6180")),
    "before-signing.csv": (UNITS + SPLIT.replace("2026-11-01", "2026-12-01"), (2, "in_force_from", "HS6004")),
    "before-the-reform.csv": (UNITS + SPLIT.replace("2026-11-01", "2020-01-01").replace("2026-11-20", "2020-02-01"), (2, "in_force_from", "HS6009")),
    "facility-elsewhere.csv": (UNITS + SPLIT.replace("Mẫu,,,,,", "Mẫu,,,,,01999"), (3, "facilities", "HS6191")),
}  # fmt: skip


def _written(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def _rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def _judged(take: Callable[[], list[tuple[int, str, str]]], wrong: Wrong) -> None:
    """The file is refused whole with its code, or the row is named with column and code."""
    if isinstance(wrong, tuple):
        assert wrong in take()
        return
    with pytest.raises(HosoError) as caught:
        take()
    assert caught.value.code == wrong and caught.value.message("vi") and caught.value.what_to_do("vi")


def test_there_are_sixty() -> None:
    assert len(CATALOGUES) + len(DECISIONS) >= 60


@pytest.mark.parametrize("name", CATALOGUES)
def test_a_malformed_catalogue(name: str, tmp_path: Path) -> None:
    content, wrong = CATALOGUES[name]
    before = (_rows("terminology_version"), _rows("terminology_concept"), _rows("terminology_package"))

    def take() -> list[tuple[int, str, str]]:
        path = _written(tmp_path, name, content)
        report = draft_version(path, "thuoc", "mau", date(2027, 1, 1), "Tệp hỏng (synthetic)")
        assert report.rows == report.taken + report.packages + len(report.refused_rows)  # every row is accounted for
        assert _rows("terminology_concept") == before[1] + report.taken
        return [(one.row, one.field, one.error.code) for one in report.refusals]

    _judged(take, wrong)
    if isinstance(wrong, str):
        assert (_rows("terminology_version"), _rows("terminology_concept"), _rows("terminology_package")) == before


@pytest.mark.parametrize("name", DECISIONS)
def test_a_malformed_decision(name: str, tmp_path: Path) -> None:
    content, wrong = DECISIONS[name]

    def take() -> list[tuple[int, str, str]]:
        report = import_decision(operator("test"), _written(tmp_path, name, content))
        assert report.taken == 0
        return [(one.row, one.field, one.error.code) for one in report.refusals]

    _judged(take, wrong)
    assert (_rows("places_decision"), _rows("places_decision_change")) == (0, 0)
