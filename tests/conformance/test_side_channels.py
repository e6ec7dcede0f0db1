"""A record with HIV that is withheld from a ward colleague leaves no trace: two persons who differ in it alone look the same.

One has a visit labelled HIV beside an ordinary one, the other the ordinary one alone. Everything a doctor of the hospital
may ask is asked about both: list, count, search, order, single reads, error texts, FHIR.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.test import Client

from hoso.core.access.labels import mask_of
from hoso.core.accounts.credentials import issue_token
from tests.claim_packages import sample_3176
from tests.intaking import Intake, as_service, one, person_of, sign_in

HOSPITAL = "01000"
HIV = mask_of(["hiv"])


@dataclass(frozen=True)
class Twins:
    client: Client
    withheld: int  # the person with a visit nobody may see
    plain: int
    hidden_visit: str
    patients: dict[int, str]


@pytest.fixture(scope="module")
def twins(filled: Callable[[], Intake]) -> Iterator[Twins]:
    claim, intake = sample_3176(), filled()
    other = claim.with_(
        MA_LK="SYN.TWIN", MA_BN="SYN777", SO_CCCD="001175000777", MA_THE_BHYT="GD4010000000777", DIEN_THOAI="0900000777"
    )
    second = claim.with_(
        MA_LK="SYN.HIDDEN",
        NGAY_VAO="202501050800",
        NGAY_RA="202501071000",
        NGAY_VAO_NOI_TRU="202501050900",
        NGAY_TTOAN="202501071000",
    )
    intake.file(claim, other, second)
    withheld, plain = person_of(claim.ma_lk), person_of("SYN.TWIN")
    assert withheld != plain
    hidden = one("SELECT encounter FROM intake_visit WHERE ma_lk = 'SYN.HIDDEN' AND state <> 'quarantined'")
    with as_service() as cursor:
        for table in ("records_resource", "records_resource_version"):
            if table == "records_resource":
                cursor.execute(f"UPDATE {table} SET sensitivity = %s WHERE encounter = %s", [HIV, hidden])
                assert cursor.rowcount > 5
        for table in ("records_location", "records_token"):
            cursor.execute(
                f"UPDATE {table} SET sensitivity = %s WHERE (type, id) IN (SELECT type, id FROM records_resource WHERE encounter = %s)",
                [HIV, hidden],
            )
    patients = {
        person: one("SELECT patient_id FROM people_person WHERE person_id = %s", person) for person in (withheld, plain)
    }
    client = Client(headers={"Authorization": f"Bearer {issue_token(sign_in('doctor', HOSPITAL), 'test', 1)}"})
    yield Twins(client, withheld, plain, hidden, patients)


def _shape(page: str) -> str:
    """A page without its random tokens and without the numbers and ids that differ between any two persons."""
    page = re.sub(r"[A-Za-z0-9]{64}", "", page)
    return re.sub(
        r"\d+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "#", re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "#", page)
    )


def test_the_visit_is_there_for_who_may_see_it(twins: Twins) -> None:
    assert (
        one(
            "SELECT count(DISTINCT encounter) FROM records_resource WHERE person_id = %s AND type = %s",
            twins.withheld,
            _encounter(),
        )
        == 2
    )
    assert (
        one(
            "SELECT count(DISTINCT encounter) FROM records_resource WHERE person_id = %s AND type = %s",
            twins.plain,
            _encounter(),
        )
        == 1
    )


def _encounter() -> int:
    from hoso.engines.records.resource_types import NUMBERS

    return NUMBERS["Encounter"]


def test_list_count_and_order_of_visits(twins: Twins) -> None:
    pages = [twins.client.get(f"/people/{person}/") for person in (twins.withheld, twins.plain)]
    assert [page.status_code for page in pages] == [200, 200]
    assert _shape(pages[0].content.decode()) == _shape(pages[1].content.decode())


def test_a_search_finds_both_alike(twins: Twins) -> None:
    for text in ("mau tran thi", "tran thi ma"):
        page = twins.client.get("/people/", {"q": text}).content.decode()
        assert f"/people/{twins.withheld}/" in page and f"/people/{twins.plain}/" in page
    assert "HIV" not in page


def test_a_withheld_visit_is_as_one_that_never_was(twins: Twins) -> None:
    hidden = twins.client.get(f"/people/{twins.withheld}/visits/{twins.hidden_visit}/")
    nothing = twins.client.get(f"/people/{twins.withheld}/visits/{'0' * 36}/")
    assert hidden.status_code == nothing.status_code == 404
    assert _shape(hidden.content.decode()).replace(twins.hidden_visit, "") == _shape(nothing.content.decode()).replace(
        "0" * 36, ""
    )


@pytest.mark.parametrize("type_name", ["Encounter", "Observation", "MedicationRequest", "Condition"])
def test_fhir_counts_and_lists_alike(type_name: str, twins: Twins) -> None:
    totals = []
    for person in (twins.withheld, twins.plain):
        answer = twins.client.get(f"/fhir/r4/{type_name}", {"patient": twins.patients[person]})
        assert answer.status_code == 200, answer.content[:300]
        bundle = json.loads(answer.content)
        totals.append((bundle.get("total"), len(bundle.get("entry", []))))
        assert twins.hidden_visit not in answer.content.decode()
    assert totals[0] == totals[1]


def test_fhir_reads_of_the_withheld_are_as_of_nothing(twins: Twins) -> None:
    hidden = twins.client.get(f"/fhir/r4/Encounter/{twins.hidden_visit}")
    nothing = twins.client.get("/fhir/r4/Encounter/00000000-0000-8000-8000-000000000000")
    assert hidden.status_code == nothing.status_code
    assert _shape(hidden.content.decode()) == _shape(nothing.content.decode())
