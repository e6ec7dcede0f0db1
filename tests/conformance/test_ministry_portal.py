"""Papers of ended visits on the ministry's portal: sent once, corrected, withdrawn, kept back, compared, decided."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from hoso.core.access.actor import Actor
from hoso.core.access.labels import mask_of
from hoso.core.changes.outbox import announce
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.messages.call_queue import PAUSES
from hoso.engines.intake.withdrawing import ask_withdrawal, decide_withdrawal, undo_withdrawal
from hoso.engines.records.ministry_portal import noting
from hoso.engines.records.ministry_portal.noting import note_changes
from hoso.engines.records.ministry_portal.reconciling import Ours, differences, reconcile
from hoso.engines.records.ministry_portal.sending import send_due
from hoso.engines.records.resource_types import NUMBERS
from hoso.gateways.ministry_portal.server import SimulatedServer
from hoso.gateways.ministry_portal.shelf import Held
from tests.claim_packages import sample_3176
from tests.intaking import Intake, as_service, last_package, one, resources, rows, sign_in
from tests.portal import changes_of_this_transaction, held, served_portal
from tests.side_channels import HOSPITAL, client_of

MA_LK = "SYN3176.0000001"


@pytest.fixture
def portal(intake: Intake, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedServer]:
    monkeypatch.setattr(noting, "read_changes", changes_of_this_transaction)
    with served_portal(settings, tmp_path) as server:
        yield server


def night() -> Counter[str]:
    note_changes()
    return send_due(all_waiting=True)


def states() -> list[tuple[Any, ...]]:
    return rows("SELECT number, act, state FROM portal_version ORDER BY document_id, number")


def papers() -> set[str]:
    return {
        str(id_) for id_, _, body, _ in resources("Composition")
        if json.loads(bytes(body))["type"]["coding"][0]["code"] in ("XML7", "XML8")
    }  # fmt: skip


def exports() -> int:
    """Papers taken out for the portal, as the audit tells it."""
    with acting_transaction(sign_in("overseer").pk, "oversight"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM audit_event WHERE action = 'export' AND purpose = 'portal_synchronisation' AND person_id <> 0"
        )
        return int(cursor.fetchone()[0])


def day() -> date:
    found: date = one("SELECT DISTINCT day FROM portal_document")
    return found


def test_the_papers_of_an_ended_visit_arrive_signed_and_once(intake: Intake, portal: SimulatedServer) -> None:
    intake.file(sample_3176())
    assert night() == {"accepted": 2}
    there = held(portal)
    assert there.keys() == papers() and len(there) == 2
    assert {one_.sha256 for one_ in there.values()} == {
        bytes(row[0]).hex() for row in rows("SELECT sha256 FROM portal_version")
    }
    assert night() == {} and held(portal) == there
    assert exports() == 2
    assert reconcile(day()) == []


def test_nothing_is_told_before_the_night(intake: Intake, portal: SimulatedServer) -> None:
    intake.file(sample_3176())
    note_changes()
    assert send_due() == {} and not held(portal)


def test_a_corrected_visit_is_sent_again_and_an_unchanged_one_is_not(intake: Intake, portal: SimulatedServer) -> None:
    claim = sample_3176()
    intake.file(claim)
    night()
    before = held(portal)
    intake.file(claim)
    assert night() == {}
    intake.file(claim.with_(DIA_CHI="Thôn khác, xã khác"), made_on="20250320")
    ended = night()
    assert ended["accepted"] == 2 and {one_.changes for one_ in held(portal).values()} == {2}
    assert all(held(portal)[name].sha256 != before[name].sha256 for name in before)


def test_a_withdrawn_visit_is_withdrawn_there_and_one_brought_back_is_sent_again(
    intake: Intake, portal: SimulatedServer, actor: Callable[..., Actor]
) -> None:
    intake.file(sample_3176())
    night()
    ask_withdrawal(actor("intake_officer"), last_package(), 1, "wrong_patient", "sai người bệnh")
    number = one("SELECT max(id) FROM intake_withdrawal")
    officer = actor("intake_officer")
    decide_withdrawal(officer, number, approve=True)
    assert night() == {"accepted": 2}
    assert {one_.state for one_ in held(portal).values()} == {"withdrawn"} and reconcile(day()) == []
    assert night() == {}
    undo_withdrawal(officer, number, "rút nhầm hồ sơ")
    assert night() == {"accepted": 2}
    assert {one_.state for one_ in held(portal).values()} == {"held"} and reconcile(day()) == []


def test_a_paper_withdrawn_before_the_night_is_not_told(intake: Intake, portal: SimulatedServer) -> None:
    intake.file(sample_3176())
    note_changes()
    for name in papers():
        _in_error(name)
    assert night() == {"same": 2} and not held(portal)


def _in_error(name: str) -> None:
    """As a withdrawal does: the current version says that it is in error."""
    with as_service() as cursor:
        cursor.execute(
            "UPDATE records_resource SET deleted = true WHERE type = %s AND id = %s RETURNING person_id, encounter, facility_id",
            [NUMBERS["Composition"], name],
        )
        person, encounter, facility = cursor.fetchone()
        announce(
            "visit.withdrawn", "x", {"encounter": encounter, "resources": []}, person_id=person, facility_id=facility
        )


def _label(name: str, label: str) -> None:
    """As the labelling of a paper does."""
    with as_service() as cursor:
        cursor.execute(
            "UPDATE records_resource SET sensitivity = %s WHERE type = %s AND id = %s RETURNING person_id, encounter, facility_id",
            [mask_of([label]) if label else 0, NUMBERS["Composition"], name],
        )
        person, encounter, facility = cursor.fetchone()
        announce(
            "record.labelled", encounter, {"encounter": encounter, "set": True}, person_id=person, facility_id=facility
        )


@pytest.mark.parametrize("label", ["hiv", "psychiatry", "domestic_violence"])
def test_what_is_withheld_for_the_portal_is_not_sent(intake: Intake, portal: SimulatedServer, label: str) -> None:
    intake.file(sample_3176())
    name = next(iter(papers()))
    _label(name, label)
    assert night() == {"accepted": 1, "withheld": 1}
    assert name not in held(portal)
    kept = rows("SELECT destination, object FROM access_filter_log WHERE destination = 'ministry_portal'")
    assert ("ministry_portal", f"Composition/{name}") in kept
    _label(name, "")
    assert night()["accepted"] == 1 and name in held(portal)
    _label(name, label)  # labelled after it was sent: it is taken back
    assert night()["accepted"] == 1 and held(portal)[name].state == "withdrawn"


def test_a_refused_one_says_why(intake: Intake, portal: SimulatedServer) -> None:
    intake.file(sample_3176().with_(SO_CCCD="", MA_THE_BHYT=""))
    assert night() == {"refused": 2}
    assert rows("SELECT DISTINCT answer_code FROM portal_version") == [("no-personal-number",)]


def test_the_portal_holds_other_content_and_ours_stands(intake: Intake, portal: SimulatedServer) -> None:
    intake.file(sample_3176())
    name = min(papers())
    portal.shelf.keep(Held(name, "2025-01-01", sha256(b"another").hexdigest()))
    assert night() == {"accepted": 1, "different": 1}
    document = one("SELECT id FROM portal_document WHERE name = %s", name)
    officer = client_of(sign_in("intake_officer"))
    page = officer.get(f"/portal/{document}/")
    assert page.status_code == 200 and sha256(b"another").hexdigest()[:12] in page.content.decode()
    assert officer.post(f"/portal/{document}/decide/", {"decision": "ours_stands", "reason": "x"}).status_code == 422
    reason = {"decision": "ours_stands", "reason": "Bản của bệnh viện là bản gốc"}
    assert officer.post(f"/portal/{document}/decide/", reason).status_code == 302
    assert send_due() == {"accepted": 1}
    assert held(portal)[name].sha256 == bytes(one("SELECT sha256 FROM portal_version WHERE document_id = %s ORDER BY number DESC LIMIT 1", document)).hex()  # fmt: skip
    assert officer.post(f"/portal/{document}/decide/", reason).status_code == 409  # there is no other content any more


def test_the_listing_is_compared(intake: Intake, portal: SimulatedServer) -> None:
    intake.file(sample_3176())
    night()
    first, second = sorted(papers())
    kept = held(portal)[first]
    portal.shelf._path(first).unlink()
    other = held(portal)[second]
    portal.shelf.keep(Held(second, other.day, sha256(b"another").hexdigest()))
    portal.shelf.keep(Held("stranger", other.day, sha256(b"stranger").hexdigest()))
    found = {(one_.name, one_.kind) for one_ in reconcile(day())}
    assert found == {(first, "missing_there"), (second, "other_content"), ("stranger", "missing_here")}
    reconcile(day())
    assert one("SELECT count(*) FROM portal_difference WHERE gone_at IS NULL") == 3
    officer = client_of(sign_in("intake_officer"))
    page = officer.get("/portal/").content.decode()
    assert "stranger" in page and first in page
    document = one("SELECT id FROM portal_document WHERE name = %s", first)
    assert officer.post(f"/portal/{document}/decide/", {"decision": "send_again"}).status_code == 302
    assert send_due() == {"accepted": 1} and held(portal)[first].sha256 == kept.sha256
    assert {one_.name for one_ in reconcile(day())} == {second, "stranger"}
    assert rows("SELECT decision FROM portal_difference WHERE name = %s", first) == [("send_again",)]


def test_a_silent_portal_costs_no_attempt_and_a_failing_document_holds_up_no_other(
    intake: Intake, portal: SimulatedServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake.file(sample_3176())
    good = settings.ENVIRONMENT
    settings.ENVIRONMENT = {**good, "HOSO_MINISTRY_PORTAL_URL": "http://127.0.0.1:9"}
    with pytest.raises(HosoError, match="HS3441"):
        night()
    assert one("SELECT sum(attempts) FROM portal_version") == 0
    assert one("SELECT trouble FROM portal_run ORDER BY id DESC LIMIT 1") == "HS3441"
    settings.ENVIRONMENT = good
    poison = min(papers())
    put = portal.shelf.put
    monkeypatch.setattr(portal.shelf, "put", lambda name, *rest: (500, {}) if name == poison else put(name, *rest))
    assert night() == {"accepted": 1, "failed": 1}
    for _ in PAUSES:
        send_due(all_waiting=True)
    assert one("SELECT count(*) FROM portal_version WHERE dead_at IS NOT NULL") == 1
    monkeypatch.undo()
    document = one("SELECT id FROM portal_document WHERE name = %s", poison)
    assert client_of(sign_in("facility_records_officer", HOSPITAL)).post(f"/portal/{document}/decide/", {"decision": "send_again"}).status_code == 302  # fmt: skip
    assert send_due() == {"accepted": 1}


def test_a_change_between_send_and_answer_is_told_by_the_next_version(
    intake: Intake, portal: SimulatedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The portal did take it, the answer never came; meanwhile the visit was corrected."""
    intake.file(sample_3176())
    put = portal.shelf.put

    def deaf(*words: Any) -> Any:
        put(*words)
        return 500, {}

    monkeypatch.setattr(portal.shelf, "put", deaf)
    assert night() == {"failed": 2}
    monkeypatch.setattr(portal.shelf, "put", put)
    intake.file(sample_3176().with_(DIA_CHI="Thôn khác"), made_on="20250320")
    ended = night()
    assert ended == {"superseded": 2, "accepted": 2}
    assert {one_.changes for one_ in held(portal).values()} == {2} and reconcile(day()) == []


def test_a_facility_sees_its_own_alone(intake: Intake, portal: SimulatedServer) -> None:
    intake.file(sample_3176())
    night()
    document = one("SELECT min(id) FROM portal_document")
    other = client_of(sign_in("facility_records_officer", "01001"))
    assert other.get(f"/portal/{document}/").status_code == 404
    assert other.post(f"/portal/{document}/decide/", {"decision": "send_again"}).status_code == 404
    assert next(iter(papers())) not in other.get("/portal/").content.decode()
    assert client_of(sign_in("doctor", HOSPITAL)).get("/portal/").status_code == 403


def test_it_is_off_by_default(intake: Intake, db: None) -> None:
    with pytest.raises(HosoError, match="HS3440"):
        send_due()
    assert "HOSO_MINISTRY_PORTAL" in client_of(sign_in("intake_officer")).get("/portal/").content.decode()


@pytest.mark.parametrize(
    ("ours", "theirs", "kind"),
    [
        (b"a", b"a", None), (b"a", b"b", "other_content"), (b"a", None, "missing_there"), (None, b"a", "missing_here"),
        (None, None, None),
    ],
)  # fmt: skip
def test_comparison(ours: bytes | None, theirs: bytes | None, kind: str | None) -> None:
    found = differences([Ours("x", 1, ours, under_way=False)], {"x": theirs})
    assert [one_.kind for one_ in found] == ([kind] if kind else [])
    assert differences([Ours("x", 1, ours, under_way=True)], {"x": theirs}) == []


def test_a_wrong_token_is_told_as_a_silent_portal(
    intake: Intake, portal: SimulatedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hoso.gateways.ministry_portal import simulated

    intake.file(sample_3176())
    monkeypatch.setattr(simulated, "TOKEN", "wrong")
    with pytest.raises(HosoError, match="HS3441"):
        night()
    assert not held(portal)


def test_the_page_in_both_languages(intake: Intake, portal: SimulatedServer) -> None:
    intake.file(sample_3176())
    night()
    officer: Client = client_of(sign_in("intake_officer"))
    for address in (
        "/portal/",
        "/portal/?state=accepted",
        f"/portal/?day={day():%Y-%m-%d}",
        f"/portal/?facility={HOSPITAL}",
    ):
        assert all(name in officer.get(address).content.decode() for name in papers()), address
    assert not any(name in officer.get("/portal/?state=refused").content.decode() for name in papers())
    assert "không công bố" in officer.get("/portal/").content.decode()
