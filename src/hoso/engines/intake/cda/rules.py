"""The mapping as data: definitions/exchange/cda read into what the mapper asks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from lxml import etree

from hoso.core.definitions import DefinitionError, definitions_folder, read_definition

FOLDER = "exchange/cda"


@dataclass(frozen=True)
class Field:
    """One element of a resource and where it comes from; the words of resources.yaml."""

    to: str
    find: etree.XPath
    kind: str
    many: bool = False
    map: str = ""
    otherwise: str = ""
    otherwise_key: str = ""
    required: bool = False
    under: str = ""
    system: str = ""
    given: Any = None
    within: frozenset[str] = frozenset()

    def found(self, element: Any) -> list[Any]:
        """Elements, or the values of attributes."""
        found = self.find(element)
        return found if isinstance(found, list) else []


@dataclass(frozen=True)
class Made:
    """How a resource, or (with `to`) an element of the one around it, is made of an entry."""

    name: str
    type: str
    fields: tuple[Field, ...]
    to: str = ""
    subject: str = ""
    negated: Any = None  # "refuse", or what the resource says then
    fixed: Mapping[str, Any] = field(default_factory=dict)
    moods: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    members: str = ""
    member_under: str = ""
    member_types: tuple[str, ...] = ()


@dataclass(frozen=True)
class EntryRule:
    """What an entry becomes. Exactly one of `makes`, `part`, `wraps`, `not_mapped` is set."""

    name: str
    makes: Made | None = None
    part: Made | None = None
    part_in: frozenset[str] = frozenset()
    wraps: tuple[Field, ...] | None = None
    not_mapped: str = ""
    category: str = ""
    moods: Mapping[str, Made] = field(default_factory=dict)


@dataclass(frozen=True)
class Rules:
    templates: Mapping[str, EntryRule]
    otherwise: Mapping[tuple[str, str], EntryRule]  # element, mood
    reasons: Mapping[str, Mapping[str, str]]


@cache
def rules() -> Rules:
    """The mapping. Raises DefinitionError, KeyError or etree.XPathError where the files do not fit together."""
    made = _resources()
    given = _read("entries")
    parts = {name: _made(name, one) for name, one in given["parts"].items()}
    reasons = given["reasons"]
    templates = {root: _rule(one, made, parts, reasons) for root, one in given["templates"].items()}
    otherwise = {
        (one["element"], mood): _rule({"name": one["element"], **one}, made, parts, reasons)
        for one in given["otherwise"]
        for mood in one["moods"]
    }
    return Rules(templates, otherwise, reasons)


def fields_of(given: Rules) -> Iterator[tuple[str, tuple[Field, ...]]]:
    """(name, fields) of everything that a rule makes, fills or says."""
    for rule in (*given.templates.values(), *given.otherwise.values()):
        for made in (rule.makes, rule.part, *rule.moods.values()):
            if made is not None:
                yield made.name, made.fields
        yield rule.name, rule.wraps or ()


@cache
def code_maps() -> Mapping[str, Mapping[str, str]]:
    return {name: dict(one) for name, one in _read("code_maps")["maps"].items()}


@cache
def system_urls() -> Mapping[str, str]:
    """OID -> address of the code system."""
    return dict(_read("code_systems")["systems"])


@cache
def number_forms() -> tuple[str, str]:
    """(root of ids that hold a URI, what stands between system and value in them)."""
    given = _read("number_forms")
    return given["uri_root"], given["separator"]


def _read(name: str) -> dict[str, Any]:
    folder = definitions_folder()
    return read_definition(folder / FOLDER / f"{name}.yaml", folder / "exchange" / "schema" / f"{name}.json")


def _resources() -> dict[str, Made]:
    given = _read("resources")
    found = {}
    for name, one in given["resources"].items():
        whole = {**given["resources"][one["extends"]], **one} if "extends" in one else one
        shared = [given["shared"][key] for key in whole.get("use", ())]
        found[name] = _made(name, {**whole, "fields": [*whole["fields"], *shared]})
    return found


def _made(name: str, given: Mapping[str, Any]) -> Made:
    return Made(
        name, given.get("type", name), tuple(_field(one) for one in given["fields"]), given.get("to", ""),
        given.get("subject", ""), given.get("negated"), given.get("fixed", {}), given.get("moods", {}),
        given.get("members", ""), given.get("member_under", ""), tuple(given.get("member_types", ())),
    )  # fmt: skip


def _field(given: Mapping[str, Any]) -> Field:
    return Field(
        given["to"], etree.XPath(given["from"]), given["as"], given.get("many", False), given.get("map", ""),
        given.get("otherwise", ""), given.get("otherwise_key", given["to"]), given.get("required", False),
        given.get("under", ""), given.get("system", ""), given.get("given"), frozenset(given.get("in", ())),
    )  # fmt: skip


def _rule(
    given: Mapping[str, Any], made: Mapping[str, Made], parts: Mapping[str, Made], reasons: Mapping[str, Any]
) -> EntryRule:
    why = given.get("not_mapped", "")
    if why and why not in reasons:
        raise DefinitionError(f"{FOLDER}/entries.yaml: no reason {why}")
    wraps = tuple(_field(one) for one in given["wraps"]) if "wraps" in given else None
    moods = given.get("moods", {})
    return EntryRule(
        given["name"],
        made[given["makes"]] if "makes" in given else None,
        parts[given["part"]] if "part" in given else None,
        frozenset(given.get("in", ())),
        wraps,
        why,
        given.get("category", ""),
        {mood: made[name] for mood, name in moods.items()} if isinstance(moods, dict) else {},
    )
