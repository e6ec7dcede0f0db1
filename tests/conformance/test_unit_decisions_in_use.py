"""What keeps a decision on units from being undone, and what its preview counts: persons, reports, past row security."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import Error, connection, transaction

from hoso.core.access.actor import Actor
from hoso.core.accounts.actions import operator
from hoso.core.accounts.machines import as_intake_service
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.places.decisions import actions
from hoso.core.places.decisions.preview import preview_of
from hoso.core.places.decisions.queries import decision_by_id
from hoso.core.places.decisions.tests.test_decisions import OPENED, RENAMED, applied, sheet, unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def operating() -> Actor:
    return operator("test")


def lives_in(place: int, number: int = 1) -> None:
    """A made-up person who lives there."""
    with as_intake_service(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_person (person_id, source_person_id, patient_id, name, folded_name, name_sort, birth_precision,"
            " sex, as_of, facility_id, place_id, package_id) VALUES (%s, %s, %s, 'Người mẫu', 'nguoi mau', 'mau', 0, 3, now(), 1, %s, 1)",
            [number, number, f"mau-{number}", place],
        )


def reports(account: Any, place: int) -> None:
    """One figure of a unit, for December 2026."""
    with acting_transaction(account.pk, "statistics"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO statistics_period (iso, kind, start_day, end_day) VALUES ('202612', 'month', '2026-12-01', '2026-12-31')"
            " RETURNING id"
        )
        period = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO statistics_act (account_id, actor, kind) VALUES (%s, 'x', 'cell') RETURNING id", [account.pk]
        )
        act = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO statistics_value (unit_id, period_id, element_id, split_id, attribute_id, place_id, facility_id, number,"
            " act_id, first_act_id) SELECT %s, %s, (SELECT min(element_id) FROM statistics_data_set_element), min(id), min(id), %s,"
            " 0, 7, %s, %s FROM statistics_split",
            [place, period, place, act, act],
        )


def test_after_a_report_it_stays(operating: Actor, tmp_path: Path, account_with_role: Callable[..., Any]) -> None:
    decision_id = applied(operating, tmp_path, OPENED)
    reports(account_with_role("statistics_officer"), unit("99002").pk)
    with pytest.raises(HosoError, match="HS6186") as caught:
        actions.undo(operating, decision_id, "thử")
    assert "Số liệu thống kê" in caught.value.message("vi")
    # The database says no by itself, whatever the application has looked at.
    with pytest.raises(Error, match="in use"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT places_undo_decision(%s, 'x', 'x')", [decision_id])


def test_while_somebody_lives_there_it_stays(operating: Actor, tmp_path: Path) -> None:
    decision_id = applied(operating, tmp_path, OPENED)
    lives_in(unit("99002").pk)
    with pytest.raises(HosoError, match="HS6186"):
        actions.undo(operating, decision_id, "thử")


def test_the_preview_counts_who_lives_there_and_what_was_reported(
    operating: Actor, tmp_path: Path, account_with_role: Callable[..., Any]
) -> None:
    ward = unit("00025", date(2026, 11, 1))
    for number in (1, 2, 3):
        lives_in(ward.pk, number)
    reports(account_with_role("statistics_officer"), ward.pk)
    report = actions.import_decision(operating, sheet(tmp_path, RENAMED))
    decision = decision_by_id(report.decision_id)
    assert decision
    (line,) = preview_of(decision).lines
    assert {use.subject: use.number for use in line.uses} == {"persons": 3, "reports": 1}
    assert next(use.detail for use in line.uses if use.subject == "reports")  # the data set by its name
