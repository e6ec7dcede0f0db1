"""The pages of access over HTTP: refused and told why, the glass broken, the opening reviewed."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.test import Client

from tests.authorization.flow import signed_in
from tests.claim_packages import sample_3176
from tests.intaking import Intake, one, person_of, sign_in

pytestmark = pytest.mark.usefixtures("house")
FORM = {"reason": "unconscious", "words": "Hôn mê, không có người nhà"}


@dataclass(frozen=True)
class House:
    person: int
    number: str
    doctor: Client
    overseer: Client


@pytest.fixture(scope="module")
def house(filled: Callable[[], Intake]) -> Iterator[House]:
    filled().file(sample_3176())
    person = person_of(sample_3176().ma_lk)
    number = one("SELECT value FROM people_identifier WHERE person_id = %s AND kind = 'personal_number'", person)
    yield House(person, number, _client("doctor", "01999"), _client("overseer"))


def _client(role: str, facility: str | None = None) -> Client:
    return signed_in(sign_in(role, facility), second_factor=True)


def test_a_refusal_says_why_and_is_the_same_for_nobody(house: House) -> None:
    refused = house.doctor.get(f"/people/{house.person}/")
    nobody = house.doctor.get("/people/987654321/")
    assert refused.status_code == nobody.status_code == 404
    assert _same(refused.content, str(house.person)) == _same(nobody.content, "987654321")
    page = refused.content.decode()
    assert "Vì sao bị từ chối?" in page and "rule-care_at_facility" in page and "/access/break-glass/" in page


def test_a_forbidden_door_says_which_rule(house: House) -> None:
    page = house.overseer.get("/people/")
    assert page.status_code == 403
    assert "rule-overseer_sees_no_patient" in page.content.decode()
    assert "/access/break-glass/" not in page.content.decode()


def test_a_wrong_form_tells_nothing_of_who_has_a_record(house: House) -> None:
    answers = [
        house.doctor.post("/access/break-glass/", {**FORM, "number": number, "words": "gấp"})
        for number in (house.number, "099999999999")
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert _same(answers[0].content) == _same(answers[1].content)
    assert house.doctor.post("/access/break-glass/", {**FORM, "number": "099999999999"}).status_code == 404
    assert house.doctor.post("/access/break-glass/", {**FORM, "number": house.number[:9]}).status_code == 404
    assert house.doctor.get(f"/people/{house.person}/").status_code == 404


def test_the_glass_is_broken_reviewed_and_the_rules_can_be_read(house: House) -> None:
    opened = house.doctor.post("/access/break-glass/", {**FORM, "number": house.number})
    assert (opened.status_code, opened.headers["Location"]) == (302, f"/people/{house.person}/")
    assert house.doctor.get(f"/people/{house.person}/").status_code == 200
    assert house.overseer.get(f"/people/{house.person}/").status_code == 403
    desk = house.overseer.get("/access/reviews/").content.decode()
    assert FORM["words"] in desk and "TRẦN THỊ MẪU" not in desk
    number = _number(desk)
    assert house.doctor.get("/access/reviews/").status_code == 403
    assert house.overseer.post(f"/access/reviews/{number}/", {"verdict": "justified", "note": ""}).status_code == 302
    assert FORM["words"] not in house.overseer.get("/access/reviews/").content.decode()
    rules = house.doctor.get("/access/rules/").content.decode()
    assert "fetal_sex_never" in rules and "Luật Khám bệnh, chữa bệnh" in rules


def _same(content: bytes, asked: str = "-") -> str:
    """The page without the form's own random tokens and without the address that was asked for."""
    return re.sub(r"[A-Za-z0-9]{64}", "", content.decode()).replace(asked, "")


def _number(desk: str) -> str:
    return desk.partition('id="grant-')[2].partition('"')[0]
