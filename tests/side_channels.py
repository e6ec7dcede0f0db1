"""Two persons who differ in what is withheld alone, and everything somebody may ask about the one and the other.

A page or answer is compared after what differs between any two persons (their numbers and ids) is taken out; every other
digit counts: dates, counts, sums and versions.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import zip_longest
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.access.grants import NewGrant, open_grant
from hoso.core.access.tests.consenting import consent_row
from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.models import Account
from hoso.core.database.session import acting_transaction
from hoso.core.places.facilities import ensure_facility
from hoso.web.fhir.capability import served_types
from tests.claim_packages import Claim
from tests.house.routes import all_routes
from tests.intaking import one, person_of, rows

HOSPITAL, ELSEWHERE = "01000", "01001"
UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NOBODYS_ID = "00000000-0000-8000-8000-000000000000"


@dataclass(frozen=True)
class Human:
    """One of the two, with what names them in pages."""

    person_id: int
    patient_id: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Twins:
    """The asker's client, the person of whom something is withheld, the one without it, and the ids of what is."""

    client: Client
    withheld: Human
    plain: Human
    hidden: tuple[tuple[str, str], ...]  # (type, id)
    asker: int = 0  # the account

    @property
    def both(self) -> tuple[Human, Human]:
        return self.withheld, self.plain

    def answers(self, address: Callable[[Human], str], **headers: str) -> list[tuple[int, str]]:
        return [self.answer(address(human), human, **headers) for human in self.both]

    def answer(self, address: str, human: Human, **headers: str) -> tuple[int, str]:
        answer = self.client.get(address, headers=headers)
        return answer.status_code, shape(answer.content.decode(), human)


def shape(page: str, human: Human) -> str:
    """A page without random tokens and without what names this person and their resources."""
    page = _in_order(re.sub(r"[A-Za-z0-9]{64}", "", page))
    page = UUID_TEXT.sub("ID", page)
    for name in sorted((*human.names, human.patient_id), key=len, reverse=True):
        page = page.replace(name, "NAME")
    return re.sub(rf"(?<!\d){human.person_id}(?!\d)", "PERSON", page)


def _in_order(page: str) -> str:
    """A FHIR Bundle with its entries in the order of their content: of one moment they stand in the order of random ids."""
    if not page.startswith('{"resourceType":"Bundle"'):
        return page
    bundle = json.loads(page)
    bundle.get("entry", []).sort(key=lambda entry: UUID_TEXT.sub("", json.dumps(entry, sort_keys=True)))
    return json.dumps(bundle)


def assert_alike(answers: list[tuple[int, str]]) -> None:
    """Raises AssertionError with the first words that differ."""
    (status, first), (other, second) = answers
    assert status == other
    for left, right in zip_longest(re.split(r"(?<=[>,])", first), re.split(r"(?<=[>,])", second), fillvalue=""):
        assert left == right, f"{left[:300]!r} beside {right[:300]!r}"


def other_person(claim: Claim, ma_lk: str) -> Claim:
    """The same visit of somebody of the same name who lives in the same place."""
    other = claim.copy()
    for table in other.tables.values():
        for row in table.rows:
            row.update({name: value.replace(claim.summary["MA_BN"], "SYN0777") for name, value in row.items()})
    return other.with_(
        MA_LK=ma_lk, MA_BN="SYN0777", SO_CCCD="001175000777", MA_THE_BHYT="GD4010000000777", DIEN_THOAI="0900000777"
    )


def later(claim: Claim, ma_lk: str, **values: str) -> Claim:
    """Another visit of the same person, after the first: whatever it tells is the newest."""
    return claim.with_(
        MA_LK=ma_lk, NGAY_VAO="202504050800", NGAY_RA="202504071000", NGAY_VAO_NOI_TRU="202504050900",
        NGAY_TTOAN="202504071000", **values,
    )  # fmt: skip


def twins_of(client: Client, ma_lk: str, other_ma_lk: str, hidden: tuple[tuple[str, str], ...]) -> Twins:
    withheld, plain = (_human(person_of(one_ma_lk), one_ma_lk) for one_ma_lk in (ma_lk, other_ma_lk))
    assert withheld.person_id != plain.person_id
    return Twins(client, withheld, plain, hidden)


def _human(person_id: int, ma_lk: str) -> Human:
    numbers = [row[0] for row in rows("SELECT value FROM people_identifier WHERE person_id = %s", person_id)]
    patient = one("SELECT patient_id FROM people_person WHERE person_id = %s", person_id)
    spoken = [" ".join(re.findall("...", number)) for number in numbers if number.isdecimal()]
    return Human(person_id, patient, (*numbers, *spoken, *(number[-10:] for number in numbers), ma_lk))


def client_of(account: Account) -> Client:
    return Client(headers={"Authorization": f"Bearer {issue_token(account, 'test', 1)}"})


def shared_with(account: Account, *persons: int) -> None:
    """The persons' records opened to somebody elsewhere by a one-time code: everything but labelled content."""
    facility, actor = ensure_facility(ELSEWHERE), Actor(account.pk, account.full_name, "test")
    for person in persons:
        source = consent_row(account.pk, facility.pk, person, uuid4())
        with acting_transaction(account.pk, "treatment"):
            grant = NewGrant(
                person_id=person, kind="one_time", purpose="treatment", permissions=("record.read", "person.search"),
                ends_at=timezone.now() + timedelta(hours=12), reason_code="shared_by_person", account_id=account.pk,
                facility_id=facility.pk, source=source,
            )  # fmt: skip
            open_grant(actor, grant)


def pages_of_a_person() -> Iterator[str]:
    """Every address of the house that shows one person to somebody who treats: new ones are walked without being told."""
    for route in all_routes():
        declared = route.declaration
        if (
            declared
            and declared.touches_person
            and declared.purpose == "treatment"
            and "<int:person_id>" in route.address
            and "encounter" not in route.address
        ):
            yield route.address


FHIR_SEARCHES = [f"{name}?patient=%s" for name in served_types() if name != "Patient"] + [
    "Patient?_id=%s", "Observation?patient=%s&_summary=count", "Encounter?patient=%s&_sort=-date",
    "Encounter?patient=%s&date=ge2025-04-01", "Condition?patient=%s&code=B20,T74.1,Z21", "Claim?patient=%s&_total=accurate",
]  # fmt: skip
