"""The mapping desk: local codes queue up, are mapped by two persons, and what waited is filed again with the catalogue's coding."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.terminology import queries as terminology
from hoso.core.terminology.local_versions import draft_version, publish_version
from hoso.engines.intake.accounts import account_of_packages
from hoso.engines.intake.jobs import intake_service
from hoso.engines.intake.local_codes import in_force, refiling
from hoso.engines.intake.local_codes.collecting import collect
from hoso.engines.intake.local_codes.deciding import Meaning, decide_mapping, propose_mapping
from hoso.engines.intake.local_codes.proposals import Proposal, proposals
from hoso.engines.intake.local_codes.queries import CodeRow, code, history, mappings, queue
from hoso.engines.intake.local_codes.refiling import Refiled, refile_waiting
from hoso.engines.intake.local_codes.yields import trend, yields
from hoso.engines.intake.withdrawing import ask_withdrawal, decide_withdrawal, undo_withdrawal
from hoso.engines.records.fhir.search.index_rows import index_rows
from hoso.engines.records.resource_types import NUMBERS, name_of
from tests.claim_packages import Claim, sample_3176
from tests.conformance.fhir_writing import software
from tests.intaking import Asker, Intake, asker, forget, last_package, one, rows, undone

LOCAL, TARGET, DAY = "XN.CTM", "22.0120.1370", date(2025, 3, 15)
CATALOGUE = "https://hoso.vn/fhir/CodeSystem/dich-vu-ky-thuat"
NAME = "Tổng phân tích tế bào máu ngoại vi bằng máy đếm laser"


def local_claim(number: int = 1, **values: str) -> Claim:
    """The sample with its blood count under a code of the hospital's own."""
    claim = sample_3176().changed(3, 2, MA_DICH_VU=LOCAL, TEN_DICH_VU=NAME)
    for line in (1, 2):
        claim = claim.changed(4, line, MA_DICH_VU=LOCAL)
    return claim.with_(MA_LK=f"SYN.{number}", **values)


@pytest.fixture(autouse=True)
def forgetting() -> Iterator[None]:
    terminology.forget()
    yield
    terminology.forget()
    in_force.spans_of.cache_clear()


@pytest.fixture
def hospital() -> Asker:
    return asker("facility_records_officer", "01000")


@pytest.fixture
def officer() -> Asker:
    return asker("intake_officer")


def waiting(who: Asker, **filters: Any) -> list[CodeRow]:
    return who.ask("package.read", lambda scope: queue(scope, **filters))[1]


def map_it(hospital: Asker, officer: Asker, target: str = TARGET, **more: Any) -> int:
    (row,) = [one for one in _all(hospital) if one.local.code == LOCAL]
    number = propose_mapping(hospital.actor, row.id, Meaning(target, **{"valid_from": date(2020, 1, 1), **more}))
    decide_mapping(officer.actor, number, approve=True)
    return number


def _all(who: Asker) -> list[CodeRow]:
    return [row for state in ("open", "proposed", "mapped") for row in waiting(who, state=state)]


def refile() -> Refiled:
    return refile_waiting(intake_service("test"))


def current() -> list[tuple[Any, ...]]:
    return rows("SELECT type, id, version, body FROM records_resource WHERE NOT deleted ORDER BY 1, 2")


def codings(system: str = CATALOGUE) -> list[tuple[str, str]]:
    """(type, code) of every coding of a system in what is filed now."""
    found = []
    for number, _, _, body in current():
        for coding in _codings(json.loads(bytes(body))):
            if coding.get("system") == system:
                found.append((name_of(number), coding["code"]))
    return found


def _codings(node: Any) -> Iterator[dict[str, str]]:
    if isinstance(node, dict):
        yield from node.get("coding", ())
        for value in node.values():
            yield from _codings(value)
    elif isinstance(node, list):
        for value in node:
            yield from _codings(value)


def test_a_local_code_queues_up_with_counts_and_samples_without_a_person(intake: Intake, hospital: Asker) -> None:
    claim = local_claim()
    intake.file(claim, local_claim(2, NGAY_RA="202503200900"))
    (row,) = waiting(hospital)
    assert (row.kind.key, row.local.code, row.visits, row.lines) == ("service", LOCAL, 2, 2)
    assert (row.first_seen, row.last_seen) == (date(2025, 3, 15), date(2025, 3, 20))
    assert row.local.samples == ({"TEN_DICH_VU": NAME, "DON_VI_TINH": "Lần", "MA_NHOM": "1"},)
    stored = one("SELECT string_agg(to_jsonb(c)::text, '') FROM local_codes_code c")
    for of_the_person in ("HO_TEN", "SO_CCCD", "MA_THE_BHYT", "MA_BN", "DIEN_THOAI"):
        assert (value := claim.summary[of_the_person]) and value not in stored


def test_a_name_that_says_whose_line_it_is_is_no_sample(intake: Intake, hospital: Asker) -> None:
    claim = local_claim()
    whose = f"Công thức máu của {claim.summary['HO_TEN'].title()}"
    intake.file(claim.changed(3, 2, TEN_DICH_VU=whose), local_claim(2).changed(3, 2, TEN_DICH_VU="BN 001175000000"))
    (row,) = waiting(hospital)
    assert row.local.names == []


def test_what_the_catalogue_has_does_not_queue_up_nor_what_it_does_not_cover(intake: Intake, hospital: Asker) -> None:
    suffixed = sample_3176().changed(3, 2, MA_DICH_VU="22.0120.1370_GT")
    intake.file(
        sample_3176(), suffixed.with_(MA_LK="SYN.9")
    )  # exams, beds, supplies, drugs: other lists, or none loaded
    assert waiting(hospital) == []
    (line,) = hospital.ask("package.read", lambda scope: yields(scope))
    assert (line.kind, line.lines, line.in_catalogue, line.share) == ("service", 4, 4, 1.0)


def test_another_hospital_sees_nothing_of_it(intake: Intake) -> None:
    intake.file(local_claim())
    stranger = asker("facility_records_officer", "01999")
    assert waiting(stranger) == []
    number = one("SELECT id FROM local_codes_code")
    assert stranger.ask("package.read", lambda scope: code(scope, number)) is None
    with pytest.raises(HosoError, match="HS5001"):
        propose_mapping(stranger.actor, number, Meaning(TARGET, DAY))
    with acting_transaction(stranger.actor.account_id, "record_keeping"), connection.cursor() as cursor:
        for table in ("code", "visit", "month", "yield", "mapping", "refiling"):
            cursor.execute(f"SELECT count(*) FROM local_codes_{table}")
            assert cursor.fetchone() == (0,), table


def test_the_likeliest_code_comes_first_with_its_reasons(intake: Intake, hospital: Asker) -> None:
    intake.file(local_claim())
    (row,) = waiting(hospital)
    found = proposals(row.local, row.last_seen)
    named = {proposal.concept.code: proposal for proposal in found}
    assert found[0].concept.display_vi.startswith("Tổng phân tích tế bào máu ngoại vi")
    assert [proposal.score for proposal in found] == sorted((one.score for one in found), reverse=True)
    assert ("name", NAME) in {(each.what, each.local) for each in _likeliest(named).evidence}


def _likeliest(named: dict[str, Proposal]) -> Proposal:
    return max(named.values(), key=lambda one: one.score)


def test_two_persons(intake: Intake, hospital: Asker, officer: Asker) -> None:
    intake.file(local_claim())
    (row,) = waiting(officer)
    number = propose_mapping(officer.actor, row.id, Meaning(TARGET, DAY))
    with pytest.raises(HosoError, match="HS6143"):
        decide_mapping(officer.actor, number, approve=True)
    with pytest.raises(HosoError, match="HS2001"):
        decide_mapping(hospital.actor, number, approve=True)
    # Nor past the code: by oneself, under another's name, or what was proposed.
    other = asker("intake_officer").actor
    for change in (
        "decision = 'approved', decided_by = proposed_by, decided_at = now()",
        f"decision = 'approved', decided_by = {other.account_id}, decided_at = now()",
        "target = 'x'",
    ):
        with pytest.raises(DatabaseError), _as(officer.actor) as cursor:
            cursor.execute(f"UPDATE local_codes_mapping SET {change} WHERE id = {number}")
    decide_mapping(other, number, approve=True)
    with pytest.raises(HosoError, match="HS6144"):
        decide_mapping(asker("intake_officer").actor, number, approve=False, reason="nghĩ lại")


@contextmanager
def _as(actor: Actor) -> Iterator[Any]:
    with transaction.atomic(), acting_transaction(actor.account_id, "record_keeping"), connection.cursor() as cursor:
        yield cursor


def test_a_refusal_has_a_reason_and_another_proposal_may_follow(
    intake: Intake, hospital: Asker, officer: Asker
) -> None:
    intake.file(local_claim())
    (row,) = waiting(hospital)
    number = propose_mapping(hospital.actor, row.id, Meaning("22.0121.1369", DAY))
    with pytest.raises(HosoError, match="HS6141"):
        propose_mapping(hospital.actor, row.id, Meaning(TARGET, DAY))
    with pytest.raises(HosoError, match="HS6145"):
        decide_mapping(officer.actor, number, approve=False)
    decide_mapping(officer.actor, number, approve=False, reason="sai phương pháp")
    assert [one.local.code for one in waiting(hospital)] == [LOCAL]
    propose_mapping(hospital.actor, row.id, Meaning(TARGET, DAY))
    told = hospital.ask("package.read", lambda scope: history(scope, row.id))
    assert [(one.version, one.decision, one.reason) for one in told] == [(2, "", ""), (1, "refused", "sai phương pháp")]
    assert [one.version for one in officer.ask("package.read", lambda scope: mappings(scope))] == [2, 1]


def test_what_cannot_be_proposed(intake: Intake, hospital: Asker) -> None:
    intake.file(local_claim())
    (row,) = waiting(hospital)
    for meaning, error in (
        (Meaning("99.9999.9999", DAY), "HS6142"),
        (Meaning(TARGET, DAY, DAY), "HS6147"),
        (Meaning("", DAY), "HS6148"),
        (Meaning(TARGET, DAY, equivalence="same"), "HS9004"),
        (Meaning("24.0169.1616", DAY), "HS6146"),  # an HIV test, of which the hospital's name says nothing
    ):
        with pytest.raises(HosoError, match=error):
            propose_mapping(hospital.actor, row.id, meaning)


def test_a_waiting_visit_is_completed_by_a_mapping(intake: Intake, hospital: Asker, officer: Asker) -> None:
    account = intake.file(local_claim())
    before = current()
    # The X-ray is sent with a code of the catalogue: its coding stays as it was sent.
    assert codings() == []
    map_it(hospital, officer)
    assert refile() == Refiled(1, 1)
    assert sorted(codings()) == [("Claim", TARGET), ("DiagnosticReport", TARGET), ("ServiceRequest", TARGET)]
    after = {row[:2]: row for row in current()}
    changed = [name_of(row[0]) for row in before if after[row[:2]] != row]
    assert sorted(changed) == ["Claim", "DiagnosticReport", "ServiceRequest"]
    assert len(after) == len(before)
    # The local coding stands first, the bytes before are kept as the version before.
    (body,) = [
        row[3] for row in after.values() if name_of(row[0]) == "ServiceRequest" and TARGET.encode() in bytes(row[3])
    ]
    first, second = json.loads(bytes(body))["code"]["coding"]
    assert (first["code"], second) == (LOCAL, {"system": CATALOGUE, "version": "qd4440-2020", "code": TARGET})
    kept = rows("SELECT body FROM records_resource_version WHERE type = %s", NUMBERS["ServiceRequest"])
    assert [bytes(row[0]) for row in kept] == [bytes(row[3]) for row in before if name_of(row[0]) == "ServiceRequest" and LOCAL.encode() in bytes(row[3])]  # fmt: skip
    whole = account_of_packages(intake_service("test"), [last_package()])
    assert whole.balances and (whole.filed, whole.lines_in, whole.lines_filed) == (
        1,
        account.lines_in,
        account.lines_filed,
    )
    payload = json.loads(one("SELECT payload::text FROM changes_change WHERE topic = 'visit.corrected'"))
    assert len(payload["resources"]) == 3 and payload["recoded"]
    assert waiting(hospital) == [] and [one.target for one in waiting(hospital, state="mapped")] == [TARGET]


def test_doing_it_again_changes_nothing(intake: Intake, hospital: Asker, officer: Asker) -> None:
    intake.file(local_claim())
    map_it(hospital, officer)
    refile()
    before = current()
    assert refile() == Refiled()
    assert intake.file(local_claim()).unchanged == 1
    assert current() == before
    assert one("SELECT count(*) FROM changes_change WHERE topic = 'visit.corrected'") == 1


def test_what_arrives_afterwards_is_filed_like_what_was_filed_again(
    intake: Intake, hospital: Asker, officer: Asker
) -> None:
    intake.file(local_claim(1))
    map_it(hospital, officer)
    intake.file(local_claim(2))
    assert refile() == Refiled(1, 1)
    kinds = sorted(codings())
    assert kinds == sorted([("Claim", TARGET), ("DiagnosticReport", TARGET), ("ServiceRequest", TARGET)] * 2)
    assert one("SELECT count(DISTINCT mappings) FROM local_codes_visit") == 1


def test_found_by_the_catalogues_code_as_a_reindexing_would(intake: Intake, hospital: Asker, officer: Asker) -> None:
    intake.file(local_claim())
    map_it(hospital, officer)
    refile()
    changed = [row for row in current() if row[2] > 1]
    assert len(changed) == 3
    for number, id_, _, body in changed:
        kept = {row[0] for row in rows("SELECT hash FROM records_token WHERE type = %s AND id = %s", number, id_)}
        expected = index_rows(name_of(number), json.loads(bytes(body)))
        assert kept == {row[0] for row in expected}, name_of(number)


def test_days_decide_which_version_holds_and_a_newer_one_undoes_an_older(
    intake: Intake, hospital: Asker, officer: Asker
) -> None:
    intake.file(local_claim())
    before = current()
    map_it(hospital, officer, valid_from=date(2025, 3, 16))
    assert refile() == Refiled() and current() == before  # the visit ended the day before
    map_it(hospital, officer, valid_from=date(2025, 3, 1), valid_to=date(2025, 3, 16))
    refile()
    assert len(codings()) == 3
    map_it(hospital, officer, target="", valid_from=date(2025, 3, 1))
    assert refile() == Refiled(1, 1)
    assert codings() == []
    assert [row[3] for row in current()] == [row[3] for row in before]
    assert {row[2] for row in current()} == {1, 3}
    assert [one.local.code for one in waiting(hospital)] == [LOCAL]


def test_stopped_it_goes_on_where_it_was(
    intake: Intake, hospital: Asker, officer: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refiling, "BATCH", 1)
    intake.file(*(local_claim(number) for number in range(1, 6)))
    intake.file(local_claim(6))
    map_it(hospital, officer)
    answers = iter([False, False, True])
    seen: list[tuple[int, int]] = []
    done = refile_waiting(intake_service("test"), lambda *now: seen.append(now), lambda: next(answers, True))
    assert (done, seen) == (Refiled(2, 2), [(1, 6), (2, 6)])
    assert refiling.is_open(intake_service("test"))
    (told,) = officer.ask("package.read", lambda scope: mappings(scope))
    assert told.refiling
    assert refile() == Refiled(4, 4)
    assert not refiling.is_open(intake_service("test"))
    assert one("SELECT count(*) FROM changes_change WHERE topic = 'visit.corrected'") == 6


def test_a_corrected_visit_is_counted_once_and_one_without_the_code_no_more(intake: Intake, hospital: Asker) -> None:
    intake.file(local_claim(), made_on="20250315")
    twice = local_claim()
    twice.tables[3].rows.append({**twice.tables[3].rows[1], "STT": "99"})
    intake.file(twice, made_on="20250316")
    (row,) = waiting(hospital)
    assert (row.visits, row.lines) == (1, 2)
    assert _slowly_counted() == {(LOCAL, 1, 2)}
    intake.file(sample_3176().with_(MA_LK="SYN.1"), made_on="20250317")
    assert waiting(hospital) == [] and _slowly_counted() == set()
    (line,) = hospital.ask("package.read", lambda scope: yields(scope))
    assert (line.lines, line.in_catalogue, line.codes) == (2, 2, 0)


def _slowly_counted() -> set[tuple[str, int, int]]:
    """(code, visits, lines) from the rows of the visits, and equal to what the months say."""
    slow = rows(
        "SELECT c.code, count(*), sum(u.lines) FROM local_codes_visit v, unnest(v.codes, v.code_lines) AS u (code_id, lines)"
        " JOIN local_codes_code c ON c.id = u.code_id GROUP BY c.code"
    )
    kept = rows(
        "SELECT c.code, sum(m.visits), sum(m.lines) FROM local_codes_month m JOIN local_codes_code c ON c.id = m.code_id"
        " GROUP BY c.code HAVING sum(m.visits) <> 0 OR sum(m.lines) <> 0"
    )
    assert set(slow) == set(kept)
    return {(row[0], int(row[1]), int(row[2])) for row in slow}


def test_a_withdrawn_visit_waits_until_it_is_brought_back(intake: Intake, hospital: Asker, officer: Asker) -> None:
    intake.file(local_claim())
    other = asker("intake_officer").actor
    number = ask_withdrawal(hospital.actor, last_package(), 1, "other", "gửi nhầm")
    decide_withdrawal(other, number, approve=True)
    map_it(hospital, officer)
    assert refile() == Refiled() and codings() == []
    undo_withdrawal(other, number, "rút nhầm")
    assert len(codings()) == 3
    assert refile() == Refiled()


def test_rules_that_came_later_do_not_keep_a_filed_visit_from_its_coding(
    intake: Intake, hospital: Asker, officer: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hoso.engines.intake import preparing
    from hoso.engines.intake.sent import Finding

    intake.file(local_claim())
    map_it(hospital, officer)
    monkeypatch.setattr(preparing, "check_rules", lambda *_: [Finding("HS3004", "error", 1, 1, "MA_CSKCB", "")])
    assert refile() == Refiled(1, 1)
    assert len(codings()) == 3


def test_the_yield_and_its_trend(intake: Intake, hospital: Asker, officer: Asker) -> None:
    intake.file(local_claim(1), local_claim(2, NGAY_VAO="202504100800", NGAY_RA="202504150900"))
    (line,) = hospital.ask("package.read", lambda scope: yields(scope))
    assert (line.codes, line.mapped_codes, line.lines, line.in_catalogue, line.mapped, line.open) == (1, 0, 4, 2, 0, 2)
    map_it(hospital, officer, valid_from=date(2025, 4, 1))
    (line,) = hospital.ask("package.read", lambda scope: yields(scope))
    assert (line.mapped_codes, line.mapped, line.share) == (1, 1, 0.75)
    facility = one("SELECT id FROM places_facility WHERE code = '01000'")
    told = hospital.ask("package.read", lambda scope: trend(scope, facility))
    assert [(each.month, each.share) for each in told] == [(date(2025, 4, 1), 1.0), (date(2025, 3, 1), 0.5)]


def test_what_is_filed_already_is_counted_when_a_catalogue_comes(
    intake: Intake, hospital: Asker, tmp_path: Path
) -> None:
    intake.file(local_claim(1), local_claim(2))
    intake.file(local_claim(3))
    service = intake_service("test")
    assert collect(service) == 0
    sheet = tmp_path / "khoa.csv"
    sheet.write_text("code,display_vi\nK01,Khám bệnh\n", encoding="utf-8-sig")
    draft_version(sheet, "ma-khoa", "mau", date(2020, 1, 1), "Bản tổng hợp để thử (synthetic)")
    publish_version("ma-khoa", "mau")
    terminology.forget()
    answers = iter([False, True])
    assert collect(service, stop=lambda: next(answers, True)) == 2
    assert collect(service) == 1
    assert collect(service) == 0
    (row,) = waiting(hospital, kind="department")
    assert (row.local.code, row.visits) == ("K03", 3)
    assert {one[0] for one in _slowly_counted()} == {LOCAL, "K03"}


def test_the_database_keeps_a_mapping_whole(intake: Intake, hospital: Asker) -> None:
    intake.file(local_claim())
    (row,) = waiting(hospital)
    values = {"code": row.id, "facility": row.facility_id, "by": hospital.actor.account_id}
    insert = (
        "INSERT INTO local_codes_mapping (code_id, facility_id, version, target, equivalence, valid_from, proposed_by)"
        " VALUES (%(code)s, %(facility)s, 1, {target}, {equivalence}, '2025-01-01', %(by)s)"
    )
    for target, equivalence in (("'x'", "'unmatched'"), ("NULL", "'equivalent'"), ("'x'", "'nearly'")):
        with pytest.raises(IntegrityError), _as(hospital.actor) as cursor:
            cursor.execute(insert.format(target=target, equivalence=equivalence), values)
    with pytest.raises(DatabaseError, match="row-level security"), _as(hospital.actor) as cursor:
        cursor.execute(
            insert.format(target="'x'", equivalence="'equivalent'"), {**values, "facility": row.facility_id + 1}
        )
    with pytest.raises(DatabaseError, match="row-level security"), _as(hospital.actor) as cursor:
        cursor.execute("UPDATE local_codes_code SET last_seen = '2030-01-01'")
        assert cursor.rowcount == 0
        raise DatabaseError("row-level security let nothing through")


def test_a_drug_is_found_by_its_registration_number_whatever_it_is_called(
    intake: Intake, hospital: Asker, tmp_path: Path
) -> None:
    sheet = tmp_path / "thuoc.csv"
    drugs = ["VD-00000-00,Tên khác hẳn (mẫu),1g", "VD-11111-11,Kháng sinh mẫu 1g,2g", "VD-22222-22,Kháng sinh mẫu,1 g"]
    sheet.write_text("code,display_vi,strength\n" + "\n".join(drugs) + "\n", encoding="utf-8-sig")
    assert draft_version(sheet, "thuoc", "mau", date(2020, 1, 1), "Bản tổng hợp để thử (synthetic)").taken == 3
    publish_version("thuoc", "mau")
    terminology.forget()
    intake.file(sample_3176())
    (row,) = [one for one in waiting(hospital, kind="drug") if one.local.code == "40.155"]
    found = proposals(row.local, row.last_seen)
    assert [one.concept.code for one in found] == ["VD-00000-00", "VD-22222-22", "VD-11111-11"]
    assert {(one.what, one.share) for one in found[0].evidence if one.what != "name"} == {
        ("code", 1.0),
        ("strength", 1.0),
    }
    assert {(one.what, one.share) for one in found[2].evidence if one.what != "name"} == {
        ("code", 0.0),
        ("strength", 0.0),
    }


Step = tuple[str, int]
visits = st.tuples(st.sampled_from(["visit", "plain"]), st.integers(0, 2))
acts = st.tuples(st.sampled_from(["map", "end", "refile"]), st.integers(0, 1))
ADDED = re.compile(rb',\{"system":"' + CATALOGUE.encode() + rb'","version":"qd4440-2020","code":"([^"]+)"\}')


@settings(
    max_examples=10, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(st.lists(visits | acts, min_size=2, max_size=7))
@example([("visit", 0), ("map", 0), ("refile", 0), ("plain", 0), ("visit", 1), ("end", 0), ("map", 1)])
def test_in_whatever_order_the_record_says_what_holds_at_the_end(intake: Intake, steps: list[Step]) -> None:
    """Against the same visits without a mapping: but for the codings, byte for byte the same; each local coding is followed by
    the one that holds, or by none."""
    with undone():
        target = _play(intake, steps)
        refile()
        with_codings = {row[:2]: bytes(row[3]) for row in current()}
        _slowly_counted()
    with undone():
        _play(intake, [step for step in steps if step[0] in ("visit", "plain")])
        without = {row[:2]: bytes(row[3]) for row in current()}
    assert {key: ADDED.sub(b"", body) for key, body in with_codings.items()} == without
    local = b'{"system":"https://hoso.vn/fhir/CodeSystem/ma-dich-vu","code":"' + LOCAL.encode() + b'"}'
    for body in with_codings.values():
        found = [one.decode() for one in ADDED.findall(body)]
        assert found == ([target] * body.count(local) if target else [])


def _play(intake: Intake, steps: list[Step]) -> str:
    """What the local code means after these steps; empty for nothing."""
    forget()
    hospital, officer = asker("facility_records_officer", "01000"), asker("intake_officer")
    target = ""
    for day, (act, number) in enumerate(steps, start=16):
        known = one("SELECT count(*) FROM local_codes_code") > 0
        if act in ("visit", "plain"):
            claim = local_claim() if act == "visit" else sample_3176()
            intake.file(claim.with_(MA_LK=f"SYN.{number}"), made_on=f"202503{day}")
        elif act == "map" and known:
            target = (TARGET, "22.0121.1369")[number]
            _map_code(hospital, officer, target)
        elif act == "end" and target:
            target = ""
            _map_code(hospital, officer, "")
        elif act == "refile":
            refile()
    return target


def _map_code(hospital: Asker, officer: Asker, target: str) -> None:
    number = propose_mapping(hospital.actor, one("SELECT id FROM local_codes_code"), Meaning(target, date(2021, 1, 1)))
    decide_mapping(officer.actor, number, approve=True)


def test_a_conceptmap_of_the_facility_followed_by_translate(intake: Intake, hospital: Asker, officer: Asker) -> None:
    intake.file(local_claim())
    map_it(hospital, officer, valid_from=date(2021, 1, 1))
    ours, stranger, doctor = (software(role, place) for role, place in (
        ("facility_records_officer", "01000"), ("facility_records_officer", "01999"), ("doctor", "01000"),
    ))  # fmt: skip
    told = ours.get("ConceptMap/hoso-local-01000-service").json()
    (group,) = told["group"]
    assert (group["source"], group["target"]) == ("https://hoso.vn/fhir/CodeSystem/ma-dich-vu", CATALOGUE)
    (element,) = group["element"]
    assert (element["code"], element["target"][0]["code"], element["target"][0]["equivalence"]) == (LOCAL, TARGET, "equivalent")  # fmt: skip
    assert stranger.get("ConceptMap/hoso-local-01000-service").status_code == 404
    assert doctor.get("ConceptMap/hoso-local-01000-service").status_code == 403
    for wrong in ("01000-nothing", "01999-service"):
        assert ours.get(f"ConceptMap/hoso-local-{wrong}").status_code == 404
    assert ours.get("ConceptMap/hoso-local-01000-service?date=2020-12-31").status_code == 404

    question = f"ConceptMap/$translate?system=https://hoso.vn/fhir/CodeSystem/ma-dich-vu&code={LOCAL}"
    named = f"{question}&url={told['url']}"
    for address in (question, named):
        assert _translated(ours.get(address)) == [(TARGET, told["url"])], address
        assert _translated(stranger.get(address)) == []
    assert _translated(doctor.get(question)) == []
    assert doctor.get(named).status_code == 403
    assert _translated(ours.get(f"{question}&date=2020-12-31")) == []


def _translated(answer: Any) -> list[tuple[str, str]]:
    """(code, map) of every match."""
    assert answer.status_code == 200, answer.content
    found = []
    for each in answer.json()["parameter"]:
        if each["name"] == "match":
            parts = {part["name"]: part for part in each["part"]}
            found.append((parts["concept"]["valueCoding"]["code"], parts["source"]["valueUri"]))
    return found
