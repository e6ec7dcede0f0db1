"""A visit (HOSO) as a hospital sent it: tables of lines, before anything is judged or mapped."""

import dataclasses
from dataclasses import dataclass
from datetime import date

Values = dict[str, str]


@dataclass(frozen=True, slots=True)
class PackageHeader:
    """THONGTINDONVI and THONGTINHOSO of the envelope; empty text where the package does not say."""

    facility_code: str
    made_on: date | None
    stated_count: int | None


@dataclass(slots=True)
class Part:
    """One FILEHOSO: the table it names and its content, still packed or already as XML text."""

    name: str  # LOAIHOSO, such as XML3
    content: bytes
    line: int = 0  # of its tag in the file that was sent, from 1; 0: not known


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong or strange at a place in a visit; `code` is of the error catalogue, `rule` of the rule book."""

    code: str
    severity: str  # error, warning, notice
    table: int
    line: int
    field: str
    value: str
    params: dict[str, str] = dataclasses.field(default_factory=dict)
    rule: str = ""


@dataclass(slots=True)
class RawVisit:
    """One HOSO out of the envelope, not yet opened. Small enough to travel between processes."""

    header: PackageHeader
    ordinal: int
    parts: list[Part]
    finding: Finding | None = None  # why it could not even be read


@dataclass(slots=True)
class SentVisit:
    """One visit with its tables opened: table number -> lines in their order; a line's number is its place from 1."""

    header: PackageHeader
    ordinal: int
    tables: dict[int, list[Values]]
    findings: list[Finding] = dataclasses.field(default_factory=list)

    @property
    def summary(self) -> Values:
        """The one line of XML1, empty where it is missing."""
        lines = self.tables.get(1)
        return lines[0] if lines else {}

    @property
    def ma_lk(self) -> str:
        if self.tables.get(1):
            return self.summary.get("MA_LK", "")
        return next((line.get("MA_LK", "") for lines in self.tables.values() for line in lines), "")

    @property
    def facility_code(self) -> str:
        if code := self.summary.get("MA_CSKCB") or self.header.facility_code:
            return code
        return next((line.get("MA_CSKCB", "") for line in self.tables.get(0, ())), "")
