"""Which visits a figure counts, as the definitions say it: all that is said must hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hoso.engines.records.dose_facts.facts import DoseFacts
from hoso.engines.records.visit_facts.facts import FEMALE, VisitFacts

SEXES = {"female": FEMALE, "male": 1}
Facts = VisitFacts | DoseFacts  # what may be counted
Range = tuple[str, str]  # first and last group of ICD-10, by three characters


@dataclass(frozen=True, slots=True)
class Condition:
    """Empty or None says nothing. Codes are `system|code`; `under_age` in completed years."""

    classes: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    not_kinds: frozenset[str] = frozenset()
    outcomes: frozenset[str] = frozenset()
    diagnoses: tuple[Range, ...] = ()
    not_diagnoses: tuple[Range, ...] = ()
    sex: int | None = None
    under_age: int | None = None

    def holds(self, visit: Facts) -> bool:
        """Whether the visit counts; nothing but a visit does. One of unknown age is under none, one without main diagnosis
        in no group."""
        return (
            isinstance(visit, VisitFacts)
            and (not self.classes or visit.visit_class in self.classes)
            and (not self.kinds or bool(self.kinds & visit.kinds))
            and not self.not_kinds & visit.kinds
            and (not self.outcomes or bool(self.outcomes & visit.outcomes))
            and (not self.diagnoses or within(visit.main, self.diagnoses))
            and not within(visit.main, self.not_diagnoses)
            and self.sex in (None, visit.sex)
            and (self.under_age is None or (visit.age is not None and visit.age < self.under_age))
        )


def read_condition(given: Mapping[str, Any], systems: Mapping[str, str]) -> Condition:
    """`given` as its schema has it; `systems` are the code systems by the names its codes use. Raises KeyError."""

    def codes(name: str) -> frozenset[str]:
        return read_codes(given.get(name, ()), systems)

    return Condition(
        classes=frozenset(given.get("class", ())),
        kinds=codes("kind"),
        not_kinds=codes("not_kind"),
        outcomes=codes("outcome"),
        diagnoses=tuple(map(read_range, given.get("diagnosis", ()))),
        not_diagnoses=tuple(map(read_range, given.get("not_diagnosis", ()))),
        sex=SEXES[given["sex"]] if "sex" in given else None,
        under_age=given.get("under_age"),
    )


def read_codes(given: Iterable[str], systems: Mapping[str, str]) -> frozenset[str]:
    """`list code` as `system|code`. Raises KeyError."""
    parts = (code.split(" ") for code in given)
    return frozenset(f"{systems[system]}|{code}" for system, code in parts)


def read_range(text: str) -> Range:
    """`A00-B99` as its first and last group."""
    first, _, last = text.partition("-")
    return first, last


def within(code: str, ranges: tuple[Range, ...]) -> bool:
    """Whether the code's group of three characters lies in one of the ranges."""
    return any(first <= code[:3] <= last for first, last in ranges)
