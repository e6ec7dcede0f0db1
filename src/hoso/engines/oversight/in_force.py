"""The sensors as they are in force: the definitions, with the severities that two officers accepted over them (tuning.py)."""

from dataclasses import replace

from django.db import connection

from hoso.engines.oversight.sensing import Sensor, sensors


def sensors_in_force() -> tuple[Sensor, ...]:
    """Inside a transaction of who may oversee. An accepted severity holds only while the definition says what it said when that was
    proposed: who edits the file decides anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (sensor) sensor, defined::float8, severity::float8 FROM oversight_tuning"
            " WHERE accepted ORDER BY sensor, decided_at DESC"
        )
        accepted = {sensor: (defined, severity) for sensor, defined, severity in cursor.fetchall()}
    return tuple(_with(one, accepted.get(one.key)) for one in sensors())


def _with(sensor: Sensor, accepted: tuple[float, float] | None) -> Sensor:
    if accepted is None or accepted[0] != sensor.severity:
        return sensor
    return replace(sensor, severity=accepted[1])
