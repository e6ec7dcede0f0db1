"""Sensors: what each looks for, how grave it is, what looks alike and is work. All of it is data
(definitions/oversight/sensors), and each file carries a case that trips its sensor and a benign twin that does not."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from hoso.core.definitions import DefinitionError, definitions_folder, read_definition
from hoso.engines.oversight.explaining import explain
from hoso.engines.oversight.memory import Memory
from hoso.engines.oversight.scoring import Hit

COUNT = 20


@dataclass(frozen=True)
class Sensor:
    """One sensor; `severity` are the points of its strongest hit; `on_stream`: an event and its reasons are enough for it."""

    key: str
    title_vi: str
    title_en: str
    severity: float
    parameters: dict[str, Any]
    query: str
    what_to_do_vi: str
    what_to_do_en: str
    valid_from: str
    valid_to: str | None
    trips: dict[str, list[dict[str, Any]]]
    twin: dict[str, list[dict[str, Any]]]
    on_stream: bool = False


@cache
def sensors() -> tuple[Sensor, ...]:
    """All of them in the order of their numbers. Raises DefinitionError where a file breaks its schema or a number is not there
    or there twice."""
    folder = definitions_folder() / "oversight"
    found = []
    for path in sorted((folder / "sensors").glob("*.yaml")):
        told = read_definition(path, folder / "schema" / "sensor.json")
        found.append(Sensor(**{name: told[name] for name in Sensor.__dataclass_fields__ if name in told}))
    if [one.key for one in found] != [f"S{number}" for number in range(1, COUNT + 1)]:
        raise DefinitionError(f"oversight/sensors: {', '.join(one.key for one in found)} are not S1 to S{COUNT}")
    return tuple(found)


def sense(memory: Memory, asked: tuple[Sensor, ...] | None = None) -> None:
    """Fill `hit` with what the sensors say; `explain` comes first."""
    for sensor in sensors() if asked is None else asked:
        memory.ask(
            f"""
            INSERT INTO hit SELECT $key, id, account, moment, score * $severity FROM ({sensor.query})
            WHERE moment::DATE >= $valid_from::DATE AND ($valid_to IS NULL OR moment::DATE < $valid_to::DATE)
            """,
            {
                **sensor.parameters,
                "key": sensor.key,
                "severity": sensor.severity,
                "valid_from": sensor.valid_from,
                "valid_to": sensor.valid_to,
            },
        )


def hits(memory: Memory) -> list[Hit]:
    """What was sensed, in the order of time."""
    rows = memory.ask("SELECT sensor, id, account, moment::DATE, points FROM hit ORDER BY moment, id, sensor, account")
    return [Hit(*row) for row in rows]


def hits_of_case(sensor: Sensor, tables: dict[str, list[dict[str, Any]]]) -> int:
    """How often the sensor fires in a small case, with all explanations on."""
    memory = Memory()
    memory.load_rows({name.removesuffix("s"): rows for name, rows in tables.items()})
    explain(memory)
    sense(memory, (sensor,))
    return len(hits(memory))


def check_sensors() -> None:
    """Raises DefinitionError where a sensor's case does not trip it, or its benign twin does."""
    for sensor in sensors():
        if not hits_of_case(sensor, sensor.trips):
            raise DefinitionError(f"oversight/sensors: the case of {sensor.key} does not trip it")
        if hits_of_case(sensor, sensor.twin):
            raise DefinitionError(f"oversight/sensors: the benign twin of {sensor.key} trips it")
