"""The register of practitioners: every row of a list accounted for, nobody twice, what changed kept, FHIR views of it."""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

import orjson
import pytest
import xlsxwriter
from django.db import DatabaseError, IntegrityError, connection, transaction
from fhir.resources.R4B.practitioner import Practitioner
from fhir.resources.R4B.practitionerrole import PractitionerRole

from hoso.core.accounts.credentials import issue_token
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.places.facilities import ensure_facility
from hoso.engines.intake.given_lists.lists import GivenList
from hoso.engines.intake.practitioners import actions, importing, views
from hoso.engines.intake.practitioners.importing import receive_list, set_going, take_list
from hoso.engines.intake.practitioners.kind import practitioner_list, refused_rows
from hoso.engines.intake.practitioners.queries import doubt_about, find, practitioner
from hoso.engines.intake.practitioners.sheet import OPTIONAL, REQUIRED, template
from hoso.engines.records.fhir.validation import checked
from hoso.engines.records.resource_types import NUMBERS
from tests.authorization.flow import Browser
from tests.conformance.fhir_writing import software
from tests.intaking import Intake, asker, one, rows, sign_in
from tests.joining import officer

DAY = date(2026, 3, 1)
SYSTEM = "https://hoso.vn/fhir/sid/giay-phep-hanh-nghe"
HOSPITAL, OTHER = "80901", "80902"
Row = dict[str, str]
MAI = {
    "name": "Nguyễn Thị Mai", "licence": "001234/SYN-GPHN", "old_licence": "005678/syn-cchn", "born": "12/03/1985", "sex": "nữ",
    "profession": "Bác sĩ", "issued_by": "Sở Y tế (mẫu)", "issued_on": "01/02/2025", "valid_to": "01/02/2030", "scope": "Nội khoa",
    "facility_code": HOSPITAL, "department": "K02", "role": "Bác sĩ điều trị", "from": "01/03/2025", "part_time": "không",
}  # fmt: skip
AN = {
    "name": "Lê Văn An",
    "licence": "000777/SYN-GPHN",
    "facility_code": OTHER,
    "part_time": "có",
    "department": "Khoa Ngoại",
}


@pytest.fixture
def register(intake: Intake) -> Iterator[None]:
    for code in (HOSPITAL, OTHER):
        ensure_facility(code, f"Bệnh viện {code} (mẫu)")
    yield


def csv_of(*given: Row, columns: tuple[str, ...] = (*REQUIRED, *OPTIONAL)) -> bytes:
    out = io.StringIO(newline="")
    table = csv.DictWriter(out, columns, restval="")
    table.writeheader()
    table.writerows(given)
    return out.getvalue().encode("utf-8-sig")


def xlsx_of(**sheets: list[Row]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, given in sheets.items():
            sheet = book.add_worksheet(name)
            for column, title in enumerate((*REQUIRED, *OPTIONAL)):
                sheet.write(0, column, title)
                for line, row in enumerate(given, start=1):
                    sheet.write_string(line, column, row.get(title, ""))
    return out.getvalue()


def take(content: bytes, name: str = "hanh-nghe.csv") -> GivenList:
    list_id = receive_list(officer(), name, [content], DAY)
    take_list(list_id)
    return account(list_id)


def account(list_id: int) -> GivenList:
    found = asker("intake_officer").ask("practitioner.manage", lambda scope: practitioner_list(scope, list_id))
    assert found is not None
    return found


def counts(found: GivenList) -> tuple[str, int, int, int, int]:
    return found.state, found.created, found.updated, found.unchanged, found.refused


def refusals(found: GivenList) -> list[tuple[str, int, str, str]]:
    told = asker("intake_officer").ask("practitioner.manage", lambda scope: list(refused_rows(scope, found.id)))
    for each in told:
        assert each.message_vi and each.message_en != each.message_vi
    return [(each.sheet, each.refusal.row, each.refusal.field, each.refusal.error.code) for each in told]


def bodies(type_name: str) -> dict[str, dict[str, Any]]:
    """Current views by id."""
    found = rows(
        "SELECT id, body FROM records_resource WHERE type = %s AND person_id = 0 AND NOT deleted", NUMBERS[type_name]
    )
    return {id_: orjson.loads(bytes(body)) for id_, body in found}


def id_of(number: str) -> int:
    return int(one("SELECT practitioner_id FROM practitioners_licence WHERE number = %s", number))


STORE = (
    "SELECT id, name, birth_date, sex, profession, version FROM practitioners_practitioner ORDER BY 1",
    "SELECT id, practitioner_id, number, form, issued_by, first_day, last_day, scope, version FROM practitioners_licence ORDER BY 1",
    "SELECT id, practitioner_id, facility_id, department, role, part_time, first_day, last_day, version FROM practitioners_place ORDER BY 1",
    "SELECT kind, row_id, version FROM practitioners_past ORDER BY 1, 2, 3",
    "SELECT type, id, version, body FROM records_resource ORDER BY 1, 2",
)  # fmt: skip


def store() -> list[list[tuple[Any, ...]]]:
    return [rows(statement) for statement in STORE]


def test_a_list_becomes_practitioners_with_licences_old_and_new_and_places(register: None) -> None:
    assert counts(take(csv_of(MAI, AN))) == ("done", 2, 0, 0, 0)
    found = rows("SELECT number, written, form, first_day, last_day FROM practitioners_licence ORDER BY number")
    assert found == [
        ("000777/SYN-GPHN", "000777/SYN-GPHN", "licence", None, None),
        ("001234/SYN-GPHN", "001234/SYN-GPHN", "licence", date(2025, 2, 1), date(2030, 2, 1)),
        ("005678/SYN-CCHN", "005678/syn-cchn", "certificate", None, date(2025, 1, 31)),
    ]
    places = rows("SELECT department, part_time, first_day FROM practitioners_place ORDER BY 1")
    assert places == [("K02", False, date(2025, 3, 1)), ("Khoa Ngoại", True, None)]


def test_the_template_is_a_list_that_can_be_taken(register: None) -> None:
    assert counts(take(template().encode("utf-8-sig"))) == ("done", 1, 0, 0, 0)


def test_given_again_nothing_changes_and_a_later_list_updates_without_doubling(register: None) -> None:
    take(csv_of(MAI, AN))
    before = store()
    assert counts(take(csv_of(MAI, AN))) == ("done", 0, 0, 2, 0)
    assert store() == before
    assert counts(take(csv_of({**MAI, "old_licence": "", "scope": "Nội khoa, tim mạch", "profession": ""}, AN))) == (
        "done",
        0,
        1,
        1,
        0,
    )
    assert one("SELECT count(*) FROM practitioners_practitioner") == 2
    assert one("SELECT was ->> 'scope' FROM practitioners_past") == "Nội khoa"
    assert one("SELECT profession FROM practitioners_practitioner WHERE id = %s", id_of("001234/SYN-GPHN")) == "Bác sĩ"
    versions = rows(
        "SELECT id, version FROM records_resource WHERE type = %s ORDER BY version", NUMBERS["Practitioner"]
    )
    assert [version for _, version in versions] == [1, 2]


def test_who_works_at_two_places_has_two_rows_and_is_one(register: None) -> None:
    second = {
        **MAI,
        "facility_code": OTHER,
        "department": "",
        "part_time": "x",
        "from": "01/06/2025",
        "to": "30/06/2026",
    }
    assert counts(take(csv_of(MAI, second))) == ("done", 1, 1, 0, 0)
    assert one("SELECT count(*) FROM practitioners_place") == 2
    assert counts(take(xlsx_of(first=[MAI], second=[second]), "hai-trang.xlsx")) == ("done", 0, 0, 2, 0)


def test_who_has_a_new_licence_is_known_by_the_old_number(register: None) -> None:
    take(csv_of({"name": "Nguyễn Thị Mai", "licence": "005678/SYN-CCHN", "born": "12/03/1985"}))
    assert counts(take(csv_of(MAI))) == ("done", 0, 1, 0, 0)
    assert one("SELECT count(*) FROM practitioners_practitioner") == 1
    assert one("SELECT last_day FROM practitioners_licence WHERE number = '005678/SYN-CCHN'") == date(2025, 1, 31)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": ""}, ("name", "HS6002")),
        ({"licence": ""}, ("licence", "HS6002")),
        ({"licence": "1;2"}, ("licence", "HS6009")),
        ({"licence": "x" * 60}, ("licence", "HS6009")),
        ({"old_licence": "001234/syn-gphn"}, ("old_licence", "HS6009")),
        ({"born": "31/02/1990"}, ("born", "HS6009")),
        ({"born": "01/01/2990"}, ("born", "HS6009")),
        ({"issued_on": "hôm qua"}, ("issued_on", "HS6009")),
        ({"valid_to": "01/01/2020"}, ("valid_to", "HS6004")),
        ({"to": "01/01/2020"}, ("to", "HS6004")),
        ({"sex": "?"}, ("sex", "HS6009")),
        ({"part_time": "nửa"}, ("part_time", "HS6009")),
        ({"facility_code": "99Z99"}, ("facility_code", "HS6211")),
        ({"facility_code": ""}, ("facility_code", "HS6212")),
        ({"name": "A" * 400}, ("name", "HS6009")),
        ({"name": "Mai\u202eX"}, ("name", "HS6009")),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named_and_stops_no_other(change: Row, told: tuple[str, str], register: None) -> None:
    found = take(csv_of({**MAI, **change}, AN))
    assert counts(found) == ("done", 1, 0, 0, 1)
    assert ("", 2, *told) in refusals(found)
    assert [name for (name,) in rows("SELECT name FROM practitioners_practitioner")] == ["Lê Văn An"]


def test_a_number_of_somebody_else_is_refused(register: None) -> None:
    take(csv_of(MAI, AN))
    before = store()
    thief = {**AN, "licence": MAI["licence"]}
    other_birth = {**MAI, "born": "01/01/1970"}
    of_two = {**AN, "old_licence": MAI["licence"]}
    found = take(csv_of(thief, other_birth, of_two))
    assert counts(found) == ("done", 0, 0, 0, 3)
    assert [code for *_, code in refusals(found)] == ["HS6214", "HS6214", "HS6213"]
    assert store() == before
    renamed = {
        **MAI,
        "name": "Nguyễn Thị Thu Mai Anh",
        "old_licence": "",
    }  # the same day of birth: the name was changed
    assert counts(take(csv_of(renamed))) == ("done", 0, 1, 0, 0)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.csv", b"", "HS6011"),
        ("no-heading.csv", b"Mai,001\n", "HS6011"),
        ("strange.csv", b"name,licence,colour\n", "HS6008"),
        ("twice.csv", b"name,licence,name\n", "HS6008"),
        ("broken.csv", b'name,licence\nMai,"001\n', "HS6010"),
        ("latin.csv", b"name,licence\nM\xe0i,001\n", "HS6010"),
        ("no.xlsx", b"PK\x03\x04 no", "HS6010"),
        ("csv.xlsx", csv_of(MAI), "HS6010"),
        ("late.csv", csv_of(MAI) + b'"\xff', "HS6010"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(name: str, content: bytes, code: str, register: None) -> None:
    found = take(content, name)
    assert (found.state, found.rows_done, (found.refusal or {})["code"]) == ("refused", 0, code)
    assert one("SELECT count(*) FROM practitioners_practitioner") == 0


def test_stopped_it_goes_on_where_its_mark_stands(register: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 2)
    people = [{"name": f"Lê Văn {letter}", "licence": f"0000{letter}/SYN-GPHN"} for letter in "ABCDE"]
    list_id = receive_list(officer(), "a.csv", [csv_of(*people)], DAY)
    seen: list[int] = []
    take_list(list_id, lambda done, total: seen.append(done), stop=lambda: len(seen) == 1)
    assert (account(list_id).rows_done, account(list_id).state) == (2, "reading")
    set_going(officer(), list_id, go=False)
    take_list(list_id)
    assert account(list_id).rows_done == 2
    set_going(officer(), list_id, go=True)
    take_list(list_id)
    assert counts(account(list_id)) == ("done", 5, 0, 0, 0)
    assert one("SELECT count(*) FROM practitioners_practitioner") == 5


def test_the_database_keeps_a_number_to_one_at_a_time_and_deletes_nothing(register: None) -> None:
    take(csv_of(MAI, AN))
    mai, an = id_of("001234/SYN-GPHN"), id_of("000777/SYN-GPHN")
    insert = "INSERT INTO practitioners_licence (practitioner_id, number, written, form, first_day, changed_by) VALUES (%s, %s, 'x', 'licence', %s, 1)"
    statements: list[tuple[str, list[Any]]] = [
        (insert, [an, "001234/SYN-GPHN", date(2026, 1, 1)]),
        (insert, [mai, "001234/SYN-GPHN", None]),
        ("UPDATE practitioners_licence SET last_day = first_day - 1 WHERE practitioner_id = %s AND first_day IS NOT NULL", [mai]),
        ("UPDATE practitioners_licence SET withdrawn_on = '2026-01-01' WHERE practitioner_id = %s", [mai]),
        ("UPDATE practitioners_licence SET number = 'ABC' WHERE practitioner_id = %s", [mai]),
        ("UPDATE practitioners_licence SET practitioner_id = %s WHERE number = '000777/SYN-GPHN'", [mai]),
        ("DELETE FROM practitioners_licence WHERE practitioner_id = %s", [mai]),
        ("DELETE FROM practitioners_practitioner WHERE id = %s", [mai]),
        ("DELETE FROM practitioners_past WHERE practitioner_id = %s", [mai]),
        ("INSERT INTO practitioners_past (kind, row_id, version, practitioner_id, was) VALUES ('licence', 1, 99, %s, '{}')", [mai]),
    ]  # fmt: skip
    before = store()
    for statement, values in statements:
        with (
            pytest.raises(DatabaseError),
            acting_transaction(officer().account_id, "record_keeping"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, values)
    assert store() == before
    rows(
        insert + " RETURNING id", an, "001234/SYN-GPHN", date(2031, 1, 1)
    )  # after the first has run out it may be another's


@pytest.mark.parametrize(
    ("role", "sees", "writes"),
    [("intake_officer", True, True), ("facility_records_officer", True, False), ("doctor", False, False), ("overseer", False, False)],
)  # fmt: skip
def test_row_security_alone_keeps_the_register_to_its_readers(
    role: str, sees: bool, writes: bool, register: None
) -> None:
    take(csv_of(MAI, {**AN, "sex": "?"}))
    mai = id_of("001234/SYN-GPHN")
    actions.suspend(
        officer(),
        mai,
        int(one("SELECT id FROM practitioners_licence WHERE number LIKE '001234%%'")),
        DAY,
        None,
        "QĐ 1 (mẫu)",
    )
    rows("UPDATE practitioners_practitioner SET profession = 'Y sĩ' RETURNING id")
    who = asker(role, HOSPITAL if role in ("doctor", "facility_records_officer") else None)
    tables = ("practitioner", "word", "licence", "suspension", "place", "past", "list", "refusal")
    with acting_transaction(who.actor.account_id, who.purpose), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM practitioners_{table}")
            seen = cursor.fetchone()[0] > 0
            assert seen == (writes if table in ("list", "refusal") else sees), table
        cursor.execute("UPDATE practitioners_practitioner SET name = 'X'")
        assert cursor.rowcount == int(writes)
    with acting_transaction(0, who.purpose), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM practitioners_{table}")
            assert cursor.fetchone() == (0,), table


def test_found_by_names_without_accents_in_any_order_and_by_numbers(register: None) -> None:
    take(csv_of(MAI, AN))
    reader = asker("facility_records_officer", HOSPITAL)
    for text, names in {
        "": ["Nguyễn Thị Mai", "Lê Văn An"], "mai nguyen": ["Nguyễn Thị Mai"], "MAI ngu": ["Nguyễn Thị Mai"], "an": ["Lê Văn An"],
        "001234": ["Nguyễn Thị Mai"], "005678/syn": ["Nguyễn Thị Mai"], "001234/SYN-GPHN.TX.01001": ["Nguyễn Thị Mai"],
        "mai an": [], "%": [], "x": [], "\U0010ffff": [],
    }.items():  # fmt: skip
        found = reader.ask("practitioner.read", partial(find, text=text, page=1))
        assert ([each.name for each in found.practitioners], found.total) == (names, len(names)), text


def test_suspended_withdrawn_and_ended_with_what_was_before(register: None) -> None:
    take(csv_of(MAI))
    mai = id_of("001234/SYN-GPHN")
    licence = int(one("SELECT id FROM practitioners_licence WHERE number = '001234/SYN-GPHN'"))
    today = date.today()
    actions.suspend(officer(), mai, licence, today, None, "QĐ 12/QĐ-SYT (mẫu)")
    found = bodies("Practitioner")[f"register-{mai}"]
    assert found["active"] is False
    assert bodies("PractitionerRole").popitem()[1]["active"] is False
    with pytest.raises(HosoError, match="HS6219"):
        actions.suspend(officer(), mai, licence, today, None, "hai lần")
    suspension = int(one("SELECT id FROM practitioners_suspension"))
    with pytest.raises(HosoError, match="HS6219"):
        actions.end_suspension(officer(), mai, suspension, today - timedelta(days=1), "trước khi bắt đầu")
    with pytest.raises(HosoError, match="HS6217"):
        actions.withdraw(officer(), mai, licence, today, "  ")
    with pytest.raises(HosoError, match="HS6218"):
        actions.withdraw(officer(), mai + 1000, licence, today, "của người khác")
    with pytest.raises(HosoError, match="HS2001"):
        actions.withdraw(asker("facility_records_officer", HOSPITAL).actor, mai, licence, today, "không có quyền")
    place = int(one("SELECT id FROM practitioners_place"))
    actions.end_place(officer(), mai, place, today, "Chuyển công tác")
    actions.withdraw(officer(), mai, licence, today, "QĐ 13/QĐ-SYT (mẫu)")
    shown = bodies("Practitioner")[f"register-{mai}"]
    ends = {each["value"]: each["period"]["end"] for each in shown["identifier"]}
    assert ends["001234/SYN-GPHN"] == (today - timedelta(days=1)).isoformat()
    assert counts(take(csv_of(MAI)))[0] == "done"  # a list brings a withdrawn licence not back
    assert one("SELECT withdrawn_on FROM practitioners_licence WHERE id = %s", licence) == today
    seen = asker("intake_officer").ask("practitioner.read", lambda scope: practitioner(scope, mai))
    assert seen is not None
    assert {each.kind for each in seen[1]} == {"licence", "place"}
    overseer = asker("overseer")
    with acting_transaction(overseer.actor.account_id, overseer.purpose), connection.cursor() as cursor:
        cursor.execute("SELECT reason FROM audit_event WHERE object = %s ORDER BY id", [f"practitioner/{mai}"])
        reasons = [reason.split(":")[0] for (reason,) in cursor.fetchall() if reason]
    assert reasons == ["suspend", "end place", "withdraw"]


def test_what_the_calendar_changes_is_shown_the_next_day(register: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ending = date.today() + timedelta(days=1)
    take(csv_of({**AN, "valid_to": f"{ending:%d/%m/%Y}"}))
    an = id_of("000777/SYN-GPHN")
    views.file_what_the_day_changed()
    assert bodies("Practitioner")[f"register-{an}"]["active"] is True
    monkeypatch.setattr(
        "hoso.engines.intake.practitioners.views.timezone.localdate", lambda: ending + timedelta(days=1)
    )
    views.file_what_the_day_changed()
    assert bodies("Practitioner")[f"register-{an}"]["active"] is False


def test_the_views_are_valid_fhir_and_say_what_the_register_says(register: None) -> None:
    take(csv_of(MAI, AN))
    for type_name, model in (("Practitioner", Practitioner), ("PractitionerRole", PractitionerRole)):
        found = bodies(type_name)
        assert len(found) == 2
        for body in found.values():
            assert checked(orjson.dumps(body))[1] == []
            model.model_validate(body)
    mai = bodies("Practitioner")[f"register-{id_of('001234/SYN-GPHN')}"]
    assert mai["name"] == [{"use": "official", "text": "Nguyễn Thị Mai", "family": "Nguyễn", "given": ["Thị", "Mai"]}]
    assert (mai["active"], mai["gender"]) == (True, "female")
    assert "1985" not in str(mai), "the day of birth stays in the register"
    assert {(each["use"], each["value"]) for each in mai["identifier"]} == {
        ("official", "001234/SYN-GPHN"),
        ("old", "005678/SYN-CCHN"),
    }
    role = next(
        each for each in bodies("PractitionerRole").values() if each["practitioner"]["display"] == "Nguyễn Thị Mai"
    )
    assert role["organization"]["identifier"] == {"system": "https://hoso.vn/fhir/sid/ma-cskcb", "value": HOSPITAL}
    assert role["specialty"] == [{"coding": [{"system": "https://hoso.vn/fhir/CodeSystem/ma-khoa", "code": "K02"}]}]
    assert role["code"] == [{"text": "Bác sĩ điều trị"}]


def test_read_and_searched_by_fhir(register: None) -> None:
    take(csv_of(MAI, AN))
    token = issue_token(sign_in("doctor", HOSPITAL), "test", 1)

    def get(address: str) -> Any:
        return Browser().get(f"/fhir/r4/{address}", headers={"authorization": f"Bearer {token}"})

    mai = f"register-{id_of('001234/SYN-GPHN')}"
    assert get(f"Practitioner/{mai}").json()["id"] == mai
    for query in (
        f"Practitioner?identifier={SYSTEM}|005678/SYN-CCHN", "Practitioner?name=mai", f"Practitioner?_id={mai}&active=true",
        f"Practitioner?_has:PractitionerRole:practitioner:organization:identifier=https://hoso.vn/fhir/sid/ma-cskcb|{HOSPITAL}",
    ):  # fmt: skip
        assert [each["resource"]["id"] for each in get(query).json()["entry"]] == [mai], query
    answer = get(f"PractitionerRole?practitioner=Practitioner/{mai}&_include=PractitionerRole:practitioner").json()
    assert sorted(each["search"]["mode"] for each in answer["entry"]) == ["include", "match"]
    by_number = get("PractitionerRole?practitioner.identifier=000777/SYN-GPHN").json()
    assert [each["resource"]["practitioner"]["display"] for each in by_number["entry"]] == ["Lê Văn An"]


def test_nobody_writes_a_view_by_fhir(register: None) -> None:
    take(csv_of(MAI))
    mai = f"register-{id_of('001234/SYN-GPHN')}"
    before = store()
    content = {"resourceType": "Practitioner", "id": mai, "active": True}
    answers = [
        software().put(f"Practitioner/{mai}", content),
        software().put("Practitioner/register-999999", {**content, "id": "register-999999"}),
        software().delete(f"Practitioner/{mai}"),
        software().put("PractitionerRole/register-1", {"resourceType": "PractitionerRole", "id": "register-1"}),
    ]
    assert [(answer.status_code, "HS6216" in answer.content.decode()) for answer in answers] == [(405, True)] * 4
    assert software().put("Practitioner/registered-by-us", {**content, "id": "registered-by-us"}).status_code == 201
    assert [each[0] for each in zip(before[-1], store()[-1], strict=False) if each[0] not in store()[-1]] == []


def test_a_number_is_doubted_only_where_the_register_says_otherwise(register: None) -> None:
    today = date.today()
    reader = asker("intake_officer")

    def doubt(number: str, name: str) -> str:
        return str(reader.ask("practitioner.read", lambda scope: doubt_about(number, name, today)))

    assert doubt("001234/SYN-GPHN", "Ai đó") == ""  # nothing is kept yet
    take(csv_of(MAI, AN))
    assert doubt("001234/syn-gphn", "BS. Nguyễn Thị Mai") == ""
    assert doubt("001234/SYN-GPHN", "Lê Văn Bình") == "other_name"
    assert doubt("009999/SYN-GPHN", "Nguyễn Thị Mai") == "unknown"
    assert doubt("005678/SYN-CCHN", "Nguyễn Thị Mai") == "expired"


def test_two_that_would_hold_a_number_at_once_meet_the_constraint_not_a_crash(register: None) -> None:
    """Two rows of a list where a span of one is widened into another's."""
    first = {"name": "Lê Văn A", "licence": "000001/SYN-GPHN", "issued_on": "01/01/2020", "valid_to": "31/12/2021"}
    later = {"name": "Phạm Thị B", "licence": "000001/SYN-GPHN", "issued_on": "01/01/2023", "valid_to": "31/12/2024"}
    assert counts(take(csv_of(first, later))) == ("done", 2, 0, 0, 0)
    widened = {**first, "valid_to": "31/12/2023"}
    found = take(csv_of(widened))
    assert counts(found) == ("done", 0, 0, 0, 1)
    assert refusals(found)[0][3] in ("HS6213", "HS6215")
    with pytest.raises(IntegrityError), acting_transaction(officer().account_id, "record_keeping"), transaction.atomic(), connection.cursor() as cursor:  # fmt: skip
        cursor.execute("UPDATE practitioners_licence SET last_day = '2023-06-01' WHERE last_day = '2021-12-31'")
