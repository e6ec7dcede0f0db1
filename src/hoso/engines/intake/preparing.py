"""One HOSO from its bytes to drafts, without the database: open, decide the version, check, label, map.

A pure function of the sent bytes, so that helper processes can do it ahead of the one that files.
"""

import gc
import logging
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256

from hoso.core.access.care_team_rules import Members
from hoso.core.jobs.helper_processes import end_with_parent
from hoso.engines.intake.content import content_hash
from hoso.engines.intake.exchange import Decision, load_decisions
from hoso.engines.intake.identity import claimed_identity
from hoso.engines.intake.local_codes.kinds import kinds
from hoso.engines.intake.local_codes.sent_codes import SentCode, sent_codes
from hoso.engines.intake.mapping.claim import map_claim
from hoso.engines.intake.mapping.course import map_course
from hoso.engines.intake.mapping.encounter import map_encounter, map_withheld_encounter, mark_withheld
from hoso.engines.intake.mapping.medications import map_medications
from hoso.engines.intake.mapping.papers import map_papers
from hoso.engines.intake.mapping.results import map_results
from hoso.engines.intake.mapping.services import map_services
from hoso.engines.intake.mapping.visit import MappingVisit
from hoso.engines.intake.moments import moment
from hoso.engines.intake.old_encodings import check_encoding
from hoso.engines.intake.rules.checking import check_rules, compiled
from hoso.engines.intake.sent import Finding, RawVisit, SentVisit
from hoso.engines.intake.structure import FACILITY_SIZE, KEY_SIZE, MAX_FINDINGS, check_structure
from hoso.engines.intake.tables import open_visit
from hoso.engines.intake.treating import treating
from hoso.engines.intake.versions import decide_version
from hoso.engines.intake.withholding import Withholding, label_lines
from hoso.engines.people.claimed import ClaimedIdentity
from hoso.engines.people.details import detail_kinds
from hoso.engines.records.drafts import Draft

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class PreparedVisit:
    """A visit ready to be filed, or with the errors that send it to quarantine (`claim` is None then)."""

    ordinal: int
    facility_code: str
    ma_lk: str
    version: str
    made_on: date | None
    content_hash: bytes
    findings: list[Finding]
    claim: ClaimedIdentity | None
    patient_name: str
    admitted_at: datetime | None
    discharged_at: datetime | None
    id_date: datetime | None
    encounter: str
    drafts: list[Draft] = field(default_factory=list)
    lines_in: int = 0
    lines_filed: int = 0
    aside: list[tuple[int, int, str, int]] = field(default_factory=list)  # table, line, why, mask
    withheld_whole: int = 0  # the labels by which nothing of the visit may be known
    treating: Members = field(default_factory=dict)
    codes: list[SentCode] = field(default_factory=list)  # of the lines that are filed

    @property
    def is_quarantined(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)

    @property
    def whole_sensitivity(self) -> int:
        """The labels of the visit itself: who may not see it learns nothing of what it says of the person."""
        return next((draft.sensitivity for draft in self.drafts if draft.type == "Encounter"), 0)

    @property
    def sensitivity(self) -> int:
        whole = 0
        for draft in self.drafts:
            whole |= draft.sensitivity
        return whole


def prepare(
    raw: RawVisit, stated: str | None, id_date: datetime | None = None, *, filed: bool = False
) -> PreparedVisit:
    """Prepare one HOSO. `id_date` is the date its ids hang on when the visit was filed before; else its admission.
    `filed`: this very sending is filed already, so rules that came later do not keep it out.

    Whatever a sender manages to write, one visit never stops the next: what nobody foresaw goes to quarantine.
    """
    if raw.finding:
        return _unreadable(raw, raw.finding)
    try:
        return _prepare(raw, stated, id_date, filed)
    except Exception:
        logger.exception("a visit could not be prepared")
        return _unreadable(raw, Finding("HS9001", "error", 1, 0, "", ""))


def _unreadable(raw: RawVisit, finding: Finding) -> PreparedVisit:
    digest = sha256(b"".join(part.content for part in raw.parts)).digest()
    return PreparedVisit(
        raw.ordinal,
        raw.header.facility_code if len(raw.header.facility_code) <= FACILITY_SIZE else "",
        "",
        "",
        raw.header.made_on,
        digest,
        [finding],
        None,
        "",
        None,
        None,
        None,
        "",
    )


def _prepare(raw: RawVisit, stated: str | None, id_date: datetime | None, filed: bool) -> PreparedVisit:
    sent, decision, findings = judge(raw, stated)
    left = moment(sent.summary.get("NGAY_RA", ""))
    admitted = moment(sent.summary.get("NGAY_VAO", ""))
    prepared = PreparedVisit(
        ordinal=raw.ordinal,
        facility_code=sent.facility_code if len(sent.facility_code) <= FACILITY_SIZE else "",
        ma_lk=sent.ma_lk[:KEY_SIZE],
        version=decision.key,
        made_on=raw.header.made_on,
        content_hash=content_hash(sent, decision),
        findings=findings,
        claim=None,
        patient_name=sent.summary.get("HO_TEN", ""),
        admitted_at=admitted,
        discharged_at=left,
        id_date=id_date or admitted,
        encounter="",
    )
    if filed or not prepared.is_quarantined:
        _map(prepared, sent)
    return prepared


def judge(raw: RawVisit, stated: str | None) -> tuple[SentVisit, Decision, list[Finding]]:
    """Open a visit, decide which decision it follows, and find what is wrong with it."""
    sent = open_visit(raw)
    left = moment(sent.summary.get("NGAY_RA", ""))
    day = _day_judged(sent)
    decision, disagreement = decide_version(sent, stated, left.date() if left else None, day)
    findings = [*sent.findings, *check_structure(sent, decision, day)]
    findings += check_rules(sent, decision, day, findings)[: max(MAX_FINDINGS - len(findings), 0)]
    findings += check_encoding(sent)
    if disagreement:
        findings.append(disagreement)
    if not sent.facility_code:  # one that is too long has its finding
        findings.append(Finding("HS3004", "error", 1, 1, "MA_CSKCB", ""))
    return sent, decision, findings


def _day_judged(sent: SentVisit) -> date | None:
    """The day whose rules hold: that of leaving; where there is none yet, as in a check-in file, that of arriving."""
    lines = sent.tables.get(1) or sent.tables.get(0) or [{}]
    found = moment(lines[0].get("NGAY_RA", "")) or moment(lines[0].get("NGAY_VAO", ""))
    return found.date() if found else None


def settle_helper() -> None:
    """Make a helper process ready: definitions read, and garbage looked for seldom, since visits leave no cycles."""
    end_with_parent()
    for decision in load_decisions():
        compiled(decision)
    detail_kinds()
    kinds()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)


def prepare_chunk(chunk: list[RawVisit], stated: str | None) -> list[PreparedVisit]:
    """What a helper process does: this file needs neither Django nor the database."""
    return [prepare(raw, stated) for raw in chunk]


def _map(prepared: PreparedVisit, sent: SentVisit) -> None:
    prepared.lines_in = sum(map(len, sent.tables.values()))
    if 1 not in sent.tables:  # a check-in file (XML0): kept and counted, not yet part of the record
        prepared.ma_lk = f"{prepared.ma_lk}/XML0"
        prepared.aside = _not_mapped(sent, set())
        return
    prepared.claim = claimed_identity(sent, prepared.facility_code)
    birth_day = prepared.claim.birth.day
    age = _full_years(birth_day, prepared.claim.as_of.date()) if birth_day else None
    withholding = label_lines(sent, prepared.version, age)
    visit = _mapping_visit(prepared, sent, withholding)
    if (1, 1) in withholding.withheld:
        map_withheld_encounter(visit)
    else:
        map_encounter(visit, withholding.hidden)
        map_claim(visit)
        mark_withheld(visit)
    for step in (map_medications, map_services, map_results, map_course, map_papers):
        step(visit)
    prepared.drafts = visit.drafts
    prepared.encounter = visit.encounter
    prepared.withheld_whole = withholding.withheld.get((1, 1), 0)
    withheld = [(table, line, "withheld", mask) for (table, line), mask in withholding.withheld.items()]
    prepared.aside = withheld + _not_mapped(sent, visit.mapped | withholding.withheld.keys())
    prepared.lines_filed = len(visit.mapped)
    prepared.treating = treating(sent)
    prepared.codes = sent_codes(sent, withholding.withheld)


def _mapping_visit(prepared: PreparedVisit, sent: SentVisit, withholding: Withholding) -> MappingVisit:
    if prepared.id_date is None:
        raise ValueError("a visit without a readable NGAY_VAO is quarantined before this")
    return MappingVisit(
        sent,
        prepared.version,
        prepared.facility_code,
        prepared.ma_lk,
        prepared.id_date,
        withholding.masks,
        withholding.withheld,
        withholding.text_withheld,
        withholding.mark,
    )


def _not_mapped(sent: SentVisit, done: set[tuple[int, int]]) -> list[tuple[int, int, str, int]]:
    return [
        (table, place, "not_mapped", 0)
        for table, lines in sent.tables.items()
        for place in range(1, len(lines) + 1)
        if (table, place) not in done
    ]


def _full_years(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
