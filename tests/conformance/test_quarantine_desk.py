"""The quarantine desk: why a visit waits and where, judging anew after the rules have changed, what the desk did."""

import shutil
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from hoso.core.audit.events import events_of_request
from hoso.core.definitions import definitions_folder
from hoso.core.errors import HosoError
from hoso.engines.documents.workbook import workbook
from hoso.engines.intake import desk, queries, rechecking
from hoso.engines.intake.exchange import load_decisions
from hoso.engines.intake.jobs import intake_service
from hoso.engines.intake.models import FindingRow
from hoso.engines.intake.rules import book, checking
from hoso.engines.intake.sent_xml import sent_table
from hoso.web.staff.findings_sheet import HEAD, row_of
from tests.claim_packages import Claim, package
from tests.conformance.rules.complete_package import visit
from tests.intaking import Asker, Intake, asker, last_package, one, rows, state

FACILITY = "01000"


def wrong_sum() -> Claim:
    """A visit under QĐ 4750 whose T_THUOC is 2 đồng too high: official, so it waits in quarantine."""
    return visit("qd4750").with_(T_THUOC="10002.00")


def _forget_rules() -> None:
    for remembered in (book.load_rules, book.rule_set, checking.compiled, checking._rules_on, load_decisions):
        remembered.cache_clear()


@pytest.fixture
def soften(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Change the rules: from the call on, the sums of the summary only warn."""

    def change() -> None:
        folder = tmp_path / "definitions"
        shutil.copytree(definitions_folder(), folder)
        file = folder / "exchange" / "rules" / "sums.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace("qd4750: official", "qd4750: secondary"), "utf-8")
        monkeypatch.setenv("HOSO_DEFINITIONS", str(folder))
        _forget_rules()

    yield change
    monkeypatch.undo()
    _forget_rules()


def found(officer: Asker) -> list[FindingRow]:
    return officer.ask("package.read", lambda scope: queries.findings(scope, last_package()))


def recheck() -> rechecking.Rechecked:
    return rechecking.recheck_package(last_package(), intake_service("test"))


def test_a_visit_that_passes_the_new_rules_is_filed_in_its_own_place(
    intake: Intake, soften: Callable[[], None]
) -> None:
    intake.file(wrong_sum(), visit("qd4750").with_(MA_LK="SYN.2"), made_on="20241001")
    before = one("SELECT rule_set FROM intake_visit WHERE package_id = %s AND ordinal = 1", last_package())
    assert (rechecking.packages_to_recheck(intake_service("test")), recheck()) == ([], rechecking.Rechecked())
    soften()
    assert rechecking.packages_to_recheck(intake_service("test")) == [last_package()]
    assert recheck() == rechecking.Rechecked(visits=1, passed=1)
    states = rows("SELECT ordinal, state, rule_set = %s FROM intake_visit WHERE package_id = %s ORDER BY 1", before, last_package())  # fmt: skip
    assert states == [(1, "filed", False), (2, "filed", True)]
    assert one("SELECT count(*) FROM intake_current_visit WHERE ma_lk = 'SYN.0000001'") == 1
    assert one("SELECT visits_read FROM intake_package WHERE id = %s", last_package()) == 2
    kept = rows("SELECT severity, rule_set = %s FROM intake_finding WHERE package_id = %s AND ordinal = 1 ORDER BY number", before, last_package())  # fmt: skip
    assert kept == [("error", True), ("warning", False)]
    assert [(row.severity, row.rule) for row in found(asker("intake_officer", FACILITY))] == [("warning", "sums.thuoc")]
    assert recheck() == rechecking.Rechecked()


def test_what_is_still_wrong_stays_and_is_counted_once(intake: Intake, soften: Callable[[], None]) -> None:
    intake.file(wrong_sum().with_(HO_TEN=""), made_on="20241001")
    soften()
    assert recheck() == rechecking.Rechecked(visits=1, passed=0)
    assert (state(), recheck()) == ("quarantined", rechecking.Rechecked())
    told = {(row.severity, row.rule) for row in found(asker("intake_officer", FACILITY))}
    assert {("error", "structure.required"), ("warning", "sums.thuoc")} <= told


def test_a_corrected_package_takes_the_place_of_the_one_in_quarantine(
    intake: Intake, soften: Callable[[], None]
) -> None:
    officer = asker("intake_officer", FACILITY)
    intake.file(wrong_sum(), made_on="20241001")
    waiting = last_package()
    assert [row.package_id for row in officer.ask("package.read", queries.quarantined)] == [waiting]
    intake.file(visit("qd4750"), made_on="20241002")
    assert officer.ask("package.read", queries.quarantined) == []
    soften()
    assert rechecking.recheck_package(waiting, intake_service("test")) == rechecking.Rechecked()


def test_the_desk_sees_why_and_what_was_done(intake: Intake) -> None:
    officer = asker("intake_officer", FACILITY)
    intake.file(wrong_sum(), made_on="20241001")
    key = (last_package(), 1)
    reasons = officer.ask("package.read", lambda scope: queries.quarantine_reasons(scope, [key]))
    assert [(row.rule, row.field, row.evidence) for row in reasons[key]] == [("sums.thuoc", "T_THUOC", "official")]
    recorded = events_of_request.get()
    assert desk.act(officer.actor, "returned", [key], "gọi điện 8 giờ") == 1
    assert events_of_request.get() == recorded + 1
    acts = officer.ask("package.read", lambda scope: queries.last_desk_acts(scope, [key]))
    assert (acts[key].act, acts[key].note, acts[key].acted_by) == ("returned", "gọi điện 8 giờ", "intake_officer")


def test_the_desk_acts_on_quarantined_visits_of_its_own_facilities_only(intake: Intake) -> None:
    intake.file(wrong_sum(), visit("qd4750").with_(MA_LK="SYN.2"), made_on="20241001")
    keys = [(last_package(), 1), (last_package(), 2)]
    assert desk.act(asker("intake_officer", "79001").actor, "returned", keys) == 0
    assert desk.act(asker("intake_officer", FACILITY).actor, "returned", keys) == 1
    with pytest.raises(HosoError, match="HS2001"):
        desk.act(asker("doctor", FACILITY).actor, "returned", keys)
    with pytest.raises(HosoError, match="HS3210"):
        desk.act(asker("intake_officer", FACILITY).actor, "returned", [])


def test_the_place_of_a_finding_is_marked_in_what_was_sent(intake: Intake) -> None:
    officer = asker("intake_officer", FACILITY)
    intake.file(visit("qd4750").changed(3, 2, T_BHTT="9000.00"), made_on="20241001")
    number = last_package()
    shown = officer.ask("package.read", lambda scope: sent_table(scope, number, 1, 3, 2, "T_BHTT"))
    assert shown is not None
    assert [line.text.strip() for line in shown.lines if line.found] == ["<T_BHTT>9000.00</T_BHTT>"]
    assert any("N01.01.010" in line.text for line in shown.lines)  # the second record, not the first
    stranger = asker("intake_officer", "79001")
    assert stranger.ask("package.read", lambda scope: sent_table(scope, number, 1, 3, 2, "T_BHTT")) is None
    beginning = officer.ask("package.read", lambda scope: sent_table(scope, number, 1, 3, 0, ""))
    assert beginning is not None and beginning.lines[0].number == 1 and not any(line.found for line in beginning.lines)


def test_the_place_in_the_raw_envelope_is_marked_with_its_line(intake: Intake) -> None:
    officer = asker("intake_officer", FACILITY)
    content = package(visit("qd4750"), "20241001", facility=FACILITY)
    content = content.replace(b"<FILEHOSO>", b"\n<FILEHOSO>")
    third = content.index(b"<NOIDUNGFILE>", content.index(b">XML3<")) + len(b"<NOIDUNGFILE>")
    intake.send(content[: third + 40] + b"%" + content[third + 41 :])
    number = last_package()
    shown = officer.ask("package.read", lambda scope: sent_table(scope, number, 1, 3, 1, ""))
    assert shown is not None and shown.lines == [] and shown.odd == ("%", 41)
    marked = [line for line in shown.envelope if line.found]
    assert [line.text.strip() for line in marked][:2] == ["<FILEHOSO>", "<LOAIHOSO>XML3</LOAIHOSO>"]
    assert "%" in marked[2].text and len(marked[2].text) < 160
    before = content[:third].decode()
    assert marked[0].number == before[: before.rindex("<FILEHOSO>")].count("\n") + 1
    sound = officer.ask("package.read", lambda scope: sent_table(scope, number, 1, 1, 1, ""))
    assert sound is not None and sound.lines and sound.odd is None


def test_the_sheet_has_every_finding_with_its_rule(intake: Intake) -> None:
    intake.file(wrong_sum().changed(4, 1, NGAY_KQ=""), made_on="20241001")
    listed = found(asker("intake_officer", FACILITY))
    sheet = CalamineWorkbook.from_filelike(BytesIO(workbook("Goi", HEAD, map(row_of, listed)))).get_sheet_by_index(0)
    lines = sheet.to_python()
    assert len(lines) == 1 + len(listed) == 3
    rules = {line[HEAD.index("Quy tắc / Rule")] for line in lines[1:]}
    assert rules == {"sums.thuoc", "required.ngay_kq"}
