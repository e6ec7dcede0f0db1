"""All tables of one visit, as rows by table number."""

from __future__ import annotations

from hoso.demo.document_rows import discharge_row, record_summary_row, referral_row, revisit_row, sick_leave_row
from hoso.demo.line_rows import drug_rows, note_rows, result_rows, service_rows
from hoso.demo.maternity_rows import birth_row, pregnancy_leave_row
from hoso.demo.programme_rows import hiv_row, tuberculosis_row
from hoso.demo.summary_rows import RowDict, summary_row
from hoso.demo.tables import table
from hoso.demo.visits import Visit

Tables = dict[int, list[RowDict]]


def tables_of(visit: Visit) -> Tables:
    """Only tables with data, and only those the version of the visit has."""
    tables: Tables = {
        1: [summary_row(visit)],
        2: drug_rows(visit),
        3: service_rows(visit),
        4: result_rows(visit),
        5: note_rows(visit),
    }
    if visit.version != "4210":
        tables |= _documents(visit)
    return {number: rows for number, rows in tables.items() if rows and table(visit.version, number) is not None}


def _documents(visit: Visit) -> Tables:
    plan = visit.plan
    made: Tables = {}
    if plan.illness.key == "hiv":
        made[6] = [hiv_row(visit)]
    if visit.inpatient:
        made[7] = [discharge_row(visit)]
        made[8] = [record_summary_row(visit)]
    if plan.child is not None and visit.person.personal_id:
        made[9] = [birth_row(visit)]
    if _must_rest(visit):
        made[10] = [pregnancy_leave_row(visit)]
    if visit.sick_leave and not visit.inpatient:
        made[11] = [sick_leave_row(visit)]
    if visit.discharge == 2:
        made[13] = [referral_row(visit)]
    if visit.revisit_days:
        made[14] = [revisit_row(visit)]
    if plan.illness.key == "tuberculosis":
        made[15] = [tuberculosis_row(visit)]
    return made


def _must_rest(visit: Visit) -> bool:
    """Leave to keep a pregnancy: when it is threatened, and after some of the first examinations."""
    plan = visit.plan
    early = plan.illness.key == "prenatal" and (plan.day - plan.since).days < 90
    return plan.illness.key == "threatened" or (early and visit.person.number % 3 == 0)
