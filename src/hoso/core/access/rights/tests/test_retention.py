"""How long the law keeps a record: the longest class wins, and counting starts where the class says."""

from datetime import date

import pytest

from hoso.core.access.rights.retention import retained_until

VISIT, DIED = date(2020, 3, 1), date(2024, 2, 29)


@pytest.mark.parametrize(
    ("last_visit", "died", "classes", "until"),
    [
        (VISIT, None, ("visit",), date(2030, 3, 1)),
        (VISIT, None, ("visit", "psychiatry_or_accident"), date(2040, 3, 1)),
        (VISIT, None, ("transplant",), date(2050, 3, 1)),
        (VISIT, DIED, ("visit",), date(2054, 2, 28)),  # death: 30 years, longer than the health book's 10
        (None, None, ("visit",), None),
    ],
)
def test_until_when(last_visit: date | None, died: date | None, classes: tuple[str, ...], until: date | None) -> None:
    assert retained_until(last_visit, died, classes) == until
