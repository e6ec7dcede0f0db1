"""The shapes of the API's answers."""

from datetime import datetime
from typing import Any

from ninja import Schema


class Receipt(Schema):
    """The acknowledgement: from here on the package survives any failure."""

    id: int
    key: str
    sha256: str
    status_url: str


class AccountAnswer(Schema):
    """received = filed + unchanged + corrected + quarantined; lines_in = filed + withheld + not mapped."""

    received: int
    filed: int
    unchanged: int
    corrected: int
    quarantined: int
    findings: int
    lines_in: int
    lines_filed: int
    lines_withheld: int
    lines_not_mapped: int
    withdrawn: int
    balances: bool


class PackageAnswer(Schema):
    """One package: how far it is and what became of its visits."""

    id: int
    key: str
    state: str
    file_name: str
    channel: str
    facility_name: str
    received_at: datetime
    size_bytes: int
    visits_read: int
    visits_total: int | None
    refusal: dict[str, Any] | None
    remarks: list[dict[str, Any]]
    account: AccountAnswer


class Texts(Schema):
    """A text in both languages."""

    vi: str
    en: str


class RuleAnswer(Schema):
    """Why a finding is one: the rule, its source, how well that is known, and the set of rules it was found by."""

    id: str
    vi: str
    en: str
    legal_source: str
    evidence: str
    rule_set: str


class FindingAnswer(Schema):
    """One finding: where it is, what is wrong, what to do."""

    visit: int
    ma_lk: str
    code: str
    severity: str
    table: str
    line: int
    field: str
    value: str
    message: Texts
    what_to_do: Texts
    rule: RuleAnswer


class FindingsAnswer(Schema):
    """Findings in the order of the package; `cut` says there are more than asked for."""

    findings: list[FindingAnswer]
    cut: bool


class ErrorAnswer(Schema):
    """A coded error; every code is explained in the reference of errors."""

    code: str
    message: Texts
    what_to_do: Texts
    params: dict[str, str]
