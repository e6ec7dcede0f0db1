"""What the intake tells about packages: states, accounts, findings."""

from dataclasses import asdict, dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Account:
    """The account of one or more packages: visits = filed + unchanged + corrected + quarantined + withdrawn (+ waiting);
    lines, counted for visits filed or corrected: lines_in = filed + withheld + not mapped. Entries are those of CDA
    documents: entries_in = mapped + withheld + not mapped."""

    packages: int = 0
    refused: int = 0
    received: int = 0
    filed: int = 0
    unchanged: int = 0
    corrected: int = 0
    quarantined: int = 0
    findings: int = 0
    lines_in: int = 0
    lines_filed: int = 0
    lines_withheld: int = 0
    lines_not_mapped: int = 0
    withdrawn: int = 0
    documents: int = 0
    entries_in: int = 0
    entries_mapped: int = 0
    entries_withheld: int = 0
    entries_not_mapped: int = 0

    @property
    def balances(self) -> bool:
        visits = self.filed + self.unchanged + self.corrected + self.quarantined + self.withdrawn
        lines = self.lines_filed + self.lines_withheld + self.lines_not_mapped
        entries = self.entries_mapped + self.entries_withheld + self.entries_not_mapped
        return self.received == visits and self.lines_in == lines and self.entries_in == entries

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True)
class PackageRow:
    """One package in the desk's list."""

    id: int
    key: str
    file_name: str
    channel: str
    received_at: datetime
    received_by: str
    facility_name: str
    state: str  # waiting, reading, done, refused
    size_bytes: int
    visits_read: int
    visits_total: int | None
    refusal: dict[str, object] | None
    remarks: list[dict[str, object]]  # what is odd about the whole, its visits taken in all the same
    account: Account


@dataclass(frozen=True)
class VisitRow:
    """One visit (HOSO) of a package."""

    package_id: int
    ordinal: int
    ma_lk: str
    version: str
    state: str  # filed, unchanged, corrected, quarantined
    past: bool
    patient_name: str
    admitted_at: datetime | None
    person_id: int
    findings: int
    lines_in: int
    lines_filed: int
    lines_withheld: int
    lines_not_mapped: int
    made_on: date | None = None
    facility_name: str = ""  # in lists over many packages


@dataclass(frozen=True)
class FindingRow:
    """One finding: where it is and what the catalogue says of it."""

    package_id: int
    ordinal: int
    ma_lk: str
    code: str
    severity: str  # error, warning, notice
    table: str  # XML3
    line: int
    field: str
    value: str
    message_vi: str
    message_en: str
    what_to_do_vi: str
    what_to_do_en: str
    rule: str = ""  # its id in the rule book
    rule_vi: str = ""
    rule_en: str = ""
    legal_source: str = ""
    evidence: str = ""  # official, secondary, unverified
    rule_set: str = ""

    @property
    def table_number(self) -> int:
        """3 for XML3; 1 where it belongs to no table."""
        number = self.table.removeprefix("XML")
        return int(number) if number.isdecimal() else 1


@dataclass(frozen=True)
class DeskAct:
    """What the desk did about a visit in quarantine."""

    act: str  # returned, recheck_asked
    note: str
    acted_by: str
    acted_at: datetime
