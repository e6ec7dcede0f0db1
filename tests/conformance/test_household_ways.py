"""A row of a list is filed the same whether it was made ready ahead or worked out against the store, row by row."""

import json
import random
from datetime import date
from typing import Any

import pytest

from hoso.engines.intake.households import importing
from hoso.engines.intake.households.new_person_tables import STORED
from hoso.engines.intake.households.preparing import PreparedBatch
from tests.conformance.test_household_lists import COMMUNE, DAY, MAI, OTHER, Row, counts, csv_of, take
from tests.intaking import Intake, rows

# Given anew by every run: the moment, the serial of a number, the list.
ANEW = {
    "last_updated",
    "at",
    "id",
    "position",
    "list_id",
    "seq",
    "transaction_id",
    "xid",
    "made_at",
    "committed",
    "key_hash",
}
NAMES = (
    "NGUYỄN VĂN AN",
    "Lê Thị  Bích",
    "TRẦN Đức",
    "H'Hen Niê",
    "Ông",
    "TÔN NỮ THỊ MINH TÂM AN BÌNH CHÂU DUNG HÀ LAN",
)


def _list(size: int) -> list[Row]:
    draw, made = random.Random(20261126), []
    for number in range(size):
        born = date.fromordinal(draw.randrange(date(1930, 1, 1).toordinal(), DAY.toordinal()))
        form = draw.choice(("%d/%m/%Y", "%Y-%m-%d", "%m/%Y", "%Y", "%Y%m%d"))
        row = {
            "household": f"H{number // 3}", "person": str(number % 3 + 1), "name": draw.choice(NAMES), "sex": draw.choice(("nam", "Nữ", "", "3")),
            "born": f"{born:{form}}", "commune_code": COMMUNE if number // 3 % 2 else OTHER, "relation": draw.choice(("", "con", "vợ")),
            "phone": draw.choice(("", f"09{number:08}", "0900 000 001")), "address": draw.choice(("", "Tổ 3, ấp Đông (mẫu)")),
            "occupation": draw.choice(("", "23410")), "lists": draw.choice(("", "HN")),
        }  # fmt: skip
        row["personal_id"] = draw.choice(("", f"079{number:09}"))
        row["insurance_number"] = draw.choice(("", f"79{number:08}"))
        row["card"] = draw.choice(("", f"GD479{row['insurance_number'] or f'{number:010}'}"))
        row["died"] = draw.choice(("", "", "", "01/09/2025"))
        made.append(row)
    made[5] |= {"personal_id": "079000000777"}
    made[9] |= {"personal_id": "079000000777"}  # of two at once: worked out against the store both times
    return made


def _stored() -> dict[str, list[str]]:
    """Every row of what a list stores, without what is given anew; HoSo numbers are told apart by nothing but their order."""
    found = {}
    for table in STORED:
        told = rows(f"SELECT to_jsonb(t) FROM {table} t")
        found[table] = sorted(_plain(table, json.loads(row[0])) for row in told)
    return found


def _plain(table: str, row: dict[str, Any]) -> str:
    kept = {key: value for key, value in row.items() if key not in ANEW or table == "records_resource" and key == "id"}
    if table == "people_identifier" and row["kind"] == "hoso_number":
        kept["value"] = "HS"
    if table == "records_resource":
        body = bytes.fromhex(row["body"][2:]).decode()
        kept["body"], kept["hash"] = body.partition("so-hoso")[0] + body.partition("so-hoso")[2][27:], ""
    if table == "records_token":
        kept["hash"] = ""
    return str(sorted(kept.items()))


def test_made_ready_ahead_or_worked_out_it_is_the_same_store(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import transaction

    content = csv_of(*_list(120))
    ready: list[frozenset[int]] = []
    real = importing._take_new

    def watched(cursor: Any, batch: PreparedBatch) -> frozenset[int]:
        ready.append(real(cursor, batch))
        return ready[-1]

    monkeypatch.setattr(importing, "_take_new", watched)
    with transaction.atomic():
        assert counts(take(content))[0] == "done"
        ahead = _stored()
        transaction.set_rollback(True)
    assert len(ready[0]) > 100, "nearly all were made ready ahead"
    monkeypatch.setattr(importing, "_take_new", lambda cursor, batch: frozenset())
    take(content)
    assert len(ahead["people_person"]) > 100
    for table, told in _stored().items():
        assert ahead[table] == told, table


def test_who_is_known_by_a_number_is_not_taken_for_new(intake: Intake) -> None:
    """One row of the batch is of somebody known, another shares a number with a third: these are worked out, the others not."""
    assert counts(take(csv_of(MAI))) == ("done", 1, 0, 0, 0)
    people = [{**MAI, "household": f"N{n}", "name": f"LÊ VĂN {chr(65 + n)}", "sex": "nam", "personal_id": f"07900000090{n}"} for n in range(4)]  # fmt: skip
    people[3]["personal_id"] = people[2]["personal_id"]
    people[3]["name"] = people[2]["name"]
    assert counts(take(csv_of(*people, {**MAI, "address": "Nơi khác (mẫu)"}), day=date(2025, 10, 1))) == (
        "done",
        4,
        1,
        0,
        0,
    )
    assert rows("SELECT count(*) FROM people_person") == [(4,)]
