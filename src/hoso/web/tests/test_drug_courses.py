from datetime import date
from decimal import Decimal

from hoso.engines.records.models import MedicationLine
from hoso.web.staff.drug_courses import drug_courses
from hoso.web.tests.sample import at


def line(name: str, day: str, quantity: int | None = 1) -> MedicationLine:
    amount = None if quantity is None else Decimal(quantity)
    return MedicationLine(name, "40.1", "81 mg", "1 viên/ngày", "Uống", amount, "Viên", at(f"{day} 11:00"), "BS A")


def test_equal_orders_are_one_course() -> None:
    aspirin, statin = drug_courses(
        [line("Aspirin", "2026-01-02"), line("Statin", "2026-01-02"), line("Aspirin", "2026-01-04")]
    )
    assert (aspirin.orders, aspirin.quantity, aspirin.last) == (2, Decimal(2), date(2026, 1, 4))
    assert (statin.orders, statin.last, statin.prescribers) == (1, None, "BS A")


def test_a_missing_quantity_makes_no_sum() -> None:
    (course,) = drug_courses([line("Aspirin", "2026-01-02"), line("Aspirin", "2026-01-02", None)])
    assert course.quantity is None
