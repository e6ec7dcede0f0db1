"""Which sensitivity labels an arriving line carries.

The triggers are data (``definitions/sensitivity/triggers.yaml``). Every function gives a mask of labels
(see ``hoso.core.access.labels``) and is fast enough to run on every line of every claim: answers are remembered.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from hoso.core.access.labels import labels
from hoso.core.definitions import definitions_folder, read_definition
from hoso.core.vietnamese.folding import fold

REMEMBERED = 65536


def mask_for_icd10(codes: Iterable[str], age_years: int | None = None) -> int:
    """Give the labels of ICD-10 codes, with or without dot. ``age_years``: full years at the visit, None if unknown.

    Without an age, triggers for children and for adults both apply.
    """
    mask = 0
    for code in codes:
        mask |= _mask_for_icd10(code, age_years)
    return mask


@lru_cache(REMEMBERED)
def mask_for_drug(name: str) -> int:
    """Give the labels of a drug by its name and ingredients."""
    return _matcher("drugs").mask(name)


@lru_cache(REMEMBERED)
def mask_for_service(name: str, code: str = "") -> int:
    """Give the labels of a technical service by its name and its code in the shared list (``24.0169.1616``)."""
    return _matcher("services").mask(name, code)


@lru_cache(REMEMBERED)
def mask_for_result(name: str) -> int:
    """Give the labels of a laboratory result by the name of its indicator."""
    return _matcher("results").mask(name)


def mask_for_text(text: str) -> int:
    """Give the labels of free clinical text; only the gravest labels are looked for. Not remembered: texts differ."""
    return _matcher("texts").mask(text) if text else 0


@cache
def mask_for_table(number: int) -> int:
    """Give the labels that a whole exchange table carries."""
    return _union(labels()[one["label"]].mask for one in _triggers()["tables"] if one["table"] == number)


@lru_cache(REMEMBERED)
def mask_for_field(decision: str, table: int, field: str, value: str) -> int:
    """Give the labels of one coded field; the same number means other things in other decisions."""
    place = (decision, table, field)
    return _union(
        labels()[one["label"]].mask
        for one in _triggers()["fields"]
        if (one["decision"], one["table"], one["field"]) == place and value.strip() in one["values"]
    )


@dataclass(frozen=True, slots=True)
class _AnyOf:
    """Words of which one must be found; the plain search for their stems spares most texts the slower pattern."""

    stems: tuple[str, ...]
    pattern: re.Pattern[str]

    def found(self, text: str) -> bool:
        return any(stem in text for stem in self.stems) and self.pattern.search(text) is not None


@dataclass(frozen=True, slots=True)
class _Words:
    """One trigger on words, compiled: all lists of one group must be found, and none of ``unless``."""

    mask: int
    groups: tuple[tuple[_AnyOf, ...], ...]
    unless: _AnyOf | None
    codes: tuple[str, ...]

    def applies(self, text: str, code: str) -> bool:
        if self.codes and code.startswith(self.codes):
            return True
        if not any(all(words.found(text) for words in group) for group in self.groups):
            return False
        return self.unless is None or not self.unless.found(text)


@dataclass(frozen=True, slots=True)
class _Matcher:
    triggers: tuple[_Words, ...]

    def mask(self, text: str, code: str = "") -> int:
        """Give the union of the labels whose triggers apply; a code written as a name counts as a code."""
        folded, code = fold(text), code.strip() or text.strip()
        return _union(trigger.mask for trigger in self.triggers if trigger.applies(folded, code))


def _union(masks: Iterable[int]) -> int:
    whole = 0
    for mask in masks:
        whole |= mask
    return whole


@cache
def _triggers() -> dict[str, Any]:
    return read_definition(definitions_folder() / "sensitivity" / "triggers.yaml")


@cache
def _matcher(section: str) -> _Matcher:
    return _Matcher(tuple(_words(one) for one in _triggers()[section]))


def _words(given: dict[str, Any]) -> _Words:
    groups: list[tuple[_AnyOf, ...]] = [(_any_of(given["any"]),)] if "any" in given else []
    groups += [tuple(_any_of([word]) for word in group) for group in given.get("all", ())]
    return _Words(
        mask=labels()[given["label"]].mask,
        groups=tuple(groups),
        unless=_any_of(given["unless"]) if given.get("unless") else None,
        codes=tuple(f"{code}." for code in given.get("codes", ())),
    )


def _any_of(words: Sequence[str]) -> _AnyOf:
    """Compile words; a star at the end of a word stands for any further letters and digits."""
    stems = tuple(word.removesuffix("*") for word in words)
    parts = [re.escape(word.removesuffix("*")) + ("[a-z0-9]*" if word.endswith("*") else "") for word in words]
    return _AnyOf(stems, re.compile(rf"(?<![a-z0-9])(?:{'|'.join(parts)})(?![a-z0-9])"))


@dataclass(frozen=True, slots=True)
class _Codes:
    """One trigger on ICD-10 codes, dots left out; the bounds of age are full years, upper bound excluded."""

    mask: int
    prefixes: tuple[str, ...]
    unless: tuple[str, ...]
    age_from: int
    age_below: int

    def applies(self, code: str, age: int | None) -> bool:
        if not code.startswith(self.prefixes) or (self.unless and code.startswith(self.unless)):
            return False
        return age is None or self.age_from <= age < self.age_below


@lru_cache(REMEMBERED)
def _mask_for_icd10(code: str, age: int | None) -> int:
    bare = code.strip().upper().replace(".", "")
    return _union(trigger.mask for trigger in _code_triggers() if trigger.applies(bare, age))


@cache
def _code_triggers() -> tuple[_Codes, ...]:
    return tuple(
        _Codes(
            mask=labels()[one["label"]].mask,
            prefixes=_spread(one["codes"]),
            unless=_spread(one.get("unless", ())),
            age_from=one.get("age_from", 0),
            age_below=one.get("age_below", 1000),
        )
        for one in _triggers()["icd10"]
    )


def _spread(codes: Iterable[str]) -> tuple[str, ...]:
    """Write ranges of categories out (``F11-F13`` is F11, F12, F13) and leave the dots out."""
    made: list[str] = []
    for code in codes:
        first, _, last = code.partition("-")
        if last:
            made += [f"{first[0]}{number:02}" for number in range(int(first[1:]), int(last[1:]) + 1)]
        else:
            made.append(first.replace(".", ""))
    return tuple(made)
