"""ADX: three documents that name things in three ways give the same nine values; DHIS2 has disabled its own tests."""

from pathlib import Path

import pytest
from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.engines.statistics.imports.formats import read_payload
from hoso.engines.statistics.imports.options import read_options
from hoso.engines.statistics.imports.report import ImportReport
from hoso.engines.statistics.imports.run import import_values
from tests.conformance.dhis2.world import MakeActor, prepare

HERE = Path(__file__).parent / "adx"
SCHEMES = {
    "importA.adx.xml": {
        "dataSetIdScheme": "CODE", "orgUnitIdScheme": "CODE", "dataElementIdScheme": "NAME",
        "categoryIdScheme": "NAME", "categoryOptionIdScheme": "UID", "categoryOptionComboIdScheme": "UID",
        "attributeOptionComboIdScheme": "UID",
    },
    "importB.adx.xml": {
        "dataSetIdScheme": "NAME", "orgUnitIdScheme": "UID", "dataElementIdScheme": "UID",
        "categoryIdScheme": "CODE", "categoryOptionIdScheme": "CODE", "categoryOptionComboIdScheme": "NAME",
        "attributeOptionComboIdScheme": "NAME",
    },
    "importC.adx.xml": {
        "dataSetIdScheme": "UID", "orgUnitIdScheme": "NAME", "dataElementIdScheme": "CODE",
        "categoryIdScheme": "UID", "categoryOptionIdScheme": "NAME", "categoryOptionComboIdScheme": "CODE",
        "attributeOptionComboIdScheme": "CODE",
    },
}  # fmt: skip
NINE = {
    ("Mal_num", "202001", "123", "F_Under5", "default", "1"),
    ("Mal_num", "202001", "123", "M_Under5", "default", "2"),
    ("Mal_num", "202001", "123", "F_Over5", "default", "3"),
    ("Mal_num", "202001", "123", "M_Over5", "default", "4"),
    ("Mal_text", "202001", "123", "default", "default", "Text data value"),
    ("Mal_num", "202002", "456", "F_Under5", "default", "6"),
    ("Mal_num", "2021Q1", "456", "F_Under5", "coc_PEPFAR", "10"),
    ("Mal_num", "2021Q1", "456", "F_Over5", "coc_McDonalds", "20"),
    ("Mal_num", "2021Q1", "456", "M_Under5", "coc_McDonalds", "30"),
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(actor: MakeActor) -> Actor:
    return prepare(actor)


def _import(officer: Actor, name: str, schemes: dict[str, str]) -> ImportReport:
    options = read_options(schemes, adx=True)
    with (HERE / name).open("rb") as content:
        return import_values(officer, read_payload(content, "application/adx+xml", options), options)


def _stored(officer: Actor) -> set[tuple[str, ...]]:
    with acting_transaction(officer.account_id, "statistics"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.code, p.iso, a.name, s.code, t.code, coalesce(v.number::text, v.text) FROM statistics_value v"
            " JOIN statistics_element e ON e.id = v.element_id JOIN statistics_period p ON p.id = v.period_id"
            " JOIN statistics_alias a ON a.object_id = v.unit_id AND a.kind = 'unit' AND a.scheme = 'code'"
            " JOIN statistics_split s ON s.id = v.split_id JOIN statistics_split t ON t.id = v.attribute_id"
            " WHERE NOT v.deleted"
        )
        return set(cursor.fetchall())


@pytest.mark.parametrize("name", SCHEMES)
def test_each_document_gives_the_nine_values(name: str, officer: Actor) -> None:
    report = _import(officer, name, SCHEMES[name])
    assert (report.status, report.imported, report.ignored) == ("SUCCESS", 9, 0), report.as_dhis2()
    assert _stored(officer) == NINE


def test_the_second_and_third_change_nothing(officer: Actor) -> None:
    first, *others = (_import(officer, name, schemes) for name, schemes in SCHEMES.items())
    assert first.imported == 9
    assert {(one.imported, one.updated, one.unchanged) for one in others} == {(0, 0, 9)}
    assert _stored(officer) == NINE


def test_a_figure_is_updated_and_dates_of_others_are_not_ours(officer: Actor) -> None:
    schemes = {
        **SCHEMES["importC.adx.xml"],
        "orgUnitIdScheme": "UID",
        "dataElementIdScheme": "UID",
        "categoryOptionIdScheme": "UID",
    }
    assert _import(officer, "importDates.adx.xml", schemes).imported == 1
    assert _import(officer, "importDatesUpdate.adx.xml", schemes).updated == 1
    assert _stored(officer) == {("Mal_num", "202001", "123", "M_Over5", "default", "55")}
    with acting_transaction(officer.account_id, "statistics"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM statistics_act WHERE at < now() - interval '1 hour'")
        assert cursor.fetchone()[0] == 0
        cursor.execute("SELECT number FROM statistics_value_history")
        assert [row[0] for row in cursor.fetchall()] == [33]
