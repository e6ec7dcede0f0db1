"""Turn field tables of the exchange decisions into ``definitions/exchange/<decision>/xmlN.yaml``.

Usage: python tools/import_exchange_standards.py SOURCE_FOLDER [TARGET_FOLDER]

SOURCE_FOLDER holds ``qd4210_xml1.yaml`` … ``qd3176_xml15.yaml`` (field tables with their sources) and
``codes.yaml`` (code lists shared by the tables). The conversion is one way and repeatable; what is known
about a whole decision is written by hand in ``decision.yaml`` beside the tables.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

DECISIONS = ("qd4210", "qd130", "qd4750", "qd3176")
EVIDENCE = {
    "qd4210": {"names": "secondary", "sizes": "unverified", "required": "unverified"},
    "qd130": {"names": "official", "sizes": "official", "required": "official"},
    "qd4750": {"names": "official", "sizes": "official", "required": "official"},
    "qd3176": {"names": "secondary", "sizes": "secondary", "required": "unverified"},
}
CHECK_IN_3176 = {"names": "secondary", "sizes": "unverified", "required": "unverified"}
LAST_DAY_OF_DISTRICTS = "2025-06-30"
DATE_FORMATS: dict[str, dict[str, Any]] = {
    "yyyymmdd": {"format": "yyyymmdd"},
    "yyyymmddHHMM": {"format": "yyyymmddHHMM"},
    "yyyymmdd list ;": {"format": "yyyymmdd", "separator": ";"},
    "yyyymmdd|yyyymmddHHMM": {"format": "yyyymmddHHMM", "other_formats": ["yyyymmdd"]},
    "yyyymmdd or yyyy": {"format": "yyyymmdd", "other_formats": ["yyyy"]},
}
# Values of a list, where the annex's own wording ("; giữa các mã") or the size of the field says so.
LISTS = ("MA_TINH_TRANG_DK", "MA_XU_TRI", "DANG_HUONG_CHE_DO", "MA_DOI_TUONG")
# Lists of QĐ 5937 that the field tables quote from a transcription.
SECONDARY_CODES = ("MA_NHOM", "MA_TAI_NAN")
# QĐ 1804 (19/06/2026) brought a longer list, which stands in rules/codes.yaml.
LAST_DAY_OF_TEN_CARE_TYPES = "2026-06-18"
LATER_BENEFIT_SIZE = {"from": "2026-07-01", "max_length": 4, "evidence": "secondary"}
KEPT_TEXTS = ("portal_size", "decimals", "meaning_vi", "meaning_en", "note", "amended_later", "impl_db_size")
HANDLED = {
    "order", "name", "type", "max_length", "required", "required_rule", "format", "codes", "alias",
    "max_length_source", "change_vs_130", "change_vs_4750", *KEPT_TEXTS,
}  # fmt: skip
TABLE_KEYS = {
    "standard", "table", "title_vi", "title_en", "xml_path", "repeating", "source", "verified", "notes", "fields",
}  # fmt: skip


def main(arguments: list[str]) -> None:
    """Convert every table found in the source folder."""
    source = Path(arguments[0])
    target = Path(arguments[1]) if len(arguments) > 1 else Path(__file__).parents[1] / "definitions" / "exchange"
    for decision in DECISIONS:
        for path in sorted(source.glob(f"{decision}_xml*.yaml")):
            number = int(path.stem.rpartition("xml")[2])
            write(target / decision / f"xml{number}.yaml", table(decision, number, read(path)))
    for name, content in code_lists(read(source / "codes.yaml")):
        write(target / "code_lists" / f"{name.lower()}.yaml", content)


def read(path: Path) -> dict[str, Any]:
    """Read one source file."""
    content: dict[str, Any] = yaml.safe_load(path.read_bytes())
    return content


def table(decision: str, number: int, given: dict[str, Any]) -> dict[str, Any]:
    """Convert one table; raises ValueError when the source holds a key that would be lost."""
    lost = set(given) - TABLE_KEYS
    if lost:
        raise ValueError(f"{decision} XML{number}: unknown keys {lost}")
    check_in_3176 = decision == "qd3176" and number == 0
    made: dict[str, Any] = {
        "decision": decision,
        "standard": given["standard"],
        "number": number,
        "title_vi": given["title_vi"],
        "title_en": given["title_en"],
        "source": given["source"],
        "evidence": CHECK_IN_3176 if check_in_3176 else EVIDENCE[decision],
    }
    if given["verified"] is not True:
        made["evidence_note"] = given["verified"]
    if given.get("notes"):
        made["notes"] = given["notes"]
    made["fields"] = [field(decision, number, one) for one in given["fields"]]
    return made


def field(decision: str, number: int, given: dict[str, Any]) -> dict[str, Any]:
    """Convert one field; raises ValueError when the source holds a key that would be lost."""
    lost = set(given) - HANDLED
    if lost:
        raise ValueError(f"{decision} XML{number}.{given['name']}: unknown keys {lost}")
    made: dict[str, Any] = {"order": given["order"], "name": given["name"]}
    made |= kind(decision, number, given)
    made["max_length"] = given["max_length"]
    made |= requirement(given)
    if decision == "qd3176" and given["name"] == "MUC_HUONG":
        made["later_size"] = LATER_BENEFIT_SIZE
    made |= {key: given[key] for key in KEPT_TEXTS if key in given}
    if "alias" in given:
        made["aliases"] = given["alias"]
    change = given.get("change_vs_130") or given.get("change_vs_4750")
    if change:
        made["change"] = change
    made |= codes(given.get("codes"))
    if "codes" in made:
        made |= codes_in_use(decision, number, made)
    return made


def codes_in_use(decision: str, number: int, made: dict[str, Any]) -> dict[str, Any]:
    """Give what is known of the codes of a field beside the annex: lists, evidence, last day."""
    found: dict[str, Any] = {}
    if made["name"] in LISTS and made["type"] == "string":
        found["separator"] = ";"
    if made["name"] in SECONDARY_CODES:
        found["codes_evidence"] = "secondary"
    if made["name"] == "MA_LOAI_KCB" and decision in ("qd4750", "qd3176") and number in (0, 1):
        found["codes_until"] = LAST_DAY_OF_TEN_CARE_TYPES
    return found


def kind(decision: str, number: int, given: dict[str, Any]) -> dict[str, Any]:
    """Give type and format; a field with a date format is a date, whatever the annex calls it."""
    if not given.get("format"):
        return {"type": given["type"], "format": None}
    made = {"type": "date"} | DATE_FORMATS[given["format"]]
    if decision == "qd3176" and number == 13 and given["max_length"] == 100:
        made["separator"] = ";"  # one moment per facility passed through (size 100)
    if given["name"].startswith("NGAY_SINH"):
        made["unknown_parts"] = True  # "phần không rõ ghi 0000"
    return made


def requirement(given: dict[str, Any]) -> dict[str, Any]:
    """Give ``required``; a conditional one is false and keeps the text of its condition."""
    if given["required"] == "conditional":
        return {"required": False, "required_rule": given["required_rule"]}
    made: dict[str, Any] = {"required": given["required"]}
    if given["name"].startswith("MAHUYEN") and given["required"]:
        made["required_until"] = LAST_DAY_OF_DISTRICTS
    return made


def codes(given: dict[Any, str] | str | None) -> dict[str, Any]:
    """Give the codes of a field as text, or the name of the shared list it points to."""
    if given is None:
        return {}
    if isinstance(given, dict):
        return {"codes": {str(code): meaning for code, meaning in given.items()}}
    named = re.fullmatch(r"see codes\.yaml#(\w+)", given)
    return {"code_list": named[1].lower()} if named else {"codes_note": given}


def code_lists(given: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each shared list under its name, whole."""
    for name, content in given.items():
        yield name, {"name": name} | content


def write(path: Path, content: dict[str, Any]) -> None:
    """Write one file, keys in the order given, letters as they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    head = "# Written by tools/import_exchange_standards.py; change the source or the script, not this file.\n"
    body = yaml.dump(content, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=118)
    path.write_text(head + body, encoding="utf-8")


class _Plain(yaml.SafeDumper):
    """Writes repeated values out in full instead of by reference."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


if __name__ == "__main__":
    main(sys.argv[1:])
