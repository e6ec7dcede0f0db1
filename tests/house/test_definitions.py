"""Every file of reports and indicators has a schema by its place, so that `hoso definitions check` reads it whole."""

import pytest

from hoso.config.definition_checks import check_definitions, schema_of
from hoso.core.definitions import definitions_folder


@pytest.mark.parametrize("room", ["reports", "indicators"])
def test_every_file_has_a_schema(room: str) -> None:
    paths = list((definitions_folder() / room).rglob("*.yaml"))
    assert len(paths) >= 10
    assert [path for path in paths if schema_of(path) is None] == []


def test_reports_and_indicators_are_checked_together() -> None:
    told = dict(check_definitions())
    assert told["reports (together)"] == told["indicators (together)"] == ""
