"""The `fields` parameter: which properties of an object are told, and of what it refers to.

`a,b[c,d]`, `*` and `:all`, `:identifiable`, `:nameable`, `!a`, and the transformers `~size`, `~isEmpty`, `~isNotEmpty`,
`~rename(x)`. What is referred to is told by its id where nothing more is asked. Anything else is refused.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from hoso.core.errors import HosoError

PRESETS = {
    "identifiable": ("id", "name", "code", "created", "lastUpdated"),
    "nameable": ("id", "name", "shortName", "code", "created", "lastUpdated"),
}
EVERYTHING = frozenset({"*", ":all", ":owner", ":persisted"})
WORD = re.compile(r"\s*(!?)(:?\w+|\*)((?:(?:~|::)\w+(?:\([^)]*\))?)*)\s*")
TRANSFORMER = re.compile(r"(?:~|::)(\w+)(?:\(([^)]*)\))?")
DEEPEST = 6


@dataclass(slots=True)
class Fields:
    """A parsed selection. `inner` holds what is asked of a property's own objects."""

    everything: bool = False
    names: dict[str, "Fields | None"] = field(default_factory=dict)
    without: set[str] = field(default_factory=set)
    transformers: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def add(self, other: "Fields") -> None:
        self.everything |= other.everything
        self.names.update(other.names)
        self.without |= other.without
        self.transformers.update(other.transformers)


def parse_fields(texts: list[str]) -> Fields:
    """Read the parameter, which may be there several times. Raises HosoError HS7001."""
    found = Fields()
    for text in texts:
        selection, end = _selection(text, 0, 0)
        if end != len(text):
            raise HosoError("HS7001", name="fields", value=text[:100])
        found.add(selection)
    return found


def _selection(text: str, at: int, depth: int) -> tuple[Fields, int]:
    found = Fields()
    if depth > DEEPEST:
        raise HosoError("HS7001", name="fields", value=text[:100])
    while True:
        word = WORD.match(text, at)
        if word is None:
            raise HosoError("HS7001", name="fields", value=text[:100])
        at = word.end()
        inner = None
        if text[at : at + 1] == "[":
            inner, at = _selection(text, at + 1, depth + 1)
            if text[at : at + 1] != "]":
                raise HosoError("HS7001", name="fields", value=text[:100])
            at += 1
            tail = re.compile(r"(?:(?:~|::)\w+(?:\([^)]*\))?)*").match(text, at)
            assert tail is not None
            at = tail.end()
            _note(found, word, inner, word.group(3) + tail.group())
        else:
            _note(found, word, inner, word.group(3))
        if text[at : at + 1] != ",":
            return found, at
        at += 1


def _note(found: Fields, word: "re.Match[str]", inner: Fields | None, tail: str) -> None:
    without, name = bool(word.group(1)), word.group(2)
    if without:
        found.without.add(name)
    elif name in EVERYTHING:
        found.everything = True
    elif name.startswith(":"):
        if name[1:] not in PRESETS:
            raise HosoError("HS7001", name="fields", value=name)
        found.names.update(dict.fromkeys(PRESETS[name[1:]]))
    else:
        found.names[name] = inner
        transformers = TRANSFORMER.findall(tail)
        if unknown := {one for one, _ in transformers} - {"size", "isEmpty", "isNotEmpty", "rename"}:
            raise HosoError("HS7001", name="fields", value=f"~{min(unknown)}")
        if transformers:
            found.transformers[name] = transformers


def select(thing: dict[str, Any], wanted: Fields) -> dict[str, Any]:
    """What is told of one object. A property it does not have is left out, as DHIS2 does."""
    names = dict.fromkeys(thing) if wanted.everything else {}
    told: dict[str, Any] = {}
    for name, inner in {**names, **wanted.names}.items():
        if name in wanted.without or name not in thing or thing[name] is None:
            continue
        value: Any = _told(thing[name], inner)
        key = name
        for transformer, argument in wanted.transformers.get(name, ()):
            if transformer == "rename":
                key = argument
            else:
                size = len(thing[name])
                value = {"size": size, "isEmpty": size == 0, "isNotEmpty": size > 0}[transformer]
        told[key] = value
    return told


def _told(value: Any, inner: Fields | None) -> Any:
    if isinstance(value, dict) and "id" in value:
        return select(value, inner) if inner else {"id": value["id"]}
    if isinstance(value, dict):
        shown = inner or Fields(everything=True)
        return select(value, shown)
    if isinstance(value, list | tuple):
        return [_told(one, inner) for one in value]
    return value
