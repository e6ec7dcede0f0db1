"""`hoso level`: how many persons each online service holds data of, and the table of the level dossier."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from hoso.cli.terminal import json_option, print_json


@dataclass(frozen=True)
class Counted:
    """Distinct persons of one service; `warning` names the threshold that is near or passed, empty where none is."""

    service: str
    persons: int
    warning: str

    def as_dict(self) -> dict[str, object]:
        return {"service": self.service, "persons": self.persons, "warning": self.warning}


@click.command(short_help="Persons of each online service, and the level dossier's table.")
@click.option("--export", "file", type=click.Path(path_type=Path), help="Write the explanatory table to this CSV file.")
@json_option
def level(file: Path | None, as_json: bool) -> None:
    """Count distinct persons of each online service and warn near the thresholds of NĐ 331/2026 (read in summaries)."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.core.definitions import definitions_folder, read_definition

    definition = read_definition(definitions_folder() / "security" / "level.yaml")
    counted = [Counted(service, persons, warning(definition, persons)) for service, persons in _persons().items()]
    if file:
        _export(file, definition, counted)
    if as_json:
        print_json({"services": [one.as_dict() for one in counted], "source": definition["source"]})
        return
    for one in counted:
        click.echo(f"{one.persons:>12,}  {one.service}  {one.warning}")
    click.echo(f"{definition['source']} (chưa đối chiếu bản chính thức / not checked against the official print)")


def warning(definition: Mapping[str, Any], persons: int) -> str:
    """The highest threshold that is passed, or nearer than `warn_from_percent`."""
    near = [
        one for one in definition["thresholds"] if persons * 100 >= one["persons"] * definition["warn_from_percent"]
    ]
    if not near:
        return ""
    passed = persons >= near[-1]["persons"]
    return f"{'ĐÃ ĐẠT / PASSED' if passed else 'GẦN / NEAR'}: {near[-1]['vi']} / {near[-1]['en']}"


def _persons() -> dict[str, int]:
    """Distinct persons: of the house as a whole, and of each channel packages come by. Merged persons count once."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("RESET ROLE")  # the whole house, past row security; nothing but counts is read
        cursor.execute("SELECT count(*) FROM people_person WHERE merged_into IS NULL")
        found = {"hồ sơ cá nhân / record": int(cursor.fetchone()[0])}
        cursor.execute(
            "SELECT p.channel, count(DISTINCT v.person_id) FROM intake_visit v JOIN intake_package p ON p.id = v.package_id"
            " WHERE v.person_id IS NOT NULL GROUP BY 1 ORDER BY 1"
        )
        return found | {f"tiếp nhận / intake: {channel}": int(persons) for channel, persons in cursor.fetchall()}


def _export(file: Path, definition: Mapping[str, Any], counted: list[Counted]) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as target:
        csv.writer(target).writerows(_rows(definition, counted))


def _rows(definition: Mapping[str, Any], counted: list[Counted]) -> Iterator[list[object]]:
    yield ["Bảng thuyết minh cấp độ / Explanatory table of the level", definition["source"]]
    yield []
    yield ["Dịch vụ / Service", "Số người / Persons", "Cảnh báo / Warning"]
    yield from ([one.service, one.persons, one.warning] for one in counted)
    yield []
    yield ["Thành phần / Component", "Vùng / Zone", "Dữ liệu / Data"]
    for one in definition["components"]:
        yield [f"{one[f'{name}vi']} / {one[f'{name}en']}" for name in ("", "zone_", "data_")]
    yield []
    yield ["Loại triển khai / Deployment", "Cấp độ / Level"]
    yield from ([f"{one['vi']} / {one['en']}", one["level"]] for one in definition["deployments"])
