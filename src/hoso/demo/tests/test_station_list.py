"""The list of the stations: the people of the province, some of them put down with a slip, and two wrong rows."""

import csv

from hoso.demo.station_list import _SLIP_EVERY
from hoso.demo.tests.conftest import Province

NUMBERS = ("personal_id", "insurance_number", "card")


def _rows(province: Province, name: str) -> dict[str, dict[str, str]]:
    with (province.folder / name).open(encoding="utf-8", newline="") as lines:
        return {row["person"]: row for row in csv.DictReader(lines)}


def test_everybody_stands_in_it_and_every_so_many_with_one_slip(province: Province) -> None:
    true, kept = _rows(province, "households.csv"), _rows(province, "station-list.csv")
    assert kept.keys() - true.keys() == {"S1", "S2"}
    slipped = {person for person in true if kept[person] != true[person]}
    assert slipped == {person for person in true if int(person) % _SLIP_EVERY == 0}
    for person in slipped:
        one, said = true[person], kept[person]
        assert not any(said[column] for column in NUMBERS)
        wrong = {column for column in one if said[column] != one[column]} - set(NUMBERS)
        assert len(wrong) == 1 and wrong <= {"born", "name", "address"}
        assert sorted(said["name"].split()) == sorted(one["name"].split()) and one["born"].startswith(said["born"][:4])
