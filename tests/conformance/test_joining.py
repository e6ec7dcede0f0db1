"""Two persons joined and parted again: the store is as if nobody had joined them, and its history says that they did.

Random sequences of visits, corrections, joins and partings are taken into one store, the visits and corrections alone into
another; once every join is undone the two must say the same.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import parse_qsl

import orjson
import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.places.facilities import ensure_facility
from hoso.engines.intake.conflicts import decide_conflict
from hoso.engines.intake.joining import join_persons, part_persons
from hoso.engines.intake.pairs import decide_pair
from hoso.engines.people import queries as people
from hoso.engines.people.pairs import standing_joins, waiting_pairs
from hoso.engines.records.actions import RecordBatch
from hoso.engines.records.fhir.search.across import Search
from hoso.engines.records.fhir.search.candidates import AsOf
from hoso.engines.records.fhir.search.query import parse_query
from hoso.engines.records.resource_types import NUMBERS
from tests.claim_packages import Claim, sample_3176
from tests.intaking import Asker, Intake, as_service, asker, forget, one, person_of, rows, undone
from tests.joining import alike, joined, officer

PATIENT = NUMBERS["Patient"]
HUMANS = [
    {"HO_TEN": "NGUYỄN THỊ MAI", "SO_CCCD": "079185000001", "MA_THE_BHYT": "DN4790123456781", "MA_BN": "SYN-1", "NGAY_SINH": "198503120000", "GIOI_TINH": "2"},
    {"HO_TEN": "NGUYEN THI MAI", "SO_CCCD": "", "MA_THE_BHYT": "DN4790123456782", "MA_BN": "SYN-2", "NGAY_SINH": "198500000000", "GIOI_TINH": "2"},
    {"HO_TEN": "LÊ VĂN HÙNG", "SO_CCCD": "079080000003", "MA_THE_BHYT": "", "MA_BN": "SYN-3", "NGAY_SINH": "198001010000", "GIOI_TINH": "1"},
    {"HO_TEN": "TRẦN VĂN AN", "SO_CCCD": "079185000001", "MA_THE_BHYT": "", "MA_BN": "SYN-4", "NGAY_SINH": "195001010000", "GIOI_TINH": "1"},  # MAI's number
]  # fmt: skip
SAYINGS = [
    {"DIEN_THOAI": "0900000111", "DIA_CHI": "phố cũ (mẫu)", "MATINH_CU_TRU": "01", "MAXA_CU_TRU": "00004", "MAHUYEN_CU_TRU": ""},
    {"DIEN_THOAI": "0900000222", "DIA_CHI": "phố mới (mẫu)", "MATINH_CU_TRU": "01", "MAXA_CU_TRU": "00008", "MAHUYEN_CU_TRU": ""},
    {"DIEN_THOAI": "", "DIA_CHI": "", "MATINH_CU_TRU": "", "MAXA_CU_TRU": "", "MAHUYEN_CU_TRU": ""},
    {"DIEN_THOAI": "0900000333", "DIA_CHI": "ngõ (mẫu)", "MA_BENH_CHINH": "B20"},
]  # fmt: skip

visits = st.tuples(st.just("visit"), st.integers(0, 3), st.integers(0, 3))
corrections = st.tuples(st.just("correct"), st.integers(0, 9), st.integers(0, 15))
joins = st.tuples(st.just("join"), st.integers(0, 9), st.integers(0, 9))
partings = st.tuples(st.just("part"), st.integers(0, 9), st.just(0))
Step = tuple[str, int, int]

# By which visit a Patient last changed is no part of what it says.
OF_VISITS = f"CASE WHEN type <> {PATIENT} THEN happened END"
CURRENT = {
    "resources": f"""
        SELECT person_id, source_person_id, type, id, deleted, {OF_VISITS}, encounter, facility_id, place_id, sensitivity, source_line,
               sha256(body), CASE WHEN type <> {PATIENT} THEN version END FROM records_resource""",
    "places of resources": "SELECT type, id, person_id, source_person_id, place_id, sensitivity FROM records_location",
    "search rows": f"SELECT hash, person_id, source_person_id, type, id, {OF_VISITS}, place_id, sensitivity FROM records_token",
    "persons": """
        SELECT person_id, patient_id, name, folded_name, birth_date, birth_precision, sex, phone, address, as_of, provisional,
               merged_into, place_id FROM people_person""",
    "numbers": "SELECT kind, value, issuer_id, person_id, source_person_id, contested, place_id, sensitivity FROM people_identifier",
    "words": "SELECT hash, person_id, source_person_id, place_id FROM people_token",
    "statements": """
        SELECT person_id, source_person_id, encounter, said_at, details::text, place_id, sensitivity FROM people_statement""",
    "conflicts": "SELECT person_id, other_person_id, identifier_kind, decision FROM people_conflict",
    "care": "SELECT person_id, source_person_id, facility_id, first_day, last_day, sensitivity FROM access_care_relation",
    "visits": "SELECT facility_id, ma_lk, content_hash, person_id, source_person_id FROM intake_current_visit",
    "versions": f"""
        SELECT person_id, source_person_id, type, id, version, deleted, place_id, sha256(body) FROM records_resource_version
        WHERE type <> {PATIENT}""",
    "changes": "SELECT topic, key, payload::text FROM changes_change WHERE topic NOT LIKE 'person.%%'",
}  # fmt: skip
NAMES = ("nguyen mai", "le van hung", "079185000001", "0900000111", "SYN-2", "DN4790123456782")


def claim(ma_lk: str, human: int, saying: int, day: int) -> Claim:
    when = f"202509{day + 1:02}"
    return sample_3176().with_(
        MA_LK=ma_lk, **HUMANS[human], **SAYINGS[saying], NGAY_VAO=f"{when}0800", NGAY_RA=f"{when}0900"
    )


class Played:
    """One store, and how many acts of joining it saw."""

    def __init__(self, intake: Intake, actor: Actor) -> None:
        self.intake, self.actor, self.acts, self.filed, self.survivors = intake, actor, 0, 0, set[int]()
        self.sent: list[tuple[str, int, int]] = []

    def play(self, steps: Sequence[Step], joining: bool) -> None:
        for number, (kind, first, second) in enumerate(steps):
            made_on = f"202510{number + 1:02}"
            if kind == "visit":
                self.sent.append((f"SYN.{number}", first, number))
                self.intake.file(claim(f"SYN.{number}", first, second, number), made_on=made_on)
            elif kind == "correct" and self.sent:
                ma_lk, human, day = self.sent[first % len(self.sent)]
                # Of sixteen corrections twelve are of what was said and four say that it was somebody else.
                human = (human + 1) % 4 if second >= 12 else human
                self.intake.file(claim(ma_lk, human, second % 4, day), made_on=made_on)
            elif joining and kind == "join":
                self._join(first, second)
            elif joining and kind == "part":
                self._part(first)

    def _join(self, first: int, second: int) -> None:
        persons = [
            row[0] for row in rows("SELECT person_id FROM people_person WHERE merged_into IS NULL ORDER BY patient_id")
        ]
        if len(persons) < 2 or first % len(persons) == second % len(persons):
            return
        joined, into = persons[first % len(persons)], persons[second % len(persons)]
        join_persons(self.actor, joined, into, "giấy tờ khớp")
        self.acts += 1
        self.survivors.add(into)

    def _part(self, which: int) -> bool:
        standing = [row[0] for row in rows("SELECT id FROM people_join WHERE parted_at IS NULL ORDER BY id")]
        if standing:
            part_persons(self.actor, standing[which % len(standing)], "ghép nhầm")
            self.acts += 1
        return bool(standing)

    def part_all(self) -> None:
        number = 7
        while self._part(number):
            number = number * 5 + 3

    def current(self) -> dict[str, Counter[Any]]:
        return {name: Counter(map(tuple, rows(statement))) for name, statement in CURRENT.items()}

    def answers(self) -> dict[str, Any]:
        doctor = asker("doctor", "01000")
        persons = [row[0] for row in rows("SELECT person_id FROM people_person ORDER BY 1")]
        found: dict[str, Any] = {name: doctor.search(name) for name in NAMES}
        return found | {str(one): [visit.encounter for visit in doctor.timeline(one).visits] for one in persons}

    def patients(self) -> dict[str, list[bytes]]:
        """The contents of each Patient in the order of its versions, without who it is joined with; the same once more is
        left out. Those of a Patient whom others were joined to are told apart: they knew more in between."""
        found = rows(
            "SELECT id, version, body, source_person_id FROM records_resource WHERE type = %s UNION ALL"
            " SELECT id, version, body, source_person_id FROM records_resource_version WHERE type = %s ORDER BY 1, 2",
            PATIENT, PATIENT,
        )  # fmt: skip
        contents = ((row[0], _alone(bytes(row[2]))) for row in found)
        histories = {
            id_: [body for body, _ in groupby(body for _, body in group)]
            for id_, group in groupby(contents, key=lambda row: row[0])
        }
        return histories


def _alone(body: bytes) -> bytes:
    content = orjson.loads(body)
    return orjson.dumps({**{key: value for key, value in content.items() if key != "link"}, "active": True})


# The survivor's last visit of its own is corrected away while another is joined to it.
LAST_VISIT_CORRECTED_AWAY: list[Step] = [
    ("join", 3, 2), ("join", 9, 1), ("join", 5, 1), ("join", 6, 6), ("correct", 9, 11), ("correct", 2, 15), ("join", 0, 9),
    ("join", 4, 2), ("visit", 1, 3), ("correct", 1, 7), ("correct", 6, 15), ("join", 9, 7),
]  # fmt: skip


# The last visit is corrected away to somebody who shares no number, while one of whom nothing may be told is joined.
CORRECTED_AWAY_UNSEEN: list[Step] = [("join", 6, 7), ("visit", 2, 0), ("correct", 3, 12), ("part", 4, 0)]

# It is corrected to be about the one who is joined.
CORRECTED_TO_THE_JOINED: list[Step] = [("join", 7, 4), ("visit", 1, 1), ("correct", 1, 13)]


@settings(
    max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(
    st.lists(visits, min_size=2, max_size=4),
    st.lists(st.one_of(visits, corrections, joins, joins, partings), min_size=3, max_size=12),
)
@example([("visit", 2, 0), ("visit", 0, 2)], LAST_VISIT_CORRECTED_AWAY)
@example([("visit", 0, 0), ("visit", 3, 3)], CORRECTED_AWAY_UNSEEN)
@example([("visit", 1, 2), ("visit", 0, 0)], CORRECTED_TO_THE_JOINED)
def test_parted_again_the_store_is_as_if_never_joined(intake: Intake, first: list[Step], more: list[Step]) -> None:
    steps, found = [*first, *more], []
    with undone():
        actor = officer()
        ensure_facility("01000")  # with the same number in both stores
        for joining in (True, False):
            with undone():
                forget()
                played = Played(intake, actor)
                played.play(steps, joining)
                played.part_all()
                found.append((played, played.current(), played.answers(), played.patients()))
                told = Counter(row[0] for row in rows("SELECT topic FROM changes_change WHERE topic LIKE 'person.%%'"))
                audited = _audited(actor)
                written = one("SELECT count(*) + count(parted_at) FROM people_join")
                assert told["person.joined"] + told["person.parted"] == audited == written == played.acts
    (disturbed, current, answers, patients), (_, expected, expected_answers, expected_patients) = found
    for table, counted in expected.items():
        added, lost = current[table] - counted, counted - current[table]
        assert not added and not lost, f"{table} after {steps}: only joined and parted {added}, only undisturbed {lost}"
    assert answers == expected_answers, steps
    survivors = {row for row in patients if _id_of(current, row) in disturbed.survivors}
    assert {one: patients[one] for one in patients.keys() - survivors} == {
        one: expected_patients[one] for one in expected_patients.keys() - survivors
    }
    assert all(patients[one][-1] == expected_patients[one][-1] for one in survivors)


def _audited(actor: Actor) -> int:
    with acting_transaction(actor.account_id, "record_keeping"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_event WHERE object LIKE 'person/%' AND action = 'update'")
        return int(cursor.fetchone()[0])


def _id_of(current: dict[str, Counter[Any]], patient_id: str) -> int:
    return next(int(row[0]) for row in current["persons"] if row[1] == patient_id)


def _two(intake: Intake) -> tuple[int, int]:
    intake.file(claim("A", 0, 0, 1), claim("B", 1, 1, 2))
    return person_of("A"), person_of("B")


@pytest.mark.parametrize("plan", ["enable_hashjoin", "enable_mergejoin"])
def test_a_correction_tells_the_same_change_whatever_plan_the_database_takes(intake: Intake, plan: str) -> None:
    intake.file(claim("A", 0, 0, 1))
    mai, encounter = person_of("A"), one("SELECT DISTINCT encounter FROM records_resource WHERE encounter IS NOT NULL")
    with as_service() as cursor:
        cursor.execute(f"SET LOCAL {plan} = off")
        keys = list(RecordBatch(cursor, datetime(2025, 10, 1, tzinfo=UTC)).stored_of_visit(mai, encounter))
    assert len(keys) > 10 and keys == sorted(keys)


def test_a_number_that_only_a_withheld_visit_names_stays_with_its_bearer(intake: Intake) -> None:
    # The officer may not see that MAI bears the number; the database knows, and the join of its claimant is done without it.
    intake.file(claim("A", 0, 3, 1), claim("B", 3, 0, 2), claim("C", 2, 0, 3))
    mai, claimant, other = person_of("A"), person_of("B"), person_of("C")
    bearers = "SELECT person_id, contested FROM people_identifier WHERE value = '079185000001' ORDER BY contested"
    actor = officer()
    with acting_transaction(actor.account_id, "record_keeping"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_identifier WHERE person_id = %s", [mai])
        assert cursor.fetchone() == (0,)
    assert rows(bearers) == [(mai, False), (claimant, True)]
    join_persons(actor, claimant, other, "giấy tờ khớp")
    assert rows(bearers) == [(mai, False), (other, True)]


def test_what_arrives_between_stays_with_its_source(intake: Intake) -> None:
    mai, twin = _two(intake)
    actor = officer()
    join_persons(actor, twin, mai, "giấy tờ khớp")
    intake.file(claim("C", 1, 3, 3), claim("D", 0, 0, 4), made_on="20251101")
    assert person_of("B") == person_of("C") == person_of("D") == mai
    assert {hit.person_id for hit in asker("doctor", "01000").search("nguyen thi mai")} == {mai}
    part_persons(actor, one("SELECT id FROM people_join"), "ghép nhầm")
    assert (person_of("C"), person_of("D")) == (twin, mai)
    assert one("SELECT count(*) FROM records_resource WHERE person_id <> source_person_id") == 0


def test_the_treating_team_and_the_labels_of_ties_go_with_their_visits(intake: Intake) -> None:
    left = datetime.now() - timedelta(days=5)
    withheld = claim("B", 1, 1, 2).with_(
        MA_BENH_CHINH="B20", NGAY_RA=f"{left:%Y%m%d%H%M}", NGAY_TTOAN=f"{left:%Y%m%d%H%M}"
    )
    intake.file(claim("A", 0, 0, 1), withheld, made_on=f"{datetime.now():%Y%m%d}")
    mai, twin = person_of("A"), person_of("B")
    teams = "SELECT DISTINCT person_id FROM access_care_team"
    ties = "SELECT source_person_id, sensitivity FROM access_care_relation ORDER BY sensitivity"
    before = rows(ties)
    assert (one(teams), before[0], before[1][0], before[1][1] > 0) == (twin, (mai, 0), twin, True)
    actor = officer()
    join_persons(actor, twin, mai, "giấy tờ khớp")
    assert one(teams) == mai
    intake.file(withheld.with_(CAN_NANG="53.00"), made_on=f"{datetime.now() + timedelta(days=1):%Y%m%d}")
    assert rows(ties) == before
    part_persons(actor, one("SELECT id FROM people_join"), "ghép nhầm")
    assert (one(teams), rows(ties)) == (twin, before)


def test_joined_the_one_says_so_and_the_other_knows_both(intake: Intake) -> None:
    mai, twin = _two(intake)
    join_persons(officer(), twin, mai, "giấy tờ khớp")
    bodies = {row[0]: orjson.loads(bytes(row[1])) for row in rows("SELECT source_person_id, body FROM records_resource WHERE type = %s", PATIENT)}  # fmt: skip
    ids = dict(rows("SELECT person_id, patient_id FROM people_person"))
    assert bodies[twin]["link"] == [{"other": {"reference": f"Patient/{ids[mai]}"}, "type": "replaced-by"}]
    assert bodies[mai]["link"] == [{"other": {"reference": f"Patient/{ids[twin]}"}, "type": "replaces"}]
    assert (bodies[twin]["active"], bodies[mai]["active"]) == (False, True)
    numbers = {each["value"] for each in bodies[mai]["identifier"]}
    assert {"079185000001", "DN4790123456782", "SYN-2"} <= numbers
    person = asker("doctor", "01000").person(mai)
    assert {each.value for each in person.identifiers} >= numbers
    assert person.phone == "0900000222"  # said last, by a visit of the other side


def test_a_chain_of_joins_is_parted_in_the_middle(intake: Intake) -> None:
    intake.file(claim("A", 0, 0, 1), claim("B", 1, 1, 2), claim("C", 2, 0, 3))
    mai, twin, hung = person_of("A"), person_of("B"), person_of("C")
    actor = officer()
    join_persons(actor, hung, twin, "một")
    join_persons(actor, twin, mai, "hai")
    assert person_of("C") == mai
    part_persons(actor, one("SELECT id FROM people_join WHERE source_person_id = %s", twin), "nhầm")
    assert (person_of("A"), person_of("B"), person_of("C")) == (mai, twin, twin)


@pytest.mark.parametrize("code", ["HS2001", "HS4010", "HS5001", "HS6030", "HS6031", "HS6032"])
def test_what_cannot_be_joined_is_refused_and_changes_nothing(code: str, intake: Intake) -> None:
    mai, twin = _two(intake)
    actor = officer()
    acts: dict[str, Callable[[], None]] = {
        "HS2001": lambda: join_persons(asker("doctor", "01000").actor, twin, mai, "x"),
        "HS4010": lambda: join_persons(actor, twin, mai, "  "),
        "HS5001": lambda: join_persons(actor, 7, mai, "x"),
        "HS6030": lambda: join_persons(actor, mai, mai, "x"),
        "HS6031": lambda: [join_persons(actor, twin, mai, "x") for _ in range(2)].clear(),  # type: ignore[func-returns-value]
        "HS6032": lambda: part_persons(actor, 1, "x"),
    }
    with undone(), pytest.raises(HosoError, match=code):
        acts[code]()
    assert (person_of("A"), person_of("B")) == (mai, twin)


def test_undoing_the_decision_of_a_conflict_opens_it_again(intake: Intake) -> None:
    intake.file(claim("A", 0, 0, 1), claim("H", 3, 1, 2))
    known, apart, actor = person_of("A"), person_of("H"), officer()
    conflict = one("SELECT id FROM people_conflict")
    decide_conflict(actor, conflict, "same_person", "giấy tờ")
    assert person_of("H") == known
    part_persons(actor, one("SELECT id FROM people_join"), "ghép nhầm")
    assert person_of("H") == apart
    assert one("SELECT decision FROM people_conflict") is None
    decide_conflict(actor, conflict, "different_person", "hai người")


def test_the_desk_joins_refuses_and_undoes(intake: Intake) -> None:
    mai, twin = _two(intake)
    pair, actor = alike(mai, twin), officer()
    (shown,) = asker("intake_officer").ask("conflict.decide", waiting_pairs)
    assert {shown.one.person_id, shown.other.person_id} == {mai, twin}
    assert shown.evidence[0].field == "name"
    with pytest.raises(HosoError, match="HS4010"):
        decide_pair(actor, pair, "same_person", " ")
    decide_pair(actor, pair, "same_person", "giấy tờ khớp")
    assert person_of("B") == mai  # who has a personal number is kept
    (join,) = asker("intake_officer").ask("conflict.decide", standing_joins)
    part_persons(actor, join.id, "nhầm")
    assert person_of("B") == twin
    decide_pair(actor, pair, "different_person", "hai người")
    with pytest.raises(HosoError, match="HS4007"):
        decide_pair(actor, pair, "same_person", "lại")
    assert asker("intake_officer").ask("conflict.decide", waiting_pairs) == []


def test_a_search_that_names_a_patient_follows_its_links(intake: Intake) -> None:
    mai, twin = _two(intake)
    ids = dict(rows("SELECT person_id, patient_id FROM people_person"))
    doctor = asker("doctor", "01000")
    encounters = {person: _ids(doctor, "Encounter", f"patient=Patient/{ids[person]}") for person in (mai, twin)}
    assert all(len(found) == 1 for found in encounters.values())
    join = joined(twin, mai)
    both = encounters[mai] | encounters[twin]
    for asked in (
        f"patient=Patient/{ids[mai]}",
        f"subject={ids[twin]}",
        f"patient:Patient={ids[twin]}",
        "patient.identifier=079185000001",
    ):
        assert _ids(doctor, "Encounter", asked) == both, asked
    assert _ids(doctor, "Patient", f"_id={ids[twin]}") == {ids[twin]}
    assert doctor.ask("record.read", lambda scope: people.person_id_of(scope, ids[twin])) == mai
    part_persons(officer(), join, "nhầm")
    assert _ids(doctor, "Encounter", f"patient=Patient/{ids[mai]}") == encounters[mai]


def _ids(who: Asker, type_name: str, query: str) -> set[str]:
    def found(scope: Scope) -> set[str]:
        page = Search(scope, lambda _: lambda _: True, AsOf.now()).page(parse_query(type_name, parse_qsl(query)))
        return {each.id for each in page.resources}

    return who.ask("record.read", found)
