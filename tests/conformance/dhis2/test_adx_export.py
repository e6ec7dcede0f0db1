"""ADX given out: the documents that DHIS2 expects of its own export, in four mixes of schemes, and the way back in.

Two things differ from those documents, and are put right here before comparing: the units of the test have codes and ids
of their own beside the foreign ones, and a data set of quarters holds no month (theirs stores one).
"""

import io
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from lxml import etree

from hoso.core.access.actor import Actor
from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.models import Account
from hoso.engines.statistics.imports.formats import read_payload
from hoso.engines.statistics.imports.options import read_options
from hoso.engines.statistics.imports.reading_json import read_json
from hoso.engines.statistics.imports.run import import_values
from hoso.engines.statistics.units import find_units
from tests.conformance.dhis2.world import MakeActor, prepare

HERE = Path(__file__).parent / "adx"
pytestmark = pytest.mark.django_db
SETS, BOTH = ["MalariaDSSS"], ["MalariaDSSS", "MalariaMech"]
# Of each document: data sets, units, schemes.
ASKED: dict[str, tuple[list[str], list[str], dict[str, str]]] = {
    "exportA": (SETS, ["P1233333333"], {
        "dataSetIdScheme": "CODE", "orgUnitIdScheme": "CODE", "dataElementIdScheme": "NAME", "categoryIdScheme": "NAME",
        "categoryOptionIdScheme": "UID",
    }),
    "exportB": (BOTH, ["P1233333333", "D4566666666"], {
        "dataSetIdScheme": "NAME", "orgUnitIdScheme": "UID", "dataElementIdScheme": "UID", "categoryIdScheme": "CODE",
        "categoryOptionIdScheme": "CODE",
    }),
    "exportC": (BOTH, ["P1233333333", "D4566666666"], {
        "dataSetIdScheme": "UID", "orgUnitIdScheme": "NAME", "dataElementIdScheme": "CODE", "categoryIdScheme": "UID",
        "categoryOptionIdScheme": "NAME",
    }),
}  # fmt: skip
GIVEN = b"""{"dataValues": [
 {"dataElement": "MalNummmmmm", "period": "202001", "orgUnit": "P1233333333", "categoryOptionCombo": "FUnder55555", "value": "1"},
 {"dataElement": "MalTexttttt", "period": "202002", "orgUnit": "P1233333333", "value": "Some text"},
 {"dataElement": "MalNummmmmm", "period": "2020Q1", "orgUnit": "D4566666666", "categoryOptionCombo": "MOver555555",
  "attributeOptionCombo": "cocMcDonald", "value": "2"},
 {"dataElement": "MalNummmmmm", "period": "2020Q1", "orgUnit": "D4566666666", "categoryOptionCombo": "FOver555555",
  "attributeOptionCombo": "cocPEPFARRR", "value": "3"}]}"""


@pytest.fixture
def officer(actor: MakeActor) -> Actor:
    found = prepare(actor)
    report = import_values(found, read_json(GIVEN, read_options({})), read_options({}))
    assert (report.imported, report.ignored) == (4, 0), report.as_dhis2()
    return found


@pytest.fixture
def software(client: Client, officer: Actor) -> Client:
    account = Account.objects.get(pk=officer.account_id)
    client.defaults["HTTP_AUTHORIZATION"] = f"ApiToken {issue_token(account, 'dhis2', 1, shape='dhis2')}"
    return client


def _asked(client: Client, name: str, **more: Any) -> Any:
    sets, units, schemes = ASKED[name]
    query = {"dataSet": sets, "orgUnit": units, "startDate": "2020-01-01", "endDate": "2020-12-31", **schemes, **more}
    return client.get("/dhis2/api/dataValueSets", query, headers={"accept": "application/adx+xml"})


def _told(document: bytes) -> set[tuple[Any, ...]]:
    """Each value with what its group says; the order of attributes means nothing."""
    found = set()
    for group in etree.fromstring(document):
        for value in group:
            found.add(
                (frozenset(group.attrib.items()), frozenset(value.attrib.items()), value.findtext("{*}annotation"))
            )
    return found


def _expected(name: str) -> bytes:
    text = (HERE / f"{name}.adx.xml").read_text()
    quarter = ('2020-01-01/P1M" orgUnit="D', '2020-01-01/P3M" orgUnit="D')
    units = {uid: find_units("uid", [uid])[uid][0] for uid in ("P1233333333", "D4566666666")}
    text = text.replace(*quarter).replace('orgUnit="123"', 'orgUnit="DH003"')
    for uid, unit in units.items():
        text = text.replace(f'"{uid}"', f'"{unit.uid}"')
    return text.encode()


@pytest.mark.parametrize("name", ASKED)
def test_the_document_is_the_one_dhis2_expects(name: str, software: Client) -> None:
    answer = _asked(software, name)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/adx+xml"
    assert _told(answer.content) == _told(_expected(name))


@pytest.mark.parametrize("name", ASKED)
def test_what_went_out_comes_in_and_changes_nothing(name: str, software: Client, officer: Actor) -> None:
    answer = _asked(software, name)
    options = read_options(ASKED[name][2], adx=True)
    report = import_values(officer, read_payload(io.BytesIO(answer.content), "application/adx+xml", options), options)
    assert (report.unchanged, report.ignored, report.updated) == (2 if name == "exportA" else 4, 0, 0), (
        report.as_dhis2()
    )


def test_a_value_taken_back_is_not_told(software: Client, officer: Actor) -> None:
    options = read_options({"importStrategy": "DELETE"})
    assert import_values(officer, read_json(GIVEN, options), options).deleted == 4
    assert _told(_asked(software, "exportB", includeDeleted="true").content) == set()


def test_what_adx_cannot_say_is_refused(software: Client) -> None:
    no_set = software.get("/dhis2/api/dataValueSets", {
        "dataElement": "MalNummmmmm", "orgUnit": "P1233333333", "period": "202001", "format": "adx",
    })  # fmt: skip
    assert (no_set.status_code, no_set.json()["errorCode"]) == (400, "HS7001")
    no_name = _asked(software, "exportA", categoryIdScheme="attribute:uh6H2ff562G")
    assert (no_name.status_code, no_name.json()["errorCode"]) == (409, "HS7045")
    officer_only = software.get("/dhis2/api/dataValueSets", {
        "dataSet": "MalariaDSSS", "orgUnit": "P1233333333", "period": "202001", "categoryOptionComboIdScheme": "CODE",
        "orgUnitIdScheme": "NAME", "dataElementIdScheme": "NAME",
    })  # fmt: skip
    (row,) = officer_only.json()["dataValues"]
    assert (row["dataElement"], row["orgUnit"], row["categoryOptionCombo"], row["attributeOptionCombo"]) == (
        "Malaria numeric", "Provincial Hospital", "F_Under5", "HllvX50cXC0",
    )  # fmt: skip
