"""Lists of households: every row accounted for, nobody twice, stopped and resumed where the mark stands."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from hoso.core.access.actor import Actor
from hoso.core.errors import HosoError
from hoso.engines.intake.households import importing
from hoso.engines.intake.households.importing import receive_list, set_going, take_list
from hoso.engines.intake.households.lists import HouseholdList, household_list, refused_rows
from hoso.engines.intake.households.sheet import OPTIONAL, REQUIRED, write_household_template
from hoso.engines.intake.jobs import intake_service
from hoso.engines.people.hoso_numbers import is_hoso_number
from tests.claim_packages import sample_3176
from tests.intaking import Intake, asker, one, person_of, rows, undone
from tests.joining import officer

DAY, LATER = date(2025, 9, 1), date(2026, 3, 1)
COMMUNE, OTHER = "00004", "00008"  # of Hà Nội since 2025-07-01
Row = dict[str, str]
MAI = {"household": "H1", "person": "1", "name": "NGUYỄN THỊ MAI", "sex": "nữ", "born": "12/03/1985", "commune_code": COMMUNE,
       "relation": "chủ hộ", "personal_id": "079185000001", "phone": "0900000111", "address": "Tổ 1 (mẫu)"}  # fmt: skip
CHILD = {
    "household": "H1",
    "person": "2",
    "name": "LÊ GIA AN",
    "sex": "1",
    "born": "2024",
    "commune_code": COMMUNE,
    "relation": "con",
}
OLD = {
    "household": "H2",
    "person": "1",
    "name": "TRẦN VĂN CỤ",
    "sex": "nam",
    "born": "05/1940",
    "commune_code": COMMUNE,
}


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
            for column, title in enumerate((*REQUIRED, *OPTIONAL)) if given else ():
                sheet.write(0, column, title)
                for line, row in enumerate(given, start=1):
                    sheet.write_string(line, column, row.get(title, ""))
    return out.getvalue()


def take(content: bytes, name: str = "ho.csv", day: date = DAY) -> HouseholdList:
    list_id = receive_list(officer(), name, [content], day)
    take_list(list_id)
    return account(list_id)


def account(list_id: int) -> HouseholdList:
    found = asker("intake_officer").ask("household.import", lambda scope: household_list(scope, list_id))
    assert found is not None
    return found


def refusals(list_id: int) -> list[tuple[str, int, str, str]]:
    found = asker("intake_officer").ask("household.import", lambda scope: list(refused_rows(scope, list_id)))
    return [(each.sheet, each.refusal.row, each.refusal.field, each.refusal.error.code) for each in found]


def counts(found: HouseholdList) -> tuple[str, int, int, int, int]:
    return found.state, found.created, found.updated, found.unchanged, found.refused


STORE = (
    "SELECT person_id, name, birth_date, birth_precision, sex, phone, address, place_id, merged_into FROM people_person ORDER BY 1",
    "SELECT kind, value, person_id FROM people_identifier ORDER BY 1, 2, 3",
    "SELECT source_person_id, household, member, relation, address, lived_in, first_day, last_day FROM people_household_member ORDER BY 1, 2, 7",
    "SELECT source_person_id, population_group, first_day, last_day FROM people_population_group ORDER BY 1, 3",
    "SELECT type, id, version, body FROM records_resource ORDER BY 1, 2",
)  # fmt: skip


def store() -> list[list[tuple[Any, ...]]]:
    return [rows(statement) for statement in STORE]


def test_everybody_in_the_list_has_a_record_a_number_a_household_and_a_group(intake: Intake) -> None:
    assert counts(take(csv_of(MAI, CHILD, OLD))) == ("done", 3, 0, 0, 0)
    doctor = asker("intake_officer")
    found = {hit.name: hit for hit in doctor.ask("person.search", lambda scope: _everybody(scope))}
    assert set(found) == {"NGUYỄN THỊ MAI", "LÊ GIA AN", "TRẦN VĂN CỤ"}
    assert (found["LÊ GIA AN"].birth.precision, found["TRẦN VĂN CỤ"].birth.precision) == (1, 2)
    numbers = [row[0] for row in rows("SELECT value FROM people_identifier WHERE kind = 'hoso_number'")]
    assert len(set(numbers)) == 3 and all(map(is_hoso_number, numbers))
    groups = dict(
        rows(
            "SELECT p.name, g.population_group FROM people_population_group g JOIN people_person p ON p.person_id = g.person_id"
        )
    )
    assert groups == {"NGUYỄN THỊ MAI": "others", "LÊ GIA AN": "children", "TRẦN VĂN CỤ": "elderly"}
    households = rows("SELECT household, count(*) FROM people_household_member GROUP BY 1 ORDER BY 1")
    assert households == [(f"{COMMUNE}/H1", 2), (f"{COMMUNE}/H2", 1)]
    assert doctor.names(numbers[0]) != []
    body = one("SELECT body FROM records_resource WHERE body LIKE %s::bytea", "%079185000001%")
    assert b"/sid/so-hoso" in bytes(body) and b"household" not in bytes(body)


def _everybody(scope: Any) -> list[Any]:
    from hoso.engines.people import queries as people

    return [hit for name in ("mai", "gia an", "van cu") for hit in people.search(scope, name).hits]


def test_the_same_list_again_changes_nothing_and_a_later_one_updates(intake: Intake) -> None:
    take(csv_of(MAI, CHILD, OLD))
    before = store()
    assert counts(take(csv_of(MAI, CHILD, OLD))) == ("done", 0, 0, 3, 0)
    assert store() == before
    moved = {**MAI, "commune_code": OTHER, "household": "H9", "address": "Tổ 2 (mẫu)", "occupation": "23410"}
    assert counts(take(csv_of(moved, CHILD, OLD), day=LATER)) == ("done", 0, 1, 2, 0)
    assert one("SELECT count(*) FROM people_person") == 3
    mai = one("SELECT person_id FROM people_identifier WHERE value = '079185000001'")
    assert rows("SELECT household, first_day, last_day FROM people_household_member WHERE person_id = %s ORDER BY 2", mai) == [
        (f"{COMMUNE}/H1", DAY, LATER), (f"{OTHER}/H9", LATER, None)
    ]  # fmt: skip
    assert rows("SELECT population_group, first_day, last_day FROM people_population_group WHERE person_id = %s ORDER BY 2", mai) == [
        ("others", DAY, LATER), ("employees", LATER, None)
    ]  # fmt: skip
    assert asker("intake_officer").ask("person.search", lambda scope: _everybody(scope))[0].address == "Tổ 2 (mẫu)"


def test_who_died_before_the_lists_day_is_taken_and_lives_nowhere_since(intake: Intake) -> None:
    spans = (
        "SELECT first_day, last_day FROM people_household_member ORDER BY first_day",
        "SELECT first_day, last_day FROM people_population_group ORDER BY first_day",
    )
    dead, died = {**MAI, "died": "15/02/2026"}, date(2026, 2, 15)
    with undone():
        assert take(csv_of(dead), day=LATER).created == 1  # nothing was known before
        assert [rows(each) for each in spans] == [[(died, died)]] * 2
        assert take(csv_of(dead), day=LATER).unchanged == 1
    with undone():
        assert take(csv_of(MAI), day=DAY).created == take(csv_of(dead), day=LATER).updated == 1  # lived in September
        assert [rows(each) for each in spans] == [[(DAY, died)]] * 2
    with undone():
        assert take(csv_of(MAI), day=LATER).created == 1  # a list that did not know of the death yet
        assert take(csv_of(dead), day=LATER).updated == 1
        assert [rows(each) for each in spans] == [[(died, died), (LATER, LATER)]] * 2
        assert take(csv_of(dead), day=LATER).unchanged == 1


def test_who_is_known_by_a_visit_is_not_made_twice(intake: Intake) -> None:
    intake.file(
        sample_3176().with_(
            MA_LK="A", HO_TEN="NGUYỄN THỊ MAI", SO_CCCD="079185000001", NGAY_SINH="198503120000", GIOI_TINH="2"
        )
    )
    assert counts(take(csv_of(MAI))) == ("done", 0, 1, 0, 0)
    assert one("SELECT count(*) FROM people_person") == 1
    assert one("SELECT person_id FROM people_household_member") == person_of("A")


def test_an_old_address_is_found_in_todays_commune_with_its_district(intake: Intake) -> None:
    old, new = rows(
        "SELECT o.code, n.code FROM places_succession s JOIN places_place o ON o.id = s.old_id JOIN places_place n ON n.id = s.new_id"
        " WHERE s.relation = 'merged' AND o.level = 3 AND n.level = 3 AND n.valid_to IS NULL AND o.valid_to = '2025-07-01' ORDER BY 1 LIMIT 1"
    )[0]
    before = {**MAI, "commune_code": old}
    both = {**CHILD, "household": "H7", "commune_code": new, "old_commune_code": old}
    assert counts(take(csv_of(before), day=date(2025, 6, 1))) == ("done", 1, 0, 0, 0)
    assert counts(take(csv_of(both))) == ("done", 1, 0, 0, 0)
    homes = rows("SELECT h.code, h.valid_to, l.code, d.level FROM people_household_member m JOIN places_place h ON h.id = m.place_id"
                 " JOIN places_place l ON l.id = m.lived_in JOIN places_place d ON d.id = l.parent_id")  # fmt: skip
    assert homes == [(new, None, old, 2)] * 2
    assert counts(take(csv_of({**both, "commune_code": OTHER if new != OTHER else COMMUNE}))) == ("done", 0, 0, 0, 1)


WRONG: list[tuple[Row, str, str]] = [
    ({"household": ""}, "household", "HS6002"), ({"person": " "}, "person", "HS6002"), ({"name": ""}, "name", "HS6002"),
    ({"born": ""}, "born", "HS6002"), ({"commune_code": ""}, "commune_code", "HS6002"),
    ({"sex": "x"}, "sex", "HS6009"), ({"sex": "nữ nam"}, "sex", "HS6009"), ({"born": "31/02/1985"}, "born", "HS6009"),
    ({"born": "12-13-1985"}, "born", "HS6009"), ({"born": "hôm qua"}, "born", "HS6009"), ({"born": "01/01/2099"}, "born", "HS6009"),
    ({"born": "1700"}, "born", "HS6009"), ({"died": "1984"}, "died", "HS6009"), ({"died": "01/01/1980"}, "died", "HS6009"),
    ({"died": "?"}, "died", "HS6009"), ({"personal_id": "12345"}, "personal_id", "HS6009"),
    ({"personal_id": "07918500000A"}, "personal_id", "HS6009"), ({"personal_id": "0791850000011"}, "personal_id", "HS6009"),
    ({"personal_id": "7.9185E+10"}, "personal_id", "HS6009"), ({"insurance_number": "1"}, "insurance_number", "HS6009"),
    ({"card": "DN979"}, "card", "HS6009"), ({"card": "DN9790123456789"}, "card", "HS6009"), ({"phone": "abc"}, "phone", "HS6009"),
    ({"phone": "12"}, "phone", "HS6009"), ({"occupation": "nông dân"}, "occupation", "HS6009"), ({"lists": "x"}, "lists", "HS6009"),
    ({"commune_code": "99999"}, "commune_code", "HS6001"), ({"commune_code": "0004"}, "commune_code", "HS6001"),
    ({"old_commune_code": "99999"}, "old_commune_code", "HS6001"), ({"old_commune_code": "31999"}, "old_commune_code", "HS60"),
    ({"name": "M" * 301}, "name", "HS6009"), ({"address": "a" * 5000}, "address", "HS6009"), ({"name": "MAI\x00LAN"}, "name", "HS6009"),
    ({"name": "MAI\u200b"}, "name", "HS6009"), ({"address": "\ue000"}, "address", "HS6009"), ({"person": "1"}, "person", "HS6039"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "field", "code"), WRONG, ids=[f"{number}-{field}" for number, (_, field, _) in enumerate(WRONG)]
)
def test_a_wrong_row_is_named_and_stops_no_other(wrong: Row, field: str, code: str, intake: Intake) -> None:
    row = {**CHILD, "person": "3", **wrong}
    found = take(csv_of(MAI, row, OLD))
    assert counts(found) == ("done", 2, 0, 0, 1)
    told = refusals(found.id)
    assert ("", 3, field) in [each[:3] for each in told] and all(
        each[3].startswith(code) for each in told if each[2] == field
    )
    assert one("SELECT count(*) FROM people_person") == 2


HEAD = ",".join(REQUIRED).encode()
LINE = f"H1,1,MAI,2,1985,{COMMUNE}".encode()
BROKEN: dict[str, tuple[bytes, str]] = {
    "empty.csv": (b"", "HS6011"), "blank.csv": (b"\n\n\n", "HS6011"), "heading of another.csv": (b"a,b,c\n1,2,3\n", "HS6011"),
    "no name.csv": (b"household,person,sex,born,commune_code\n1,1,1,1985,00004\n", "HS6011"),
    "a column more.csv": (HEAD + b",salary\n" + LINE + b",1\n", "HS6008"), "a column twice.csv": (HEAD + b",name\n" + LINE + b",x\n", "HS6008"),
    "open quote.csv": (HEAD + b"\n" + LINE + b'\n"H2,1,AN', "HS6010"), "stray quote.csv": (HEAD + b'\n"H"1,1,MAI,2,1985,00004\n', "HS6010"),
    "windows-1258.csv": (HEAD + b"\n" + LINE + b"\nH2,1,TR\xc2\xcc\xffN,1,1985,00004\n", "HS6010"),
    "utf-16.csv": ((HEAD.decode() + "\n").encode("utf-16"), "HS6010"),
    "binary.csv": (bytes(range(256)) * 40, "HS60"), "a picture.csv": (b"\x89PNG\r\n\x1a\n" + b"\xff" * 100, "HS60"),
    "one long field.csv": (HEAD + b'\n"' + b"x" * 200_000 + b'",1,MAI,2,1985,00004\n', "HS6010"),
    "long heading.csv": (b"x" * 100_000, "HS60"), "only separators.csv": (b",,,,,\n,,,,,\n", "HS6011"),
    "xml.csv": (b"<?xml version='1.0'?><GIAMDINHHS/>", "HS60"), "json.csv": (b'{"household": 1}', "HS60"),
    "cut.xlsx": (b"", "HS6010"), "not a zip.xlsx": (b"household,person\n", "HS6010"), "zip bomb head.xlsx": (b"PK\x03\x04" + b"\0" * 200, "HS6010"),
    "empty book.xlsx": (b"EMPTY", "HS6011"), "half a book.xlsx": (b"HALF", "HS6010"), "other sheet.xlsx": (b"OTHER", "HS6011"),
    "text.ods": (b"no book", "HS6010"), "old.xls": (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "HS6010"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_read_to_its_end_is_refused_whole(name: str, intake: Intake) -> None:
    content, code = BROKEN[name]
    book = xlsx_of(Một=[MAI])
    content = {
        b"EMPTY": xlsx_of(Trống=[]),
        b"HALF": book[: len(book) // 2],
        b"OTHER": xlsx_of(Một=[MAI]).replace(b"", b""),
    }.get(content, content)
    if name == "other sheet.xlsx":
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True}) as other:
            other.add_worksheet("Khác").write(0, 0, "gì đó")
        content = out.getvalue()
    found = take(content, name)
    assert found.state == "refused" and found.refusal is not None and found.refusal["code"].startswith(code), found
    assert (found.rows_done, one("SELECT count(*) FROM people_person")) == (0, 0)


def test_there_are_sixty_malformed_files() -> None:
    assert len(WRONG) + len(BROKEN) >= 60


def test_every_sheet_of_a_workbook_is_taken_and_rows_are_named_by_sheet(intake: Intake) -> None:
    content = xlsx_of(Ấp1=[MAI, CHILD], Trống=[], Ấp2=[OLD, {**OLD, "person": "2", "sex": "?"}])
    found = take(content, "ho.xlsx")
    assert counts(found) == ("done", 3, 0, 0, 1)
    assert refusals(found.id) == [("Ấp2", 3, "sex", "HS6009")]


def test_the_template_is_taken_as_it_is(intake: Intake, tmp_path: Path) -> None:
    write_household_template(tmp_path / "mau.csv")
    found = take((tmp_path / "mau.csv").read_bytes(), "mau.csv")
    assert (found.state, found.rows_done) == ("done", 1)


@contextmanager
def small_batches(monkeypatch: pytest.MonkeyPatch, size: int) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(importing, "BATCH", size)
        yield


def test_stopped_and_resumed_it_takes_everybody_once(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [{**OLD, "household": f"H{number}", "name": f"TRẦN VĂN {chr(65 + number)}"} for number in range(10)]
    actor = officer()
    list_id = receive_list(actor, "ho.csv", [csv_of(*people)], DAY)
    with small_batches(monkeypatch, 3):
        calls = iter([False, False, True])
        take_list(list_id, stop=lambda: next(calls))
        assert (account(list_id).state, account(list_id).rows_done) == ("reading", 6)
        set_going(actor, list_id, go=False)
        take_list(list_id)
        assert (account(list_id).state, account(list_id).rows_done) == ("stopped", 6)
        with pytest.raises(HosoError, match="HS6038"):
            set_going(actor, list_id, go=False)
        set_going(actor, list_id, go=True)
        take_list(list_id)
    assert counts(account(list_id)) == ("done", 10, 0, 0, 0)
    assert one("SELECT count(*) FROM people_person") == 10


def test_a_list_needs_its_permission_and_a_day(intake: Intake) -> None:
    with pytest.raises(HosoError, match="HS2001"):
        receive_list(asker("doctor", "01000").actor, "ho.csv", [csv_of(MAI)], DAY)
    for day in (date(1990, 1, 1), date(2999, 1, 1)):
        with pytest.raises(HosoError, match="HS6037"):
            receive_list(officer(), "ho.csv", [csv_of(MAI)], day)
    assert isinstance(intake_service("test"), Actor)
