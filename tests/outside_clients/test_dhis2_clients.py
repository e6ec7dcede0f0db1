"""Four clients of DHIS2 from PyPI, unmodified, against a served house: each in an environment of its own.

The environments are made from pinned locks with hashes; without a package index the tests are skipped aloud, with CI=true
they fail.
"""

import json
import os
import subprocess
import sys
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from hoso.cli.tests.test_serve import Served
from hoso.core.accounts.machines import as_operator, operator_id
from hoso.core.accounts.models import Account, Assignment
from hoso.engines.statistics.cube.tests.holding import wait_until_ready
from hoso.engines.statistics.tests.reporting import communes, unit_uid
from hoso.engines.statistics.uids import DEFAULT_SPLIT, split_uid, uid_of
from tests.database import Database
from tests.outside_clients.test_insurer_client import START_SECONDS, wait_for

CLIENTS = Path(__file__).parent / "dhis2_clients"
PASSWORD = "Mot-mat-khau-dai-2026"
MONTHS = ["202601", "202602", "202603"]
FORM, ELEMENT, BROKEN = uid_of("form:tt23-4-bct"), uid_of("element:DELIV"), uid_of("element:ANC4_3P")
INDICATOR = uid_of("indicator:MAT02")  # deliveries of adolescents per 100 deliveries
INSTALL_SECONDS, USE_SECONDS = 600, 300


@dataclass(frozen=True)
class House:
    """A served house with an officer's software in province 80, and what the programs are given to do."""

    given: dict[str, Any]
    folder: Path

    def use(self, client: str, script: str) -> dict[str, Any]:
        """Run a script in the client's environment; gives what it printed."""
        path = self.folder / "given.json"
        path.write_text(json.dumps(self.given))
        # -I: no path of the project, so that the script cannot import anything of it.
        done = subprocess.run(
            [environment(client), "-I", str(CLIENTS / script), str(path), str(self.folder)],
            capture_output=True, text=True, check=False, cwd=self.folder, timeout=USE_SECONDS,
            env={"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return told


def environment(client: str, folder: Path = CLIENTS) -> str:
    """The interpreter of an environment with the client and nothing else; made once for each state of its lock."""
    lock = folder / f"{client}.lock"
    made = Path(sys.prefix) / "outside_clients" / f"{client}-{sha256(lock.read_bytes()).hexdigest()[:16]}"
    python, stamp = str(made / "bin" / "python"), made / "complete"
    if stamp.exists():
        return python
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(made)], check=True, timeout=INSTALL_SECONDS)
    done = subprocess.run(
        [python, "-m", "pip", "--disable-pip-version-check", "--no-input", "-q", "install", "--require-hashes",
         "--no-deps", "-r", str(lock)],
        capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS,
    )  # fmt: skip
    if done.returncode:
        reason = f"{client} LEFT OUT: its packages cannot be installed: {done.stderr[-400:]}"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    stamp.touch()
    return python


@pytest.fixture
def house(own_database: Database, tmp_path: Path) -> Iterator[House]:
    places = communes("80", 3)
    province = places[0].parent
    assert province is not None
    officer = Account.objects.create_user(
        "phanmem.thongke", PASSWORD, full_name="Phần mềm thống kê", kind="service", owner_id=operator_id()
    )
    with as_operator():
        Assignment.objects.create(account=officer, role="statistics_officer", place=province, valid_from="2020-01-01")
    total, minority = (_split("of_which_minority", option) for option in ("total", "minority"))
    uids = [unit_uid(place) for place in places]
    values = []
    for number, (month, unit) in enumerate((month, unit) for month in MONTHS for unit in uids):
        for element, figure, split in (
            (ELEMENT, 40 + 7 * number, DEFAULT_SPLIT), (uid_of("element:DELIV_TEEN"), 3 + number % 4, DEFAULT_SPLIT),
            (BROKEN, 20 + number, total), (BROKEN, 5 + number, minority),
        ):  # fmt: skip
            if (number, element) != (4, ELEMENT):  # one commune did not report one month
                values.append({"dataElement": element, "period": month, "orgUnit": unit, "categoryOptionCombo": split, "value": str(figure)})  # fmt: skip
    server = Served(own_database)
    try:
        wait_for(server.is_up, START_SECONDS)
        wait_until_ready(own_database.home, START_SECONDS)  # what they read of analytics is answered by the cube
        given = {
            "base": f"http://127.0.0.1:{server.port}/dhis2", "username": officer.username, "password": PASSWORD,
            "province": unit_uid(province), "communes": uids, "months": MONTHS, "quarter": "2026Q1", "form": FORM,
            "element": ELEMENT, "broken": BROKEN, "indicator": INDICATOR, "default": DEFAULT_SPLIT, "values": values,
            "minority": minority,
        }  # fmt: skip
        yield House(given, tmp_path)
    finally:
        server.process.kill()
        server.process.wait()


def _split(dimension: str, option: str) -> str:
    return split_uid(uid_of(f"combo:{dimension}"), [uid_of(f"option:{dimension}:{option}")])


def slow(house: House, element: str, months: list[str], units: list[str], *splits: str) -> int | None:
    """The direct count: what was sent, one by one."""
    found = [
        int(value["value"])
        for value in house.given["values"]
        if value["dataElement"] == element and value["period"] in months and value["orgUnit"] in units
        and value["categoryOptionCombo"] in (splits or (DEFAULT_SPLIT,))
    ]  # fmt: skip
    return sum(found) if found else None


def slow_share(house: House, months: list[str], units: list[str]) -> str | None:
    deliveries = slow(house, ELEMENT, months, units)
    young = slow(house, uid_of("element:DELIV_TEEN"), months, units)
    if not deliveries or young is None:
        return None
    return str(float((Decimal(100 * young) / deliveries).quantize(Decimal("0.01"), ROUND_HALF_UP)))


def everything(house: House) -> dict[tuple[str, str, str], str]:
    """Each figure of elements and the indicator by item, month and unit, slowly counted."""
    units = {house.given["province"]: house.given["communes"], **{one: [one] for one in house.given["communes"]}}
    periods = {**{month: [month] for month in MONTHS}, "2026Q1": MONTHS}
    found = {}
    for period, months in periods.items():
        for unit, below in units.items():
            if (figure := slow(house, ELEMENT, months, below)) is not None:
                found[ELEMENT, period, unit] = str(figure)
            if (share := slow_share(house, months, below)) is not None:
                found[INDICATOR, period, unit] = share
    return found


def _rows(told: dict[str, Any], *columns: str) -> dict[tuple[str, ...], str]:
    names = [header["name"] for header in told["headers"]]
    return {tuple(row[names.index(column)] for column in columns): row[names.index("value")] for row in told["rows"]}


def test_dhis2_client_enters_a_month_and_reads_it(house: House) -> None:
    told = house.use("dhis2-client", "use_dhis2_client.py")
    given = house.given
    province, commune, count = given["province"], given["communes"][0], len(given["values"])
    assert told["version"].startswith("2.42")
    assert told["me"] == {"username": given["username"], "organisationUnits": [{"id": province}]}
    assert len(told["users"]) == 1
    assert told["communes"] == 96 and told["outlines"] == 34 and told["subtree"] == 97
    assert len(told["children"]) == 96 and commune in told["children"] and told["outline"] == "MultiPolygon"
    assert [one["level"] for one in told["unit"]["ancestors"]] == [1, 2] and told["unit"]["ancestors"][1][
        "id"
    ] == province
    assert len(told["tree"]["organisationUnits"][0]["children"]) == 34
    assert told["elements"] == 212 and told["form"]["periodType"] == "Monthly"
    assert told["element"]["categoryCombo"]["id"] == "bjDvmb4bfuf"
    assert told["sent"]["importCount"] == {"imported": count, "updated": 0, "ignored": 0, "deleted": 0}
    assert {(one["dataElement"], one["orgUnit"], one["categoryOptionCombo"], one["value"]) for one in told["values"]} == {
        (one["dataElement"], one["orgUnit"], one["categoryOptionCombo"], one["value"])
        for one in given["values"] if one["period"] == MONTHS[0]
    }  # fmt: skip
    assert told["one"] == ["77"]
    before = next(one for one in given["values"] if one["dataElement"] == ELEMENT)
    before["value"] = "77"  # what the program wrote over it before it asked
    # Beside a level a unit is the bound of the level and has no figure of its own, as in DHIS2.
    expected = {key: value for key, value in everything(house).items() if key[2] != province}
    assert _rows(told["analytics"], "dx", "pe", "ou") == expected
    assert told["analytics"]["metaData"]["dimensions"]["pe"][:3] == MONTHS
    assert told["latest"]["existing"]["id"] == MONTHS[-1] and told["latest"]["next"]["id"] == "202604"
    assert told["sharing"]["object"]["publicAccess"] == "r-rw----"
    assert told["refused"] == {
        "taken back": [409, "E2034"], "no such unit": [404, "HS7003"], "no such element": [409, "HS7034"],
        "misspelt": [409, "HS7033"], "rights": [403, "HS2001"], "own places": [405, "HS5116"], "a unit": [405, "HS5116"],
    }  # fmt: skip
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM statistics_value WHERE NOT deleted")
        assert cursor.fetchone() == (count - 1,)


def test_dhis2_py_sends_in_parts_and_reads_pages(house: House) -> None:
    told = house.use("dhis2.py", "use_dhis2_py.py")
    given = house.given
    assert told["version"][1] == 42 and told["pages"] == [1000, 1000, 1000, 321] and told["merged"] == 212
    assert sum(part["imported"] for part in told["parts"]) == len(given["values"]) == len(told["values"])
    expected = {
        (item, month): value
        for (item, month, unit), value in everything(house).items()
        if unit == given["province"] and month in MONTHS
    }
    assert _rows(told["analytics"], "dx", "pe") == expected and "metaData" not in told["analytics"]
    line = f"{ELEMENT},{MONTHS[0]},{given['province']},{slow(house, ELEMENT, MONTHS[:1], given['communes'])}"
    assert told["csv"].splitlines() == ["Data,Period,Organisation unit,Value", line]
    assert told["completed"]["imported"] == told["complete"] == 3
    # the form is reported by 96 communes and by the province itself
    assert [row[-1] for row in told["rates"]] == ["3.0", "97.0", "3.09"]
    assert told["misspelt"] == [409, "HS7033"]


def test_dhis2_fetch_downloads_tables(house: House) -> None:
    _fill(house)
    told = house.use("dhis2-fetch", "use_dhis2_fetch.py")
    given = house.given
    assert told["items"]["DE"] == 212 and told["items"]["I"] >= 20 and told["items"]["DS"] == 27
    assert told["formula"] == f"#{{{uid_of('element:DELIV_TEEN')}}}"
    assert told["levels"] == {"1": "Quốc gia", "2": "Tỉnh, thành phố", "3": "Xã, phường, đặc khu", "4": "Cơ sở y tế"}
    assert len(told["tree"]) == 96 and {row["Tỉnh, thành phố_uid"] for row in told["tree"]} == {given["province"]}
    assert told["shapes"] == {"Tỉnh, thành phố": 1, "Xã, phường, đặc khu": 96}
    expected = everything(house)
    plain = told["ways"]["plain"]
    assert set(plain["available"]["Yes"]) == {ELEMENT, INDICATOR} and not plain["available"]["Failed"]
    name, share = _named(ELEMENT, "element"), "Tỷ lệ đẻ ở vị thành niên"
    for row in plain["rows"]:
        key = (str(row["pe"]), row["Xã, phường, đặc khu_uid"])
        assert _same(row[name], expected.get((ELEMENT, *key))) and _same(row[share], expected.get((INDICATOR, *key)))
    assert sum(float(row[name] or 0) for row in plain["rows"]) == slow(house, ELEMENT, MONTHS, given["communes"])
    broken = told["ways"]["broken down"]["rows"]
    for split, column in ((given["minority"], "Trong đó: dân tộc thiểu số"),):
        (title,) = {title for row in broken for title in row if title.endswith(column)}
        assert sum(float(row[title] or 0) for row in broken) == slow(house, BROKEN, MONTHS, given["communes"], split)
    assert not told["ways"]["a form"]["available"]["Failed"]
    rates = [title for title in told["ways"]["a form"]["rows"][0] if title.endswith("EXPECTED_REPORTS")]
    assert rates and {float(row[rates[0]]) for row in told["ways"]["a form"]["rows"]} == {1.0}


def test_pydhis2_reviews_a_quarter(house: House) -> None:
    told = house.use("pydhis2", "use_pydhis2.py")
    given = house.given
    count = len(given["values"])
    assert told["sent"]["response"]["importCount"]["imported"] == count == len(told["pulled"])
    expected = {key: value for key, value in everything(house).items() if key[1] in MONTHS}
    found = {(row["dx"], row["pe"], row["ou"]): row["value"] for row in _renamed(told["analytics"])}
    assert found == {key: float(value) for key, value in expected.items()}
    province = slow(house, ELEMENT, MONTHS[:1], given["communes"])
    assert told["by name"] == [[_named(ELEMENT, "element"), "Tỉnh Tây Ninh", MONTHS[0], str(province)]]
    assert sum(told["pages"]) == len(expected) and max(told["pages"]) == 5
    assert told["elements"] == 212 and told["provinces"] == 34 and told["indicators"] >= 20
    assert told["quality"]
    # All or nothing, as the client asks: two rows that are right are not taken either.
    assert told["refused"] == [409, {"imported": 0, "updated": 0, "ignored": 3, "deleted": 0}]


def _renamed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Its tables name the columns in its own way."""
    own = {"dataElement": "dx", "period": "pe", "orgUnit": "ou", "indicator": "dx"}
    return [{own.get(name, name): value for name, value in row.items()} for row in rows]


def _same(told: Any, expected: str | None) -> bool:
    return told is None if expected is None else told is not None and float(told) == float(expected)


def _named(uid: str, kind: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name FROM statistics_{kind} WHERE uid = %s", [uid])
        return str(cursor.fetchone()[0])


def _fill(house: House) -> None:
    """The same figures, sent by nobody's client."""
    given = house.given
    header = b64encode(f"{given['username']}:{given['password']}".encode()).decode()
    body = json.dumps({"dataValues": given["values"]}).encode()
    request = urllib.request.Request(f"{given['base']}/api/dataValueSets", body)
    request.add_header("Authorization", f"Basic {header}")
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert json.load(answer)["status"] == "OK"
