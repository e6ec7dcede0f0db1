"""What became of each entry of a document: in = mapped + withheld + not mapped, section by section."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

MAPPED, WITHHELD, NOT_MAPPED = "mapped", "withheld", "not_mapped"


@dataclass
class EntryAccount:
    """One entry. `path` is its place in the document; `became` the resource type, or the element of the resource around
    it, with that resource's `id`; `reason` a key of entries.yaml's reasons, `detail` what exactly."""

    path: str
    element: str
    template: str
    name: str
    code: str
    code_system: str
    outcome: str = NOT_MAPPED
    became: str = ""
    id: str = ""
    reason: str = ""
    detail: str = ""
    left: Sequence[str] = ()  # elements directly below it that nobody read

    def put_aside(self, outcome: str, reason: str, detail: str = "") -> None:
        self.outcome, self.reason, self.detail, self.became, self.id = outcome, reason, detail, "", ""


@dataclass
class SectionAccount:
    """One section with its entries, those of sections inside it not included. `narrative`: kept, withheld or none."""

    number: int
    code: str
    title: str
    narrative: str = "none"
    entries: list[EntryAccount] = field(default_factory=list)

    @property
    def mapped(self) -> int:
        return self.count(MAPPED)

    @property
    def reported(self) -> int:
        return len(self.entries) - self.mapped

    def count(self, outcome: str) -> int:
        return sum(one.outcome == outcome for one in self.entries)


@dataclass(frozen=True)
class Counts:
    """Entries of one or many sections."""

    entries: int = 0
    mapped: int = 0
    withheld: int = 0
    not_mapped: int = 0

    @property
    def balances(self) -> bool:
        return self.entries == self.mapped + self.withheld + self.not_mapped


def counts_of(sections: Iterable[SectionAccount]) -> Counts:
    entries = [one.outcome for section in sections for one in section.entries]
    return Counts(len(entries), *(entries.count(outcome) for outcome in (MAPPED, WITHHELD, NOT_MAPPED)))
