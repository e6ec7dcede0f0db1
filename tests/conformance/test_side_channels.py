"""What is withheld leaves no trace: two persons who differ in it alone look the same, whatever is asked about them.

Withheld are: a visit labelled HIV (a ward colleague asks), a visit that arrived with HIV as its main illness, one that
arrived with HIV beside another illness, one that other software wrote by FHIR, and a visit with violence at home (a doctor
elsewhere asks, to whom both persons' records were opened by a code). Asked is every page that shows a person, list, count,
search, order, single reads, error texts. More of FHIR: test_side_channels_of_fhir.py; what leaves the house:
test_side_channels_of_exports.py; the time that answers take: test_side_channels_in_time.py.
"""

import re
from collections.abc import Callable, Iterator

import pypdfium2
import pytest

from hoso.engines.records.resource_types import NUMBERS
from tests.intaking import Intake, as_service, one, rows, sign_in, undone
from tests.side_channels import (
    FHIR_SEARCHES,
    HOSPITAL,
    NOBODYS_ID,
    UUID_TEXT,
    Human,
    Twins,
    assert_alike,
    client_of,
    pages_of_a_person,
    shape,
)
from tests.withheld import CASES, withheld_twins


@pytest.fixture(scope="module", params=CASES)
def twins(request: pytest.FixtureRequest, filled: Callable[[], Intake]) -> Iterator[Twins]:
    """Each case in the module's database, taken back when the next begins."""
    intake = filled()
    with undone():
        yield withheld_twins(request.param, intake)


def test_something_is_withheld_and_everything_else_is_shown(twins: Twins) -> None:
    stored = {
        human: len(rows("SELECT 1 FROM records_resource WHERE person_id = %s", human.person_id)) for human in twins.both
    }
    assert stored[twins.withheld] > stored[twins.plain] > 10
    status, page = twins.answer(f"/people/{twins.withheld.person_id}/", twins.withheld)
    assert status == 200 and "10/03/2025" in page


@pytest.mark.parametrize("address", list(pages_of_a_person()))
def test_every_page_of_a_person(address: str, twins: Twins) -> None:
    query = "?before=2025-06-01T00:00:00%2B07:00&code=WBC&text=WBC"
    answers = twins.answers(lambda human: address.replace("<int:person_id>", str(human.person_id)) + query)
    assert answers[0][0] in (200, 403, 404, 405)  # 405: a page that acts only
    assert_alike(answers)


def test_the_printed_summary(twins: Twins) -> None:
    sheets = []
    for human in twins.both:
        answer = twins.client.post(f"/people/{human.person_id}/summary/print/", {"reason": "Cấp cho người bệnh"})
        pages = list(pypdfium2.PdfDocument(answer.content)) if answer.status_code == 200 else []
        sheets.append(
            (answer.status_code, shape(" ".join(one.get_textpage().get_text_range() for one in pages), human))
        )
    assert_alike(sheets)


def test_the_list_itself_its_count_and_order(twins: Twins) -> None:
    answers = twins.answers(lambda human: f"/people/{human.person_id}/")
    assert_alike(answers)
    first = answers[0]
    assert first[1].count("visit-link") == 1 and "withheld" not in first[1]


@pytest.mark.parametrize("words", ["mau tran thi", "tran thi ma", "trần thị mẫu 1975"])
@pytest.mark.parametrize("target", ["", "results"])
def test_search_and_what_is_shown_while_typing(words: str, target: str, twins: Twins) -> None:
    page = twins.client.get("/people/", {"q": words}, headers={"HX-Target": target}).content.decode()
    lines = re.split(r'href="/people/(?=\d)', page)[1:]
    assert len(lines) == 2
    assert_alike(
        [
            (200, shape(line.split("</a>")[0], human))
            for line in lines
            for human in twins.both
            if line.startswith(str(human.person_id))
        ]
    )


def test_numbers_of_the_withheld_visit_find_nobody(twins: Twins) -> None:
    for number in ("SYN.OPC.9", "0911222333"):
        page = twins.client.get("/people/", {"q": number}).content.decode()
        assert not re.search(r'href="/people/\d', page)


def test_the_visits_that_both_have_look_alike(twins: Twins) -> None:
    """The page that is printed too: there is no other."""

    def shown(human: Human) -> str:
        page = twins.client.get(f"/people/{human.person_id}/").content.decode()
        return page.split(f"/people/{human.person_id}/visits/")[1].split("/")[0]

    answers = twins.answers(lambda human: f"/people/{human.person_id}/visits/{shown(human)}/")
    assert answers[0][0] == 200
    assert_alike(answers)


def test_a_withheld_visit_is_as_one_that_never_was(twins: Twins) -> None:
    hidden = [id_ for type_name, id_ in twins.hidden if type_name in ("Encounter", "Flag")]
    assert hidden
    for id_ in (*hidden, NOBODYS_ID):
        answer = twins.answer(f"/people/{twins.withheld.person_id}/visits/{id_}/", twins.withheld)
        nothing = twins.answer(f"/people/{twins.plain.person_id}/visits/{NOBODYS_ID}/", twins.plain)
        assert answer[0] == 404
        assert answer == nothing


@pytest.mark.parametrize("search", FHIR_SEARCHES)
def test_fhir_searches(search: str, twins: Twins) -> None:
    answers = twins.answers(lambda human: f"/fhir/r4/{search % human.patient_id}")
    assert answers[0][0] == 200 or "HS51" in answers[0][1]  # some types cannot be searched by patient
    assert_alike(answers)


@pytest.mark.parametrize("tail", ["", "/_history", "/_history/1", "/_history/2"])
def test_fhir_reads_of_the_withheld_are_as_of_nothing(tail: str, twins: Twins) -> None:
    for type_name, id_ in twins.hidden:
        hidden = twins.answer(f"/fhir/r4/{type_name}/{id_}{tail}", twins.withheld)
        nothing = twins.answer(f"/fhir/r4/{type_name}/{NOBODYS_ID}{tail}", twins.plain)
        assert hidden[0] == 404
        assert hidden == nothing


@pytest.mark.parametrize("tail", ["", "/_history", "/$summary"])
def test_fhir_of_the_patient(tail: str, twins: Twins) -> None:
    answers = twins.answers(lambda human: f"/fhir/r4/Patient/{human.patient_id}{tail}")
    assert answers[0][0] == 200
    assert_alike(answers)


def test_nothing_names_a_withheld_resource(twins: Twins) -> None:
    """By ids: the comparison above takes every id for the same."""
    hidden = {id_ for _, id_ in twins.hidden}
    for search in FHIR_SEARCHES:
        page = twins.client.get(f"/fhir/r4/{search % twins.withheld.patient_id}").content.decode()
        assert not hidden & set(UUID_TEXT.findall(page)), search


def test_who_may_see_it_sees_it(twins: Twins, request: pytest.FixtureRequest) -> None:
    """The comparison is not of two empty records: those whom the law names learn that something is there."""
    encounter = one("SELECT encounter FROM records_resource WHERE type = %s AND id = %s", *_numbered(twins.hidden[0]))
    account = sign_in("doctor", HOSPITAL)
    with as_service() as cursor:
        cursor.execute(
            "INSERT INTO access_care_team (person_id, source_person_id, encounter, account_id, kind, added_by)"
            " VALUES (%s, %s, %s, %s, 'team', access_actor())",
            [twins.withheld.person_id, twins.withheld.person_id, encounter, account.pk],
        )
    page = client_of(account).get(f"/people/{twins.withheld.person_id}/").content.decode()
    assert ("withheld" in page) == (request.node.callspec.params["twins"].startswith("arrived"))
    assert encounter in page


def _numbered(one_resource: tuple[str, str]) -> tuple[int, str]:
    return NUMBERS[one_resource[0]], one_resource[1]
