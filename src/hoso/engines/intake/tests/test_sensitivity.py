from collections.abc import Callable

import pytest

from hoso.core.access.labels import labels, mask_of
from hoso.core.definitions import definitions_folder, read_definition
from hoso.engines.intake.exchange import load_decisions
from hoso.engines.records.sensitivity import (
    mask_for_drug,
    mask_for_field,
    mask_for_icd10,
    mask_for_result,
    mask_for_service,
    mask_for_table,
    mask_for_text,
)

TRIGGERS = read_definition(definitions_folder() / "sensitivity" / "triggers.yaml")
MATCHERS: dict[str, Callable[[str], int]] = {
    "drugs": mask_for_drug,
    "services": mask_for_service,
    "results": mask_for_result,
    "texts": mask_for_text,
    "icd10": lambda code: mask_for_icd10([code]),
}


def _cases(kind: str) -> list[tuple[str, str, str]]:
    return [
        (section, trigger["label"], case)
        for section in MATCHERS
        for trigger in TRIGGERS[section]
        for case in trigger[kind]
    ]


@pytest.mark.parametrize(("section", "label", "case"), _cases("trips"))
def test_a_trigger_trips_on_its_cases(section: str, label: str, case: str) -> None:
    assert MATCHERS[section](case) & labels()[label].mask


@pytest.mark.parametrize(("section", "label", "case"), _cases("spares"))
def test_a_trigger_spares_the_others(section: str, label: str, case: str) -> None:
    assert not MATCHERS[section](case) & labels()[label].mask


def test_the_table_of_hiv_treatment_is_labelled_and_no_other() -> None:
    assert [number for number in range(16) if mask_for_table(number)] == [6]
    assert mask_for_table(6) == mask_of(["hiv"])


def test_the_age_tells_abuse_of_a_child_from_violence_at_home() -> None:
    assert mask_for_icd10(["T74.1"], 15) == mask_of(["child_abuse"])
    assert mask_for_icd10(["T74.1"], 16) == mask_of(["domestic_violence"])
    assert mask_for_icd10(["T74.1"]) == mask_of(["domestic_violence", "child_abuse"])


def test_several_codes_give_all_their_labels() -> None:
    assert mask_for_icd10(["J18.9", "B20", "F11.2", "I10"]) == mask_of(["hiv", "addiction"])
    assert mask_for_icd10([]) == mask_for_icd10([""]) == 0


def test_group_numbers_are_read_by_decision() -> None:
    group = [mask_for_field(key, 6, "NHOM_DOI_TUONG", "1") for key in ("qd4750", "qd3176", "qd130")]
    assert group == [mask_of(["prostitution"]), mask_of(["addiction"]), 0]


@pytest.mark.parametrize("trigger", TRIGGERS["fields"], ids=lambda one: f"{one['decision']}-{one['label']}")
def test_a_coded_field_means_what_the_decision_says(trigger: dict[str, object]) -> None:
    table = load_decisions()[str(trigger["decision"])].tables[int(str(trigger["table"]))]
    codes = table.field_by_name[str(trigger["field"])].codes
    values = trigger["values"]
    assert isinstance(values, list)
    assert {codes[value] for value in values} == {trigger["reason"]}


def test_a_service_is_labelled_by_code_alone() -> None:
    assert mask_for_service("Xét nghiệm nhanh", "24.0169.1616") == mask_of(["hiv"])
    assert mask_for_service("Xét nghiệm nhanh", "24.0117.1646") == 0
