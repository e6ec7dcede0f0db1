"""Which vaccine doses a figure counts, as the definitions say it: all that is said must hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hoso.engines.records.dose_facts.facts import DoseFacts
from hoso.engines.statistics.from_record.conditions import SEXES, Facts, Range, read_codes, read_range, within


@dataclass(frozen=True, slots=True)
class DoseCondition:
    """Empty, None or False says nothing. Codes are `system|code`; months are completed ones at the dose."""

    vaccines: frozenset[str] = frozenset()
    numbers: frozenset[int] = frozenset()
    reasons: tuple[Range, ...] = ()
    sex: int | None = None
    from_months: int | None = None
    under_months: int | None = None
    newborn: bool = False

    def holds(self, dose: Facts) -> bool:
        """Whether the dose counts; nothing but a dose does. One of unknown age is of no age, one without number is none of
        a series."""
        return (
            isinstance(dose, DoseFacts)
            and (not self.vaccines or bool(self.vaccines & dose.vaccines))
            and (not self.numbers or bool(self.numbers & dose.numbers))
            and (not self.reasons or any(within(code, self.reasons) for code in dose.reasons))
            and self.sex in (None, dose.sex)
            and (self.from_months is None or (dose.months is not None and dose.months >= self.from_months))
            and (self.under_months is None or (dose.months is not None and dose.months < self.under_months))
            and (dose.newborn or not self.newborn)
        )


def read_dose_condition(given: Mapping[str, Any], systems: Mapping[str, str]) -> DoseCondition:
    """`given` as its schema has it; `systems` are the code systems by the names its codes use. Raises KeyError."""
    return DoseCondition(
        vaccines=read_codes(given.get("vaccine", ()), systems),
        numbers=frozenset(given.get("dose", ())),
        reasons=tuple(map(read_range, given.get("reason", ()))),
        sex=SEXES[given["sex"]] if "sex" in given else None,
        from_months=given.get("from_months"),
        under_months=given.get("under_months"),
        newborn=given.get("newborn", False),
    )
