"""The 46 import scenarios of DHIS2: sequences of files, what is counted, what is stored.

DHIS2 2.43 and later report every success as updated; ours tells imported from updated, so both are added here. Its one
scenario without an expectation (a CSV without a header) raises there; here it is refused before a row is read.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.statistics.imports.formats import read_payload
from hoso.engines.statistics.imports.options import read_options
from hoso.engines.statistics.imports.report import ImportReport
from hoso.engines.statistics.imports.run import import_values
from tests.conformance.dhis2.world import ATTRIBUTE, MakeActor, prepare

HERE = Path(__file__).parent
SCENARIOS = json.loads((HERE / "datavalueset_expected.json").read_bytes())
PARAMETERS = {
    "IdScheme": "idScheme",
    "DataElementIdScheme": "dataElementIdScheme",
    "OrgUnitIdScheme": "orgUnitIdScheme",
    "CategoryOptionComboIdScheme": "categoryOptionComboIdScheme",
    "importStrategy": "importStrategy",
    "dryRun": "dryRun",
}
TYPES = {".json": "application/json", ".xml": "application/xml", ".csv": "application/csv"}
# Parameters that the upstream test passes by a call that its steps do not show.
ADDED = {"testImportDataValuesCsvWithDataSetIdParameter": {"dataSet": "pBOMPrpg1QX"}}

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(actor: MakeActor) -> Actor:
    return prepare(actor)


def test_all_scenarios_are_there() -> None:
    assert len(SCENARIOS) == 46


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario["test"])
def test_scenario(scenario: dict[str, Any], officer: Actor) -> None:
    parameters: dict[str, str] = dict(ADDED.get(scenario["test"], {}))
    expected: list[dict[str, Any]] = []
    report: ImportReport | None = None
    steps = scenario["steps"]
    for place, step in enumerate(steps):
        (name, value), *_ = step.items()
        if name in PARAMETERS:
            parameters[PARAMETERS[name]] = str(value).replace(
                "IdScheme.ATTR_ID_SCHEME_PREFIX + ATTRIBUTE_UID", f"ATTRIBUTE:{ATTRIBUTE}"
            )
        elif name == "import":
            if value.endswith("NoHeader.csv"):
                with pytest.raises(HosoError, match="HS7002"):
                    _import(officer, value, parameters)
                return
            report = _import(officer, value, parameters)
            # An expectation stands before its import where the scenario begins with one, after it elsewhere.
            for one in expected:
                _compare(report, one)
            expected = []
        elif name == "stored_not_deleted":
            assert _stored(officer) == value, (place, step)
        elif report is None or _comes_before_its_import(steps, place):
            expected.append(step)
        else:
            _compare(report, step)
    assert report is not None and not expected


def _comes_before_its_import(steps: list[dict[str, Any]], place: int) -> bool:
    """Whether an expectation is of the next import: the one before has its own already."""
    later = [next(iter(step)) for step in steps[place + 1 :]]
    earlier = [next(iter(step)) for step in steps[:place]]
    told = earlier[len(earlier) - earlier[::-1].index("import") :] if "import" in earlier else earlier
    return "import" in later and ("stored_not_deleted" in told)


def _import(officer: Actor, file: str, parameters: dict[str, str]) -> ImportReport:
    path = HERE / file
    with path.open("rb") as content:
        options = read_options(parameters)
        return import_values(officer, read_payload(content, TYPES[path.suffix], options), options)


def _compare(report: ImportReport, step: dict[str, Any]) -> None:
    told = report.as_dhis2()
    counts = told["importCount"]
    for name, value in step.items():
        match name:
            case "expect_accepted" | "expect_updated":
                assert counts["imported"] + counts["updated"] == value, told
            case "expect_ignored":
                assert counts["ignored"] == value, told
            case "expect_deleted":
                assert counts["deleted"] == value, told
            case "status":
                assert told["status"] == value, told
            case "errorCode":
                assert value in {conflict["errorCode"] for conflict in told["conflicts"]}, told
            case "indexes":
                assert told["rejectedIndexes"] == value, told
            case _:
                raise AssertionError(name)


def _stored(officer: Actor) -> int:
    with acting_transaction(officer.account_id, "statistics"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM statistics_value WHERE NOT deleted")
        return int(cursor.fetchone()[0])
