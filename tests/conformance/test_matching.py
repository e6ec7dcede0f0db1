"""The matcher: its levels said twice are the same, its joins are acts that can be undone, and it finds who is one human."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from hoso.bench.linkage import _by_error, _judged, _line
from hoso.bench.population import population
from hoso.core.accounts.credentials import issue_token
from hoso.core.database.session import acting_transaction
from hoso.engines.intake.jobs import intake_service
from hoso.engines.intake.joining import part_persons
from hoso.engines.intake.linking import link_everybody
from hoso.engines.intake.pairs import decide_pair
from hoso.engines.people.matching.comparisons import COMPARISONS, Compared
from hoso.engines.people.matching.everybody import described, worth_comparing
from hoso.engines.people.matching.matches import matches
from hoso.engines.people.matching.model import model
from hoso.engines.people.matching.splink_model import everybody, likely_pairs
from hoso.engines.people.models import BirthDate
from tests.claim_packages import Claim, sample_3176
from tests.intaking import Intake, one, person_of, rows, sign_in
from tests.joining import officer

NAMES = ("nguyen thi mai", "mai nguyen thi", "nguyen thi may", "nguyen thi maii", "nguyen thi", "le van hung", "an", "")
persons = st.builds(
    Compared, st.sampled_from(NAMES), st.sampled_from([None, 1985, 1986]), st.sampled_from([None, 3, 12]), st.sampled_from([None, 12, 3]),
    st.sampled_from([None, 1, 2]), st.sampled_from(["", "1", "2"]), st.sampled_from([None, 4, 8]), st.sampled_from(["", "h1", "h2"]),
    st.sampled_from(["", "i1", "i2"]), st.sampled_from(["", "p1", "p2"]),
)  # fmt: skip


def _whole(one: Compared) -> bool:
    """A birth known to the day is known to the month and the year."""
    return (one.birth_day is None or one.birth_month is not None) and (
        one.birth_month is None or one.birth_year is not None
    )


@settings(max_examples=200, deadline=None)
@given(st.lists(persons.filter(_whole), min_size=2, max_size=2))
def test_the_levels_in_sql_and_in_python_say_the_same(two: list[Compared]) -> None:
    import duckdb

    columns = (
        "name",
        "words",
        "birth_year",
        "birth_month",
        "birth_day",
        "sex",
        "phone",
        "commune",
        "household",
        "insurance_number",
        "personal_number",
    )
    values = {
        f"{column}_{side}": getattr(person, column)
        for column in columns
        for side, person in zip("lr", two, strict=True)
    }
    types = {
        "name": "VARCHAR",
        "words": "VARCHAR",
        "phone": "VARCHAR",
        "household": "VARCHAR",
        "insurance_number": "VARCHAR",
        "personal_number": "VARCHAR",
    }
    row = ", ".join(f"${name}::{types.get(name[:-2], 'BIGINT')} AS {name}" for name in values)
    with duckdb.connect() as connection_:
        for comparison in COMPARISONS:
            levels = " ".join(f"WHEN {level.sql} THEN '{level.key}'" for level in comparison.levels)
            found: Any = connection_.execute(
                f"SELECT CASE WHEN {comparison.unknown.sql} THEN 'unknown' {levels} ELSE 'different' END FROM (SELECT {row})",
                values,
            ).fetchone()
            assert found[0] == comparison.level_of(*two), comparison.field


def test_the_model_speaks_of_every_level() -> None:
    rules = model()
    assert {each.field: {level.key for level in each.levels} | {"different"} for each in COMPARISONS} == {
        field: set(levels) for field, levels in rules.weights.items()
    }
    assert 0 < rules.lower < rules.upper < 1


def test_a_population_is_matched_as_the_issue_asks(tmp_path: Path) -> None:
    records = population(20_000, seed=20261126)
    path = tmp_path / "persons.tsv"
    path.write_text("".join(map(_line, records)))
    with everybody(path, "1GB") as known:
        pairs = list(likely_pairs(known, model()))
    human = {each.id: each.human for each in records}
    truth = len(records) - len(set(human.values()))
    joined = {(first, second) for first, second, probability in pairs if probability >= model().upper}
    found = _judged(joined, human)
    assert truth == round(0.08 * len(records))
    assert found.precision >= 0.99 and found.right / truth >= 0.95
    assert len(pairs) - len(joined) <= 0.01 * len(records)
    table = {str(row[0]): row[2] for row in _by_error(records, joined)}
    assert {"no personal number", "no day or month", "name", "moved"} <= table.keys() and table[
        "none at all"
    ] == "1.0000"


def test_the_population_has_the_mix_that_was_asked_for() -> None:
    records = population(30_000, seed=5)
    second = [each for each in records if each.id != each.human]
    shares = {
        error: sum(error in each.errors for each in second) / len(second)
        for error in ("no personal number", "no day or month", "name", "moved")
    }
    assert shares == pytest.approx(
        {"no personal number": 0.40, "no day or month": 0.15, "name": 0.10, "moved": 0.20}, abs=0.03
    )
    first = [each for each in records if each.id == each.human]
    alike = len(first) - len({(each.name, each.birth) for each in first})
    assert alike >= 0.01 * len(first)
    assert any(
        one.household and one.household == other.household and one.birth == other.birth and one.name != other.name
        for one, other in pairwise(first)
    )


MAI = {"HO_TEN": "NGUYỄN THỊ MAI", "SO_CCCD": "079185000001", "MA_THE_BHYT": "DN4790123456789", "MA_BN": "SYN-1", "NGAY_SINH": "198503120000",
       "GIOI_TINH": "2", "DIEN_THOAI": "0900000111", "MAXA_CU_TRU": "00004", "MATINH_CU_TRU": "01", "MAHUYEN_CU_TRU": "",
       "NGAY_VAO": "202509010800", "NGAY_RA": "202509010900"}  # fmt: skip


def mai(ma_lk: str, **values: str) -> Claim:
    return sample_3176().with_(MA_LK=ma_lk, **{**MAI, **values})


AGAIN = {"SO_CCCD": "", "MA_THE_BHYT": "", "MA_BN": "SYN-2"}


def test_who_surely_is_one_is_joined_who_may_be_waits(intake: Intake) -> None:
    intake.file(mai("A"), mai("B", **AGAIN), mai("C", SO_CCCD="", MA_THE_BHYT="", MA_BN="SYN-3", DIEN_THOAI="", MAXA_CU_TRU="00008"),
                mai("D", HO_TEN="LÊ VĂN HÙNG", GIOI_TINH="1", SO_CCCD="079080000002", MA_THE_BHYT="", MA_BN="SYN-4", NGAY_SINH="198001010000", DIEN_THOAI=""))  # fmt: skip
    report = link_everybody(intake_service("test"))
    assert (report.persons, report.joined) == (4, 1)
    assert person_of("B") == person_of("A") and person_of("D") != person_of("A")
    assert report.pairs == report.joined + report.waiting + report.decided
    again = link_everybody(intake_service("test"))
    assert (again.joined, again.waiting) == (0, 0)


def test_what_was_undone_or_kept_apart_is_not_joined_again(intake: Intake) -> None:
    intake.file(mai("A"), mai("B", **AGAIN))
    service, actor = intake_service("test"), officer()
    link_everybody(service)
    part_persons(actor, one("SELECT id FROM people_join"), "hai chị em")
    assert link_everybody(service).joined == 0
    pair = one("SELECT id FROM people_pair WHERE decision IS NULL")
    decide_pair(actor, pair, "different_person", "hai chị em")
    assert link_everybody(service).joined == 0
    assert person_of("A") != person_of("B")


def test_an_arriving_person_is_found_by_each_block(intake: Intake) -> None:
    intake.file(mai("A"))
    birth = BirthDate(__import__("datetime").date(1985, 3, 12), 3)
    asked = {
        "personal number": described("NGUYEN THI MAI", BirthDate(None, 0), 2, personal_number="079185000001"),
        "insurance number": described("NGUYEN THI MAI", birth, 2, insurance_number="0123456789"),
        "phone": described("MAI NGUYEN THI", birth, 2, phone="0900000111"),
        "name and year": described("Mai Nguyễn Thị", birth, 2),
    }
    service = intake_service("test")
    with acting_transaction(service.account_id, "record_keeping"), connection.cursor() as cursor:
        for name, who in asked.items():
            assert worth_comparing(cursor, who) == [person_of("A")] or person_of("A") in worth_comparing(cursor, who), (
                name
            )
        (best, *_) = matches(cursor, asked["personal number"])
        assert (best.person_id, best.grade) == (person_of("A"), "certain")
        assert matches(cursor, described("LE VAN HUNG", birth, 1)) == []


def test_match_over_http_tells_how_sure_it_is(intake: Intake) -> None:
    intake.file(mai("A"))
    token = issue_token(sign_in("doctor", "01000"), "test", 1)
    patient = {"resourceType": "Patient", "name": [{"text": "NGUYEN THI MAI"}], "birthDate": "1985-03-12", "gender": "female",
               "identifier": [{"system": "https://hoso.vn/fhir/sid/ma-so-bhxh", "value": "0123456789"}]}  # fmt: skip
    client = Client(headers={"authorization": f"Bearer {token}"})

    def ask(**parameters: Any) -> Any:
        given = [
            {"name": "resource", "resource": patient},
            *({"name": name, **value} for name, value in parameters.items()),
        ]
        return client.post(
            "/fhir/r4/Patient/$match",
            orjson.dumps({"resourceType": "Parameters", "parameter": given}),
            content_type="application/fhir+json",
        )

    answer = ask()
    assert answer.status_code == 200, answer.content
    (entry,) = answer.json()["entry"]
    assert entry["resource"]["id"] == rows("SELECT patient_id FROM people_person")[0][0]
    assert entry["search"]["mode"] == "match" and entry["search"]["score"] > 0.99
    assert entry["search"]["extension"][0]["valueCode"] == "certain"
    assert ask(count={"valueInteger": 0}).status_code == 400
    stranger = Client(headers={"authorization": f"Bearer {issue_token(sign_in('doctor', '01999'), 'test', 1)}"})
    client = stranger
    assert ask().json().get("entry", []) == []
