"""A program of the health department that knows DHIS2's API alone."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import requests

from tests.reporting_year.plan import Options, Report

PATIENCE = 300


class Program:
    """Speaks to one house with one token."""

    def __init__(self, url: str, token: str) -> None:
        self._api = f"{url}/dhis2/api"
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"ApiToken {token}"

    def get(self, path: str, parameters: Any = None) -> Any:
        answer = self._session.get(f"{self._api}/{path}", params=parameters, timeout=PATIENCE)
        assert answer.status_code == 200, answer.text[:500]
        return answer.json()

    @cached_property
    def sets(self) -> dict[str, str]:
        """Ids of data sets by code."""
        found = self.get("dataSets", {"fields": "id,code", "paging": "false"})
        return {one["code"]: one["id"] for one in found["dataSets"]}

    @cached_property
    def elements(self) -> dict[str, tuple[str, dict[Options, str]]]:
        """Of each element by code its id, and the ids of its option combos by what they are about."""
        fields = "id,code,categoryCombo[id],dataSetElements[categoryCombo[id]]"
        combos = {one["id"]: one["categoryOptionCombos"] for one in self.get(
            "categoryCombos", {"fields": "id,categoryOptionCombos[id,categoryOptions[code]]", "paging": "false"}
        )["categoryCombos"]}  # fmt: skip
        found = {}
        for one in self.get("dataElements", {"fields": fields, "paging": "false"})["dataElements"]:
            combo = next((each["categoryCombo"]["id"] for each in one["dataSetElements"] if "categoryCombo" in each), one["categoryCombo"]["id"])  # fmt: skip
            split = {tuple(sorted(option["code"] or "" for option in each["categoryOptions"])): each["id"] for each in combos[combo]}  # fmt: skip
            found[one["code"]] = one["id"], split
        return found

    def send(self, reports: Sequence[Report]) -> int:
        """Send figures and say that each report is complete; gives how many figures were new."""
        sets: list[Any] = [
            {
                "dataSet": self.sets[report.form], "period": report.period, "orgUnit": report.unit,
                "completeDate": str(report.day),
                "dataValues": [self.value(row, options, number) for (row, options), number in report.figures.items()],
            }
            for report in reports
        ]  # fmt: skip
        answer = self._session.post(f"{self._api}/dataValueSets", json={"dataValueSets": sets}, timeout=PATIENCE)
        told = answer.json()["response"]
        assert answer.status_code == 200, told["conflicts"][:3]
        return int(told["importCount"]["imported"])

    def value(self, row: str, options: Options, number: int) -> Mapping[str, str]:
        element, splits = self.elements[row]
        found = {"dataElement": element, "value": str(number).lower()}
        return {**found, "categoryOptionCombo": splits[tuple(sorted(options))]} if options else found

    def correct(self, report: Report, row: str, options: Options, number: int) -> None:
        """One figure alone, as after a return."""
        value = {**self.value(row, options, number), "period": report.period, "orgUnit": report.unit}
        answer = self._session.post(f"{self._api}/dataValueSets", json={"dataValues": [value]}, timeout=PATIENCE)
        assert answer.json()["response"]["importCount"]["updated"] == 1, answer.text[:500]

    def step(self, step: str, form: str, period: str, units: Iterable[str]) -> None:
        """`handIns` or `approvals` of one form and period, all or none."""
        body: dict[str, Any] = {"ds": [self.sets[form]], "pe": [period], "approvals": [{"ou": unit} for unit in units]}
        answer = self._session.post(f"{self._api}/dataApprovals/{step}", json=body, timeout=PATIENCE)
        assert answer.status_code == 204, answer.text[:500]

    def figures(self, items: Iterable[str], period: str, units: Iterable[str]) -> dict[tuple[str, str], int]:
        """What analytics answers of one period, by item and unit."""
        asked = [
            ("dimension", f"dx:{';'.join(items)}"), ("dimension", f"ou:{';'.join(units)}"), ("filter", f"pe:{period}"),
            ("skipMeta", "true"),
        ]  # fmt: skip
        return {(item, unit): int(float(number)) for item, unit, number in self.get("analytics", asked)["rows"]}
