"""The rules that a visit is checked by, as `definitions/exchange/rules` gives them.

Structure (required, size, type) stands in the field tables; the book holds what goes beyond one field or is dated:
codes, conditions, order of dates, identifiers, amounts and sums. Which findings a package got is told together with
`rule_set()`, the fingerprint of everything that was checked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from hoso.core.definitions import DefinitionError, definitions_folder, read_definition
from hoso.engines.intake.exchange import Evidence


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `body` is its form (must, expect, cases, order, pattern, codes, unique, required) with what that needs.

    `decisions` gives the evidence by decision. `since` and `until` (inclusive) are days of leaving. `severity` is only
    given where a rule bites less than its evidence allows.
    """

    id: str
    decisions: Mapping[str, Evidence]
    tables: tuple[int, ...]
    fields: tuple[str, ...]
    when: str | None
    body: Mapping[str, Any]
    severity: str | None
    since: date | None
    until: date | None
    legal_source: str
    says: Mapping[str, str]
    what_to_do: Mapping[str, str]

    def severity_under(self, decision: str) -> str:
        """error, warning or notice: what is not official never rejects."""
        if self.severity is not None:
            return self.severity
        return "error" if self.decisions[decision] == "official" else "warning"

    def holds_on(self, left: date) -> bool:
        return (self.since is None or self.since <= left) and (self.until is None or left <= self.until)


@cache
def load_rules() -> Mapping[str, Rule]:
    """Every rule by its id, in the order of the files. Raises DefinitionError for an id given twice."""
    found: dict[str, Rule] = {}
    for path in sorted((definitions_folder() / "exchange" / "rules").glob("*.yaml")):
        subject = read_definition(path)
        for given in subject["rules"]:
            rule = _rule(subject, given)
            if rule.id in found:
                raise DefinitionError(f"{path}: the rule {rule.id} is there twice")
            found[rule.id] = rule
    return MappingProxyType(found)


@cache
def rule_set() -> str:
    """Twelve hexadecimal digits that change with any definition a visit is checked by."""
    digest = sha256()
    for path in sorted((definitions_folder() / "exchange").rglob("*.yaml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def code_list(name: str) -> frozenset[str]:
    """The codes of a shared list."""
    given = read_definition(definitions_folder() / "exchange" / "code_lists" / f"{name}.yaml")
    listed = given["codes"]
    if isinstance(listed, dict):
        return frozenset(map(str, listed))
    zones = [row[key] for row in listed for key in ("zone_1", "zone_2") if key in row]
    return frozenset(zones or [row["code"] for row in listed])


_BODY = ("must", "expect", "let", "cases", "order", "pattern", "codes", "unique", "required", "separator", "most")


def _rule(subject: dict[str, Any], given: dict[str, Any]) -> Rule:
    tables = given["table"] if isinstance(given["table"], list) else [given["table"]]
    fields = given.get("field", [])
    return Rule(
        id=given["id"],
        decisions=MappingProxyType(given.get("decisions") or subject["decisions"]),
        tables=tuple(tables),
        fields=tuple(fields) if isinstance(fields, list) else (fields,),
        when=given.get("when"),
        body=MappingProxyType({name: given[name] for name in _BODY if name in given}),
        severity=given.get("severity"),
        since=_day(given.get("since")),
        until=_day(given.get("until")),
        legal_source=given.get("legal_source") or subject["legal_source"],
        says=MappingProxyType({"vi": given["vi"], "en": given["en"]}),
        what_to_do=MappingProxyType({"vi": given.get("do_vi", ""), "en": given.get("do_en", "")}),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
