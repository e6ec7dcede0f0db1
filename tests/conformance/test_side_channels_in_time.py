"""The time of an answer does not tell that something is withheld: searches, the person's page, a visit, FHIR reads."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from django.test import Client

from hoso.core.database.session import set_actor
from hoso.engines.records.fhir import interactions
from hoso.web import even_timing
from tests.claim_packages import sample_3176
from tests.intaking import Intake, as_service, one, sign_in, undone
from tests.side_channels import HOSPITAL, NOBODYS_ID, Twins, client_of, later, other_person, twins_of
from tests.timing import Told, told_apart

NOISE = 0.10  # of the median: what a request's own work, a line and a neighbour move it by
ROUNDS = 120


@pytest.fixture(scope="module")
def twins(filled: Callable[[], Intake]) -> Iterator[Twins]:
    """One has an ordinary visit, the other beside it one that a colleague may not see; the colleague asks."""
    intake, claim = filled(), sample_3176()
    with undone():
        intake.file(claim, other_person(claim, "SYN.PLAIN"), later(claim, "SYN.HIDDEN"), made_on="20250430")
        encounter = one("SELECT encounter FROM intake_visit WHERE ma_lk = 'SYN.HIDDEN'")
        with as_service() as cursor:
            for table in ("records_location", "records_token"):
                cursor.execute(
                    f"UPDATE {table} SET sensitivity = 1 WHERE (type, id) IN (SELECT type, id FROM records_resource WHERE encounter = %s)",
                    [encounter],
                )
            cursor.execute("UPDATE records_resource SET sensitivity = 1 WHERE encounter = %s", [encounter])
        doctor = sign_in("doctor", HOSPITAL)
        found = twins_of(client_of(doctor), claim.ma_lk, "SYN.PLAIN", (("Encounter", encounter),))
        yield replace(found, asker=doctor.pk)


def _compared(client: Client, first: str, second: str, rounds: int = ROUNDS) -> Told:
    told = told_apart(lambda: client.get(first), lambda: client.get(second), rounds)
    print(f"\n{first} {told}")
    return told


def _addresses(twins: Twins, name: str) -> tuple[str, str]:
    (_, hidden), withheld, plain = twins.hidden[0], twins.withheld, twins.plain
    return {
        "page": (f"/people/{withheld.person_id}/", f"/people/{plain.person_id}/"),
        "search by number": (f"/people/?q={withheld.names[0]}", f"/people/?q={plain.names[0]}"),
        "visit": (
            f"/people/{withheld.person_id}/visits/{hidden}/",
            f"/people/{withheld.person_id}/visits/{NOBODYS_ID}/",
        ),
        "fhir read": (f"/fhir/r4/Encounter/{hidden}", f"/fhir/r4/Encounter/{NOBODYS_ID}"),
        "fhir history": (f"/fhir/r4/Encounter/{hidden}/_history", f"/fhir/r4/Encounter/{NOBODYS_ID}/_history"),
        "fhir search": (
            f"/fhir/r4/Observation?patient={withheld.patient_id}",
            f"/fhir/r4/Observation?patient={plain.patient_id}",
        ),
    }[name]


@pytest.mark.parametrize("name", ["page", "search by number", "visit", "fhir read", "fhir history", "fhir search"])
def test_withheld_and_absent_take_as_long(name: str, twins: Twins) -> None:
    told = _compared(twins.client, *_addresses(twins, name))
    assert not told.apart(NOISE), told


def test_a_leaky_variant_is_seen(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that reads what there is, then judges it: told apart by its time, with the very words of the other test. The step
    that holds such answers back is taken out, and with it alone they are alike again."""
    honest = interactions.person_of

    def leaky(type_name: str, id_: str) -> int | None:
        with as_service() as cursor:
            cursor.execute("SELECT person_id FROM records_location WHERE id = %s", [id_])
            if row := cursor.fetchone():
                cursor.execute("SELECT body FROM records_resource WHERE person_id = %s", row)
                for (body,) in cursor.fetchall() * 3:
                    json.loads(bytes(body))
        set_actor(twins.asker, "treatment")
        return honest(type_name, id_)

    monkeypatch.setattr(interactions, "person_of", leaky)
    addresses = _addresses(twins, "fhir read")
    assert not _compared(twins.client, *addresses).apart(NOISE)
    monkeypatch.setattr(even_timing, "STEP", 0)
    assert _compared(twins.client, *addresses).apart(NOISE)


def _work(steps: int) -> None:
    sum(number * number for number in range(steps))


@pytest.mark.parametrize(("more", "apart"), [(0, False), (100, False), (6000, True)])
def test_the_comparison_itself(more: int, apart: bool) -> None:
    told = told_apart(lambda: _work(20_000 + more), lambda: _work(20_000), 150)
    assert told.apart(NOISE) is apart, told
