"""A catalogue's pages: two versions side by side, one entry through its versions with who changed it, corrections by two persons."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction, set_actor
from hoso.core.errors import HosoError
from hoso.core.terminology import queries
from hoso.core.terminology.corrections import corrections, decide_correction, propose_correction
from hoso.core.terminology.entries import entries
from hoso.core.terminology.local_versions import draft_version, publish_version, retire_version
from hoso.core.terminology.queries import display
from tests.intaking import Asker, asker, sign_in

NEXT, NAME = "next-synthetic", "Dịch tả (mẫu)"


@pytest.fixture(autouse=True)
def forgetting(db: None) -> Iterator[None]:
    queries.forget()
    yield
    queries.forget()


@pytest.fixture
def officer() -> Asker:
    return asker("intake_officer")


@pytest.fixture
def hospital() -> Asker:
    return asker("facility_records_officer", "01000")


def publish(folder: Path, by: Asker, name: str = NAME) -> None:
    """A next version of three codes: one renamed, one new; all others are gone."""
    sheet = folder / "next.csv"
    rows = [
        f"A00,{name},Cholera",
        "A01,Bệnh thương hàn và phó thương hàn,Typhoid and paratyphoid fevers",
        "A99X,Mã mới (mẫu),",
    ]
    sheet.write_text("code,display_vi,display_en\n" + "\n".join(rows) + "\n", encoding="utf-8-sig")
    draft_version(sheet, "icd10-vn", NEXT, date(2026, 7, 1), "Bản tổng hợp để thử (synthetic)")
    with transaction.atomic():
        set_actor(by.actor.account_id, "administration")
        publish_version("icd10-vn", NEXT)
    queries.forget()


def page(address: str, role: str = "intake_officer") -> str:
    client = Client()
    client.force_login(sign_in(role))
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def test_the_difference_between_two_versions_is_a_page(officer: Asker, tmp_path: Path) -> None:
    publish(tmp_path, officer)
    address = f"/terminology/versions/?system=icd10-vn&before=qd4469-2020&after={NEXT}"
    told = page(address)
    for words in ("đổi tên: ", "thêm: 1", "bỏ: 12.13", NAME, "chưa chính thức"):
        assert words in told, words
    assert "A00.0" in told and "Trang sau" in told and "Trang trước" not in told
    assert "Trang trước" in page(f"{address}&page=2") and "A00.0" not in page(f"{address}&page=2")
    back = page(f"/terminology/versions/?system=icd10-vn&before={NEXT}&after=qd4469-2020")
    assert "bỏ: 1" in back and "thêm: 12.13" in back


def test_an_entry_tells_what_each_version_says_and_who_published_it(officer: Asker, tmp_path: Path) -> None:
    publish(tmp_path, officer)
    newest, before = entries("icd10-vn", "A00")
    assert (newest.version, newest.change, newest.display_vi, newest.published_by) == (
        NEXT,
        "renamed",
        NAME,
        "intake_officer",
    )
    assert (before.version, before.change, before.published_at) == ("qd4469-2020", "added", None)
    assert [one.change for one in entries("icd10-vn", "A99X")] == ["added"]
    assert [one.change for one in entries("icd10-vn", "A00.0")] == ["removed", "added"]
    with pytest.raises(HosoError, match="HS6140"):
        entries("icd10-vn", "ZZ9")
    told = page("/terminology/entry/?system=icd10-vn&code=A00")
    assert NAME in told and "Qua các bản" in told and "Đề nghị sửa" in told
    assert "Đề nghị sửa" not in page("/terminology/entry/?system=icd10-vn&code=A00", "doctor")


def test_a_correction_takes_two_persons_and_is_seen_when_it_is_taken_up(
    officer: Asker, hospital: Asker, tmp_path: Path
) -> None:
    number = propose_correction(hospital.actor, "icd10-vn", "A00", "display_vi", NAME, "theo QĐ mẫu")
    with pytest.raises(HosoError, match="HS6149"):
        propose_correction(hospital.actor, "icd10-vn", "A00", "display_vi", "Khác", "theo QĐ mẫu")
    with pytest.raises(HosoError, match="HS2001"):
        decide_correction(hospital.actor, number, accept=True)
    own = propose_correction(officer.actor, "icd10-vn", "A01", "other", "Thiếu mã con", "theo QĐ mẫu")
    with pytest.raises(HosoError, match="HS6143"):
        decide_correction(officer.actor, own, accept=True)
    with pytest.raises(DatabaseError), acting(officer.actor):
        _run(
            "UPDATE terminology_correction SET decision = 'accepted', decided_by = proposed_by, decided_at = now()"
            f" WHERE id = {own}"
        )
    with pytest.raises(DatabaseError), acting(officer.actor):
        _run(f"UPDATE terminology_correction SET proposed = 'x' WHERE id = {number}")
    decide_correction(officer.actor, number, accept=True)
    with pytest.raises(HosoError, match="HS6144"):
        decide_correction(officer.actor, number, accept=False, answer="nghĩ lại")
    (told,) = officer.ask("terminology.correct", lambda scope: corrections("icd10-vn", "A00"))
    assert (told.decision, told.taken_up) == ("accepted", "")
    assert display("icd10-vn", "A00", date(2025, 1, 1)) != NAME  # what is published does not change
    publish(tmp_path, officer)
    (told,) = officer.ask("terminology.correct", lambda scope: corrections("icd10-vn", "A00"))
    assert told.taken_up == NEXT
    assert [one.code for one in officer.ask("terminology.correct", lambda scope: corrections())] == ["A01", "A00"]
    assert NEXT in page("/terminology/corrections/")


def test_what_cannot_be_proposed(hospital: Asker) -> None:
    said = display("icd10-vn", "A00", date(2025, 1, 1)) or ""
    for code, field, proposed, reason, error in (
        ("ZZ9", "other", "x", "theo QĐ mẫu", "HS6140"),
        ("A00", "display_vi", said, "theo QĐ mẫu", "HS6149"),
        ("A00", "display_vi", "  ", "theo QĐ mẫu", "HS6149"),
        ("A00", "display_vi", "Khác", "vì", "HS6145"),
        ("A00", "code", "Khác", "theo QĐ mẫu", "HS9004"),
    ):
        with pytest.raises(HosoError, match=error):
            propose_correction(hospital.actor, "icd10-vn", code, field, proposed, reason)


def test_an_entry_tells_who_retired_its_version(officer: Asker, tmp_path: Path) -> None:
    publish(tmp_path, officer)
    with transaction.atomic():
        set_actor(officer.actor.account_id, "administration")
        retire_version("icd10-vn", NEXT, date(2027, 1, 1))
    queries.forget()
    (newest, _) = entries("icd10-vn", "A00")
    assert (newest.status, newest.last_day, newest.retired_by) == ("retired", date(2026, 12, 31), "intake_officer")
    assert display("icd10-vn", "A00", date(2026, 12, 31)) == NAME


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    with transaction.atomic(), acting_transaction(actor.account_id, "record_keeping"):
        yield


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
