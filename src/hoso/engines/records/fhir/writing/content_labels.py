"""Which sensitivity labels a resource carries: its codes and words against definitions/sensitivity/triggers.yaml.

The words of drugs, services and results are looked for where they may stand, by the type of the resource; ICD-10 codes,
and the gravest words, everywhere.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from hoso.engines.records.sensitivity import (
    mask_for_drug,
    mask_for_icd10,
    mask_for_result,
    mask_for_service,
    mask_for_text,
)

REMEMBERED = 65536
LONG = 200  # letters; texts above differ, so they are not remembered
_WORDS: dict[str, Callable[[str], int]] = {
    "Medication": mask_for_drug, "MedicationRequest": mask_for_drug, "MedicationStatement": mask_for_drug,
    "MedicationAdministration": mask_for_drug, "MedicationDispense": mask_for_drug, "MedicationKnowledge": mask_for_drug,
    "Procedure": mask_for_service, "ServiceRequest": mask_for_service, "ChargeItem": mask_for_service,
    "Observation": mask_for_result, "DiagnosticReport": mask_for_result,
}  # fmt: skip
_WITHOUT_WORDS = frozenset(
    {"resourceType", "id", "reference", "url", "system", "status", "use", "code", "data", "lastUpdated", "start", "end",
     "date", "period", "unit", "currency", "type", "versionId", "meta", "identifier", "telecom", "contentType"}
)  # fmt: skip


def mask_of_content(type_name: str, content: dict[str, Any]) -> int:
    """The union of the labels of everything the resource says."""
    mask = 0
    waiting: list[Any] = [content]
    while waiting:
        node = waiting.pop()
        code = node.get("code")
        if code.__class__ is str and "system" in node and "icd-10" in node["system"].lower():
            mask |= mask_for_icd10([code])
        for name, value in node.items():
            kind = value.__class__
            if kind is dict:
                waiting.append(value)
            elif kind is list:
                for one in value:
                    if one.__class__ is dict:
                        waiting.append(one)
                    elif one.__class__ is str and name not in _WITHOUT_WORDS:
                        mask |= _mask_of_words(type_name, one)
            elif kind is str and name not in _WITHOUT_WORDS:
                mask |= _remembered(type_name, value) if len(value) <= LONG else mask_for_text(value)
    return mask


def _mask_of_words(type_name: str, text: str) -> int:
    return _remembered(type_name, text) if len(text) <= LONG else mask_for_text(text)


@lru_cache(REMEMBERED)
def _remembered(type_name: str, text: str) -> int:
    words = _WORDS.get(type_name)
    return mask_for_text(text) | (words(text) if words else 0)
