"""The account at any moment: received = filed + unchanged + corrected + quarantined + waiting, for visits and lines."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hoso.core.files.encryption import open_encrypted
from hoso.core.files.originals import original_keys
from tests.faults.house_under_test import House
from tests.faults.packages_to_send import Sent
from tests.faults.uploader import read_acknowledged

VISITS = """
    SELECT p.id, encode(p.sha256, 'hex'), p.state, p.visits_read, p.visits_total, count(v.ordinal),
           coalesce(max(v.ordinal), 0), coalesce(sum(v.lines_in), 0),
           coalesce(sum(v.lines_filed + v.lines_withheld + v.lines_not_mapped), 0),
           count(*) FILTER (WHERE v.state = 'filed'), count(*) FILTER (WHERE v.state = 'unchanged'),
           count(*) FILTER (WHERE v.state = 'corrected'), count(*) FILTER (WHERE v.state = 'quarantined')
    FROM intake_package p LEFT JOIN intake_visit v ON v.package_id = p.id GROUP BY p.id ORDER BY p.id
"""


@dataclass(frozen=True)
class Balance:
    """Visits of every package in the ledger."""

    packages: int
    received: int
    filed: int
    unchanged: int
    corrected: int
    quarantined: int
    waiting: int
    open: int


def check(house: House, connection: Any, sent: Sequence[Sent]) -> Balance:
    """The balance now. Raises AssertionError where the account does not balance or something acknowledged is lost."""
    visits = {one.sha256: one.visits for one in sent}
    acknowledged = read_acknowledged(house.acknowledged)  # before the ledger: the sender goes on meanwhile
    rows = connection.execute(VISITS).fetchall()
    received = states = waiting = 0
    for package, sha, state, read, total, count, last, lines_in, lines_out, *by_state in rows:
        assert count == read == last, f"package {package}: {count} visits in the ledger, mark at {read}, last {last}"
        assert lines_in == lines_out, f"package {package}: {lines_in} lines in, {lines_out} accounted for"
        assert sum(by_state) == count, f"package {package}: a visit without a state"
        if state in ("done", "refused"):
            assert total == read == visits[sha], f"package {package} ended with {read} of {visits[sha]} visits"
        received += visits[sha]
        states += count
        waiting += visits[sha] - read
    assert received == states + waiting
    _check_acknowledged(house, acknowledged, {row[0]: row[1] for row in rows})
    filed, unchanged, corrected, quarantined = (sum(row[place] for row in rows) for place in range(9, 13))
    still_open = sum(row[2] not in ("done", "refused") for row in rows)
    return Balance(len(rows), received, filed, unchanged, corrected, quarantined, waiting, still_open)


def _check_acknowledged(house: House, acknowledged: Sequence[Mapping[str, Any]], known: Mapping[int, str]) -> None:
    """Every acknowledged upload is in the ledger, and its original whole on disk."""
    for entry in acknowledged:
        sha = entry["sha256"]
        assert known.get(entry["id"]) == sha, f"acknowledged package {entry['id']} is lost"
        with open_encrypted(house.home / "originals" / sha[:2] / sha, original_keys(house.home)) as original:
            content = original.read()
        assert hashlib.sha256(content).hexdigest() == sha, f"original {sha} is damaged"


def check_second_sendings(connection: Any) -> int:
    """Visits of packages sent again because their acknowledgement was lost: none may have changed anything."""
    rows = connection.execute(
        """
        SELECT v.state, count(*) FROM intake_visit v
        WHERE v.package_id IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY sha256 ORDER BY id) AS sending
                                               FROM intake_package) p WHERE sending > 1)
        GROUP BY v.state
        """
    ).fetchall()
    assert {row[0] for row in rows} <= {"unchanged", "quarantined"}, f"a second sending was filed: {rows}"
    return sum(row[1] for row in rows)
