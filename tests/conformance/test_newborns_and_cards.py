"""Newborns and health cards at the store: one act, one person, one card that holds; what the database itself refuses."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.errors import HosoError
from hoso.engines.intake.newborns.registering import Newborn, give_number, register_newborn
from hoso.engines.people.cards.actions import block_card, issue_card, reach
from hoso.engines.people.cards.numbers import card_number, code_text, scanned_card
from hoso.engines.people.cards.queries import bearer_of, cards_of
from hoso.engines.people.models import Sex
from tests.claim_packages import sample_3176
from tests.intaking import Intake, asker, one, person_of, rows

MOTHER = {
    "MA_LK": "M",
    "HO_TEN": "NGUYỄN THỊ MAI",
    "SO_CCCD": "079190000001",
    "NGAY_SINH": "199003120000",
    "GIOI_TINH": "2",
}


def _desk(intake: Intake) -> tuple[Actor, int, int]:
    """A doctor of the facility, a mother known there, the facility."""
    intake.file(sample_3176().with_(**MOTHER))
    actor = asker("doctor", "01000").actor
    return actor, person_of("M"), one("SELECT id FROM places_facility WHERE code = '01000'")


def _child(facility: int, **more: Any) -> Newborn:
    given = {"born_at": timezone.now() - timedelta(hours=30), "sex": Sex.FEMALE, "weight_grams": 3100, "order": 1, "together": 1, "name": "", "facility_id": facility}  # fmt: skip
    return Newborn(**{**given, **more})


def test_a_newborn_is_a_person_of_its_own_tied_to_the_mother(intake: Intake) -> None:
    actor, mother, facility = _desk(intake)
    child = register_newborn(actor, mother, _child(facility))
    assert rows("SELECT name, birth_precision, sex FROM people_person WHERE person_id = %s", child) == [
        ("CON BÀ NGUYỄN THỊ MAI", 4, 2)
    ]
    kinds = {row[0] for row in rows("SELECT kind FROM people_identifier WHERE person_id = %s", child)}
    assert kinds == {"birth", "hoso_number"}
    assert one("SELECT state FROM people_card WHERE person_id = %s", child) == "active"
    types = dict(
        rows("SELECT source_table, convert_from(body, 'UTF8') FROM records_resource WHERE person_id = %s", child)
    )
    assert '"RelatedPerson"' in types[0] and '"MTH"' in types[0] and "NGUYỄN THỊ MAI" in types[0]
    assert register_newborn(actor, mother, _child(facility)) == child, "the same child again"
    assert one("SELECT count(*) FROM people_card WHERE person_id = %s", child) == 1


def test_twins_are_two_and_another_child_in_a_taken_place_is_refused(intake: Intake) -> None:
    actor, mother, facility = _desk(intake)
    first, second = (register_newborn(actor, mother, _child(facility, order=order, together=2)) for order in (1, 2))
    assert first != second
    assert {row[0] for row in rows("SELECT name FROM people_person WHERE person_id IN (%s, %s)", first, second)} == {
        "CON 1 BÀ NGUYỄN THỊ MAI", "CON 2 BÀ NGUYỄN THỊ MAI"
    }  # fmt: skip
    with pytest.raises(HosoError, match="HS6089"):
        register_newborn(actor, mother, _child(facility, order=1, together=2, name="TRẦN ĐỨC BẢO", sex=Sex.MALE))


def test_the_number_comes_to_the_same_person_and_a_visit_by_it_too(intake: Intake) -> None:
    actor, mother, facility = _desk(intake)
    child = register_newborn(actor, mother, _child(facility))
    give_number(actor, child, "079 326 000 111", "LÊ MINH CHÂU")
    assert one("SELECT name FROM people_person WHERE person_id = %s", child) == "LÊ MINH CHÂU"
    born = timezone.localtime(one("SELECT born_at FROM people_birth WHERE person_id = %s", child))
    visit = {
        "MA_LK": "C",
        "HO_TEN": "LÊ MINH CHÂU",
        "SO_CCCD": "079326000111",
        "GIOI_TINH": "2",
        "MA_THE_BHYT": "",
        "MA_BN": "C1",
    }
    intake.file(sample_3176().with_(**visit, NGAY_SINH=f"{born:%Y%m%d%H%M}"))
    assert person_of("C") == child
    with pytest.raises(HosoError, match="HS6084"):
        give_number(actor, child, MOTHER["SO_CCCD"])
    with pytest.raises(HosoError, match="HS6088"):
        give_number(actor, child, "12345")


WRONG = [
    ({"born_at": timezone.now() + timedelta(hours=1)}, "HS6080"), ({"born_at": timezone.now() - timedelta(days=70)}, "HS6080"),
    ({"order": 2}, "HS6081"), ({"order": 0}, "HS6081"), ({"weight_grams": 31}, "HS6087"), ({"facility_id": 99999999}, "HS6083"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "code"), WRONG, ids=[f"{code}-{number}" for number, (_, code) in enumerate(WRONG)])
def test_what_no_newborn_is_is_refused_whole(wrong: dict[str, Any], code: str, intake: Intake) -> None:
    actor, mother, facility = _desk(intake)
    with pytest.raises(HosoError, match=code), transaction.atomic():
        register_newborn(
            actor,
            mother,
            _child(
                **{"facility": facility, **wrong} if "facility_id" not in wrong else {"facility": wrong["facility_id"]}
            ),
        )
    assert one("SELECT count(*) FROM people_birth") == 0


def test_only_who_may_see_the_mother_registers_her_child(intake: Intake) -> None:
    _, mother, facility = _desk(intake)
    with pytest.raises(HosoError, match="HS6083|HS4003"):
        register_newborn(asker("doctor", "01001").actor, mother, _child(facility))
    with pytest.raises(HosoError, match="HS2001"):
        register_newborn(asker("intake_officer").actor, mother, _child(facility))


def test_a_card_points_at_nobody_by_itself(intake: Intake) -> None:
    actor, mother, _ = _desk(intake)
    issue_card(actor, mother)
    doctor = asker("doctor", "01000")
    (card,) = doctor.ask("card.manage", lambda scope: cards_of(mother))
    number = scanned_card(code_text(card.number)) or ""
    born = one("SELECT birth_date FROM people_person WHERE person_id = %s", mother)

    def asked(day: Any, name: str) -> int | None:
        found = doctor.ask("card.manage", lambda scope: bearer_of(reach(actor), number, day, name))
        return found.person_id if found else None

    assert asked(None, "") is asked(born - timedelta(days=1), "") is asked(None, "Nguyễn Thị") is None
    assert asked(born, "") == asked(None, "mai nguyen thi") == mother
    stranger = asker("doctor", "01001")
    assert stranger.ask("card.manage", lambda scope: bearer_of(reach(stranger.actor), number, born, "")) is None


def test_of_a_person_one_card_holds_and_the_rest_is_history(intake: Intake) -> None:
    actor, mother, _ = _desk(intake)
    first = issue_card(actor, mother)
    with pytest.raises(HosoError, match="HS6085"):
        issue_card(actor, mother)
    second = issue_card(actor, mother, "mất thẻ")
    assert rows("SELECT id, state, replaces FROM people_card ORDER BY id") == [
        (first, "replaced", None),
        (second, "active", first),
    ]
    block_card(actor, mother, first, "cũ")
    assert one("SELECT state FROM people_card WHERE id = %s", first) == "replaced", "what ended stays as it ended"
    with pytest.raises(HosoError, match="HS6086"):
        block_card(actor, mother + 1, first, "của người khác")
    block_card(actor, mother, second, "mất nữa")
    assert one("SELECT count(*) FROM people_card WHERE state = 'active'") == 0


FORBIDDEN = (
    "UPDATE people_card SET number = 'TK000000000999'", "UPDATE people_card SET state = 'active', ended_at = NULL, ended_by = NULL, ended_reason = NULL",
    "DELETE FROM people_card", "DELETE FROM people_birth", "UPDATE people_card SET ended_reason = ' '",
    ("INSERT INTO people_card (person_id, source_person_id, number, issued_by) SELECT person_id, source_person_id, x, 1"
    " FROM people_card, (VALUES ('TK000000000111'), ('TK000000000222')) v (x)"),
)  # fmt: skip


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_database_keeps_cards_as_they_were(statement: str, intake: Intake) -> None:
    actor, mother, _ = _desk(intake)
    block_card(actor, mother, issue_card(actor, mother), "thử")
    from tests.intaking import as_service

    with pytest.raises((Error, psycopg.Error)), as_service() as cursor, transaction.atomic():
        cursor.execute(statement)
    assert one("SELECT count(*) FROM people_card") == 1 and not connection.needs_rollback


def test_numbers_of_cards_have_check_digits() -> None:
    number = card_number(42)
    assert scanned_card(f" hoso-the:{number} ") == number
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert scanned_card(wrong) is None and scanned_card("TK1") is None and scanned_card(number[::-1]) is None
