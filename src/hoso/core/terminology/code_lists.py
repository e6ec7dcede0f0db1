"""The code lists of the exchange decisions as code systems (`definitions/terminology/code_lists.yaml`)."""

from datetime import date
from pathlib import Path
from typing import Any

from hoso.core.definitions import read_definition
from hoso.core.terminology.shipped import Concept, Shipped
from hoso.core.terminology.systems import code_list


def read_code_lists(definitions: Path) -> list[Shipped]:
    """Every list that `code_lists.yaml` names, its codes taken from `definitions/exchange/code_lists`."""
    entries = read_definition(definitions / "terminology" / "code_lists.yaml")["lists"]
    folder = definitions / "exchange" / "code_lists"
    return [_read(entry, read_definition(folder / f"{entry['list']}.yaml")) for entry in entries]


def _read(entry: dict[str, Any], content: dict[str, Any]) -> Shipped:
    system = code_list(entry.get("name", entry["list"]), entry["title_vi"], entry["title_en"])
    concepts = _concepts(content.get(entry.get("take", "codes"), {}))
    for concept in concepts:
        concept.display_vi = entry.get("vi", {}).get(concept.code, concept.display_vi)
        concept.display_en = entry.get("en", {}).get(concept.code, concept.display_en)
        _narrow(concept, entry.get("codes", {}).get(concept.code, {}))
    notes = [f"{name}: {content[name]}" for name in ("rows", "pattern", "pattern_status") if name in content]
    return Shipped(
        system, entry["version"], _day(entry["valid_from"]) or date.min, _day(entry.get("valid_to")),
        entry["evidence"], f"{content.get('source', '')} [{content['verified']}]".strip(), concepts, len(concepts),
        [], notes,
    )  # fmt: skip


def _concepts(codes: Any) -> list[Concept]:
    if isinstance(codes, dict):
        return [Concept(str(code), label) for code, label in codes.items()]
    found: dict[str, Concept] = {}
    for row in codes:
        for concept in _row(row):
            found.setdefault(concept.code, concept)
    return list(found.values())


def _row(row: dict[str, Any]) -> list[Concept]:
    if "code" in row:
        more = {name: value for name, value in row.items() if name not in ("code", "meaning_vi", "meaning_en")}
        return [Concept(row["code"], row["meaning_vi"], row.get("meaning_en", ""), properties=more)]
    # Fuels: one row, a code for each price zone.
    return [
        Concept(row[f"zone_{zone}"], row["meaning_vi"], properties={"zone": zone})
        for zone in (1, 2)
        if f"zone_{zone}" in row
    ]


def _narrow(concept: Concept, given: dict[str, str]) -> None:
    concept.valid_from, concept.valid_to = _day(given.get("valid_from")), _day(given.get("valid_to"))
    if "evidence" in given:
        concept.properties["evidence"] = given["evidence"]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
