"""The XML exchange decisions (QĐ 4210, 130, 4750, 3176 of the Ministry of Health) as plain objects.

The content comes from ``definitions/exchange``; this module only gives it types. A visit is judged by the
decision in force on the day the person left (NGAY_RA).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from hoso.core.definitions import definitions_folder, read_definition

Evidence = Literal["official", "secondary", "unverified"]
NO_CODES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Field:
    """One tag of a table.

    ``max_length`` is in characters, None for no limit. ``format`` is set for dates only; ``separator`` when the
    tag may hold a list of values. ``unknown_parts`` allows zeros for parts of a date of birth. ``required_rule``
    is the Vietnamese text of a condition, when the tag is required only sometimes.
    """

    name: str
    order: int
    type: Literal["string", "number", "date"]
    format: str | None
    max_length: int | None
    required: bool
    required_until: date | None
    required_evidence: Evidence
    size_evidence: Evidence
    codes: Mapping[str, str]
    codes_evidence: Evidence
    codes_until: date | None
    code_list: str | None
    other_formats: tuple[str, ...]
    separator: str | None
    unknown_parts: bool
    required_rule: str | None
    later_size: tuple[date, int] | None
    aliases: tuple[str, ...]
    meaning_vi: str
    meaning_en: str

    def required_on(self, left: date) -> bool:
        """Tell whether the tag is required for a visit that ended on ``left``."""
        return self.required and (self.required_until is None or left <= self.required_until)

    def has_code(self, value: str) -> bool:
        """Tell whether the value, or each of a list, is one of the codes; numbers may carry leading zeros."""
        if value in self.codes:
            return True
        if self.type == "number":
            return (value.lstrip("0") or "0") in self.codes
        return self.separator is not None and all(
            one.strip() in self.codes for one in value.split(self.separator) if one.strip()
        )

    def codes_hold_on(self, left: date) -> bool:
        """Tell whether the codes are those to use for a visit that ended on ``left``."""
        return bool(self.codes) and (self.codes_until is None or left <= self.codes_until)

    def max_length_on(self, left: date) -> int | None:
        """Give the size limit for a visit that ended on ``left``."""
        if self.later_size and left >= self.later_size[0]:
            return self.later_size[1]
        return self.max_length


@dataclass(frozen=True, slots=True, eq=False)  # one object for each table, so it can key a cache
class Table:
    """One table of a decision: XML1 is number 1, the check-in file is number 0.

    ``path`` goes from the root tag of the inner XML to the record element; it is empty for table 12, which is
    keyed on the insurer's portal and never sent. ``field_by_name`` also knows the other spellings of a tag.
    """

    number: int
    title_vi: str
    title_en: str
    path: tuple[str, ...]
    repeating: bool
    sent: Literal["package", "own_file", "portal_only"]
    required: bool
    fields: tuple[Field, ...]
    field_by_name: Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision with its tables, valid from and to (both inclusive) the day of leaving."""

    key: str
    title_vi: str
    title_en: str
    legal_source: str
    valid_from: date
    valid_to: date | None
    tables: Mapping[int, Table]

    def holds_on(self, left: date) -> bool:
        """Tell whether the decision is in force for a visit that ended on ``left``."""
        return self.valid_from <= left and (self.valid_to is None or left <= self.valid_to)


@cache
def load_decisions() -> Mapping[str, Decision]:
    """Read every decision, oldest first, under its key (``qd4210`` … ``qd3176``).

    Raises DefinitionError when a file cannot be read. Files are checked against their schemas by the tests.
    """
    folder = definitions_folder() / "exchange"
    decisions = [_decision(path.parent) for path in folder.glob("*/decision.yaml")]
    return MappingProxyType({one.key: one for one in sorted(decisions, key=lambda one: one.valid_from)})


def decisions_on(left: date) -> tuple[Decision, ...]:
    """Give the decisions in force for a visit that ended on ``left``; two in a time of transition."""
    return tuple(one for one in load_decisions().values() if one.holds_on(left))


def _decision(folder: Path) -> Decision:
    given = read_definition(folder / "decision.yaml")
    tables = [_table(place, read_definition(folder / f"xml{place['number']}.yaml")) for place in given["tables"]]
    return Decision(
        key=given["key"],
        title_vi=given["title_vi"],
        title_en=given["title_en"],
        legal_source=given["legal_source"],
        valid_from=date.fromisoformat(given["valid_from"]),
        valid_to=_day(given["valid_to"]),
        tables=MappingProxyType({table.number: table for table in tables}),
    )


def _table(place: dict[str, Any], given: dict[str, Any]) -> Table:
    fields = tuple(_field(one, given["evidence"]) for one in given["fields"])
    return Table(
        number=place["number"],
        title_vi=given["title_vi"],
        title_en=given["title_en"],
        path=tuple(place["path"]),
        repeating=place["repeating"],
        sent=place["sent"],
        required=place["required"],
        fields=fields,
        field_by_name=MappingProxyType({name: field for field in fields for name in (field.name, *field.aliases)}),
    )


def _field(given: dict[str, Any], evidence: dict[str, Evidence]) -> Field:
    later = given.get("later_size")
    return Field(
        name=given["name"],
        order=given["order"],
        type=given["type"],
        format=given["format"],
        max_length=_size(given["max_length"], given.get("portal_size")),
        required=given["required"],
        required_until=_day(given.get("required_until")),
        required_evidence=given.get("required_evidence", evidence["required"]),
        size_evidence=given.get("size_evidence", evidence["sizes"]),
        codes=MappingProxyType(given["codes"]) if "codes" in given else NO_CODES,
        codes_evidence=given.get("codes_evidence", evidence["names"]),
        codes_until=_day(given.get("codes_until")),
        code_list=given.get("code_list"),
        other_formats=tuple(given.get("other_formats", ())),
        separator=given.get("separator"),
        unknown_parts=given.get("unknown_parts", False),
        required_rule=given.get("required_rule"),
        later_size=(date.fromisoformat(later["from"]), later["max_length"]) if later else None,
        aliases=tuple(given.get("aliases", ())),
        meaning_vi=given["meaning_vi"],
        meaning_en=given["meaning_en"],
    )


def _size(stated: int | None, portal: int | None) -> int | None:
    """The larger of the annex's size and the one the insurer's portal takes: what it takes is not refused here."""
    return stated if stated is None or portal is None else max(stated, portal)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
