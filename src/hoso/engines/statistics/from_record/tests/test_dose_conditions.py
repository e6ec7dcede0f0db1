"""Which doses a count takes: everything that it says must hold, and a file of doses says nothing of visits."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from hoso.core.definitions import DefinitionError, definitions_folder, read_definition
from hoso.engines.records.dose_facts.facts import DoseFacts
from hoso.engines.records.visit_facts.facts import VisitFacts
from hoso.engines.statistics.from_record.dose_conditions import DoseCondition, read_dose_condition

DOSE = DoseFacts(frozenset({"v|19", "w|x"}), frozenset({2, 3}), frozenset({"Z34.0", "I10"}), 2, 12, False)
VISIT = VisitFacts("AMB", frozenset(), frozenset(), "Z34", 2, 1)
FOLDER = definitions_folder() / "reports"


@pytest.mark.parametrize(
    ("given", "other"),
    [
        ({"vaccine": ["v 19", "v 20"]}, {"vaccine": ["v 20"]}),
        ({"dose": [1, 3]}, {"dose": [1, 4]}),
        ({"reason": ["Z32-Z36"]}, {"reason": ["Z35-Z36"]}),
        ({"sex": "female"}, {"sex": "male"}),
        ({"from_months": 12}, {"from_months": 13}),
        ({"under_months": 13}, {"under_months": 12}),
        ({"sex": "female", "dose": [2]}, {"sex": "female", "newborn": True}),
    ],
)
def test_a_dose_counts_or_not(given: dict[str, Any], other: dict[str, Any]) -> None:
    assert read_dose_condition(given, {"v": "v"}).holds(DOSE)
    assert not read_dose_condition(other, {"v": "v"}).holds(DOSE)
    assert not read_dose_condition(given, {"v": "v"}).holds(VISIT)


def test_what_is_not_known_counts_in_nothing_that_asks_for_it() -> None:
    unknown = replace(DOSE, numbers=frozenset(), months=None)
    assert not DoseCondition(numbers=frozenset({1})).holds(unknown)
    assert not DoseCondition(under_months=1440).holds(unknown)
    assert not DoseCondition(from_months=1).holds(unknown)
    assert DoseCondition(sex=2).holds(unknown)


@pytest.mark.parametrize(
    "change",
    [
        {"groups": {"outpatient": {"class": ["AMB"]}}},
        {"counts": [{"key": "a", "title_vi": "a", "title_en": "a", "adds": "visits", "when": {"dose": [1]}}]},
        {"of": "visits"},
    ],
)
def test_a_file_of_doses_says_nothing_of_visits(change: dict[str, Any], tmp_path: Path) -> None:
    shipped = yaml.safe_load((FOLDER / "record_counts" / "vaccinations.yaml").read_text(encoding="utf-8"))
    path = tmp_path / "vaccinations.yaml"
    for content, right in ((shipped, True), ({**shipped, **change}, False)):
        path.write_text(yaml.safe_dump(content, allow_unicode=True, default_flow_style=False), encoding="utf-8")
        if right:
            read_definition(path, FOLDER / "schema" / "record_count.json")
        else:
            with pytest.raises(DefinitionError):
                read_definition(path, FOLDER / "schema" / "record_count.json")
