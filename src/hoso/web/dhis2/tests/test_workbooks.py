"""dataValueSets as a workbook: what goes out is what other programs read in it, and goes in again."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.models import Account
from hoso.core.errors import HosoError
from hoso.engines.statistics.imports.formats import XLSX_TYPE
from hoso.engines.statistics.naming import Naming
from hoso.engines.statistics.queries import StoredValue
from hoso.engines.statistics.tests.reporting import communes, unit_uid
from hoso.engines.statistics.uids import uid_of
from hoso.web.dhis2.value_set_formats import COLUMNS, as_xlsx

pytestmark = pytest.mark.django_db
ADDRESS, FORM = "/dhis2/api/dataValueSets", uid_of("form:tt23-4-bct")


def _read(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


def test_values_go_out_and_in_as_a_workbook(client: Client, account_with_role: Callable[..., Account]) -> None:
    (place,) = communes("80", 1)
    unit = unit_uid(place)
    token = issue_token(account_with_role("statistics_officer", place=place), "dhis2", 1, shape="dhis2")
    client.defaults["HTTP_AUTHORIZATION"] = f"ApiToken {token}"
    sent = [
        {"dataElement": uid_of(f"element:{code}"), "period": "202601", "orgUnit": unit, "value": value, "comment": said}
        for code, value, said in (("DELIV", "12", "=1+1"), ("DELIV_TEEN", "3", ""))
    ]
    assert client.post(ADDRESS, {"dataValues": sent}, content_type="application/json").status_code == 200
    query = {"dataSet": FORM, "period": "202601", "orgUnit": unit}
    for answer in (
        client.get(ADDRESS, {**query, "format": "xlsx"}),
        client.get(f"{ADDRESS}.xlsx", query),
        client.get(ADDRESS, query, headers={"Accept": XLSX_TYPE}),
    ):
        head, *rows = _read(answer.content)
        assert answer["Content-Type"] == XLSX_TYPE and tuple(head) == COLUMNS
        assert {(row[0], row[1], row[2], row[5], row[8]) for row in rows} == {
            (one["dataElement"], "202601", unit, float(one["value"]), one["comment"]) for one in sent
        }
    back = client.post(f"{ADDRESS}?dryRun=true", answer.content, content_type=XLSX_TYPE).json()["response"]
    assert back["status"] == "SUCCESS"
    assert back["importCount"] == {"imported": 0, "updated": 2, "ignored": 0, "deleted": 0}


def test_what_a_sheet_does_not_hold_is_not_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    text = StoredValue(FORM, "LONG_TEXT", "202601", "", "", "", None, "x" * 32_001, None, False, False, "", now, now)
    with pytest.raises(HosoError, match="HS5476"):
        as_xlsx([text], Naming({}, {}))
    monkeypatch.setattr("hoso.web.dhis2.value_set_formats.ROWS_OF_A_SHEET", 2)
    with pytest.raises(HosoError, match="HS5474"):
        as_xlsx([text, text], Naming({}, {}))
