"""Which lines carry a sensitive label, and which of them stay out of the record until guidance comes.

Labels are set per line from codes, names and words (definitions/sensitivity/triggers.yaml). A visit whose main
diagnosis is withheld is withheld whole. Where another diagnosis or a table of the visit is, every free text of
the visit is, since it may name the illness; drugs, services and results are judged line by line.
"""

from collections.abc import Container
from dataclasses import dataclass
from functools import reduce
from operator import or_

from hoso.core.access.labels import mask_of, withheld_mask
from hoso.engines.intake.mapping.elements import first, split_codes
from hoso.engines.intake.mapping.encounter import diagnosis_codes
from hoso.engines.intake.sent import SentVisit, Values
from hoso.engines.records.sensitivity import (
    mask_for_drug,
    mask_for_field,
    mask_for_icd10,
    mask_for_result,
    mask_for_service,
    mask_for_table,
    mask_for_text,
)

FREE_TEXT_TABLES = frozenset({5, 7, 8, 9, 10, 11, 13, 14})
TEXT_FIELDS = (
    "CHAN_DOAN_VAO",
    "CHAN_DOAN_RV",
    "TEN_BENH",
    "LY_DO_VV",
    "LY_DO_VNT",
    "PP_DIEU_TRI",
    "GHI_CHU",
    "DIEN_BIEN_LS",
    "DIEN_BIEN",
    "HOI_CHAN",
    "PHAU_THUAT",
    "MO_TA",
    "KET_LUAN",
    "QT_BENHLY",
    "LIEU_DUNG",
    "CACH_DUNG",
    "GIA_TRI",
    "GIAI_DOAN_BENH",
    "NGUYENNHAN_DINHCHI",
    "TINH_TRANG_CT",
    "TINH_TRANG_CON",
    "TOMTAT_KQ",
    "PP_DIEUTRI",
    "HUONG_DIEU_TRI",
    "DAU_HIEU_LS",
)
CODED_FIELDS = ("NHOM_DOI_TUONG",)
COVERING = ("domestic_violence", "child_abuse")


@dataclass(frozen=True)
class Withholding:
    """masks: the labels of each (table, line); withheld: those kept aside; hidden: the labels that decide it;
    mark: the labels of all that is kept back of the visit, lines and texts."""

    masks: dict[tuple[int, int], int]
    withheld: dict[tuple[int, int], int]
    text_withheld: bool
    hidden: int
    mark: int = 0

    @property
    def visit_mask(self) -> int:
        whole = 0
        for mask in (*self.masks.values(), *self.withheld.values()):
            whole |= mask
        return whole


def label_lines(visit: SentVisit, decision: str, age_years: int | None) -> Withholding:
    """Label every line of the visit and say which stay out."""
    hidden = withheld_mask("own_record")
    masks = line_labels(visit, decision, age_years)
    main = mask_for_icd10(split_codes(first(visit.summary, "MA_BENH_CHINH", "MA_BENH")), age_years) & hidden
    shared = _shared_mask(visit, masks, age_years) & hidden
    withheld: dict[tuple[int, int], int] = {}
    for table, lines in visit.tables.items():
        for place in range(1, len(lines) + 1):
            mask = main or (masks.get((table, place), 0) & hidden if table != 1 else 0)
            if not mask and shared and table in FREE_TEXT_TABLES:
                mask = shared
            if mask:
                withheld[table, place] = mask
    for key in withheld:
        masks.pop(key, None)
    if (1, 1) in masks:
        masks[1, 1] &= ~hidden  # the Encounter goes in without what is hidden
    _cover_visit(visit, masks, withheld)
    return Withholding(masks, withheld, bool(shared), hidden, reduce(or_, withheld.values(), main | shared))


def _cover_visit(visit: SentVisit, masks: dict[tuple[int, int], int], withheld: Container[tuple[int, int]]) -> None:
    """Give the labels of the visit itself to every line that is filed: a drug or result without them would tell whoever may
    not see the visit that there is one. A label of violence on any line is one of the visit."""
    whole = masks.get((1, 1), 0)
    for mask in masks.values():
        whole |= mask & mask_of(COVERING)
    for table, lines in visit.tables.items() if whole else ():
        for key in ((table, place) for place in range(1, len(lines) + 1)):
            if key not in withheld:
                masks[key] = masks.get(key, 0) | whole


def line_labels(visit: SentVisit, decision: str, age_years: int | None) -> dict[tuple[int, int], int]:
    """The labels of each (table, line) that has any, by what the line itself says."""
    return {
        (table, place): mask
        for table, lines in visit.tables.items()
        for place, values in enumerate(lines, start=1)
        if (mask := _line_mask(decision, table, values, age_years))
    }


def _shared_mask(visit: SentVisit, masks: dict[tuple[int, int], int], age_years: int | None) -> int:
    """What the visit as a whole is about: its diagnoses, its own tables (XML6), its texts."""
    mask = mask_for_icd10(diagnosis_codes(visit.summary), age_years) | masks.get((1, 1), 0)
    for table in visit.tables:
        mask |= mask_for_table(table)
    for (table, _), line_mask in masks.items():
        if table in FREE_TEXT_TABLES:
            mask |= line_mask
    return mask


def _line_mask(decision: str, table: int, values: Values, age_years: int | None) -> int:
    mask = mask_for_table(table)
    if table == 1:
        mask |= mask_for_icd10(diagnosis_codes(values), age_years)
    elif table == 2:
        mask |= mask_for_drug(values.get("TEN_THUOC", ""))
    elif table == 3:
        mask |= mask_for_service(values.get("TEN_DICH_VU", ""), values.get("MA_DICH_VU", ""))
        mask |= mask_for_service(values.get("TEN_VAT_TU", ""), "")  # a test kit is a supply line
    elif table == 4:
        mask |= mask_for_result(values.get("TEN_CHI_SO", "")) | mask_for_service("", values.get("MA_DICH_VU", ""))
    elif table in FREE_TEXT_TABLES:  # papers repeat diagnoses, drugs and services
        mask |= mask_for_icd10(diagnosis_codes(values), age_years)
        mask |= mask_for_drug(values.get("TEN_THUOC", "")) | mask_for_service(values.get("TEN_DICH_VU", ""), "")
    if table in (2, 3):
        mask |= mask_for_icd10(split_codes(values.get("MA_BENH", "")), age_years)
    for field in CODED_FIELDS:
        if value := values.get(field):
            mask |= mask_for_field(decision, table, field, value)
    for field in TEXT_FIELDS:
        text = values.get(field, "")
        if text and not text.replace(".", "").isdigit():
            mask |= mask_for_text(text)
    return mask
