"""Each sensor has a case that trips it and a benign twin that does not; what breaks that is refused."""

from dataclasses import replace
from typing import Any

import pytest

from hoso.core.definitions import DefinitionError
from hoso.engines.oversight import sensing
from hoso.engines.oversight.sensing import Sensor, check_sensors, hits_of_case, sensors


@pytest.mark.parametrize("sensor", sensors(), ids=lambda sensor: sensor.key)
def test_its_case_trips_it_and_its_twin_does_not(sensor: Sensor) -> None:
    assert hits_of_case(sensor, sensor.trips) > 0
    assert hits_of_case(sensor, sensor.twin) == 0


@pytest.mark.parametrize(
    ("changes", "told"),
    [({"trips": "twin"}, "does not trip"), ({"twin": "trips"}, "benign twin of S1 trips it")],
)
def test_a_sensor_whose_case_or_twin_says_nothing_is_refused(
    changes: dict[str, str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *others = sensors()
    broken: dict[str, Any] = {name: getattr(first, other) for name, other in changes.items()}
    monkeypatch.setattr(sensing, "sensors", lambda: (replace(first, **broken), *others))
    with pytest.raises(DefinitionError, match=told):
        check_sensors()
