"""A planted personal number, taken in, refused, asked for and backed up, lies in the clear only where the list says so."""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hoso.cli.processes import answers
from hoso.cli.tests.running import HOSO, run_hoso
from hoso.core.files.scanning import files_holding, shapes
from tests.claim_packages import package, sample_3176

NUMBER = "079099123457"
pytestmark = pytest.mark.slow


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def served(own_server: Any, tmp_path: Path) -> Iterator[tuple[Any, str, Path]]:
    """A served house with a server of its own, its log in the data folder."""
    port = _free_port()
    settings = {"HOSO_BIND": f"127.0.0.1:{port}", "HOSO_BACKUP": str(tmp_path / "backup"), "HOSO_ARCHIVE_SECONDS": "5"}
    log = (own_server.home / "hoso.log").open("wb")
    process = subprocess.Popen(
        [*HOSO, "serve"], env={**os.environ, **own_server.environment, **settings}, stdout=log, stderr=log
    )
    deadline = time.monotonic() + 90
    while not answers(("127.0.0.1", port)) and time.monotonic() < deadline:
        time.sleep(0.1)
    yield own_server, f"http://127.0.0.1:{port}", tmp_path
    process.terminate()
    process.wait(60)
    log.close()


def _post(url: str, content: bytes, token: str) -> int:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/xml"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, content, headers), timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def test_a_planted_number_is_nowhere_in_the_clear_but_where_the_list_says(served: tuple[Any, str, Path]) -> None:
    house, address, folder = served
    claim = sample_3176().with_(SO_CCCD=NUMBER)
    made = run_hoso(house, "accounts", "create", "officer", "--name", "X", "--role", "intake_officer")
    assert made.returncode == 0, made.stderr
    token = run_hoso(house, "accounts", "token", "officer", "sending").stdout.strip()
    # Taken in; quarantined with the number in a field of another kind; refused as a whole; asked for in an address.
    wrong = claim.with_(MA_LK="SYN.9", NGAY_VAO=NUMBER)
    for number, content in enumerate(
        (package([claim], "20250315"), package([wrong], "20250315"), b"<X>" + NUMBER.encode())
    ):
        path = folder / f"{number}.xml"
        path.write_bytes(content)
        run_hoso(house, "intake", str(path))
        path.unlink()
    assert _post(f"{address}/api/v1/intake/packages?bad={NUMBER}", b"<" + NUMBER.encode(), token) == 400
    assert _post(f"{address}/api/v1/intake/packages?version={NUMBER}", b"<" + NUMBER.encode(), token) == 422
    assert _post(f"{address}/api/v1/intake/packages", b"<" + NUMBER.encode(), token) == 202  # refused when it is read
    for query in (f"/people/?q={NUMBER}", f"/{NUMBER}", f"/sign-in/?next=/{NUMBER}"):
        with pytest.raises(urllib.error.HTTPError) if query == f"/{NUMBER}" else _nothing():
            urllib.request.urlopen(address + query, timeout=30).read()
    with psycopg.connect(house.admin_url, autocommit=True) as admin:
        row = admin.execute("SELECT count(*) FROM people_identifier WHERE value = %s", [NUMBER]).fetchone()
        assert row == (1,), "the number should have come in"
        # A statement that breaks a rule with the number in it: PostgreSQL would log statement and row.
        for statement in ("INSERT INTO people_identifier SELECT * FROM people_identifier", "SELECT 1/0 -- {NUMBER}"):
            with pytest.raises(psycopg.Error):
                admin.execute(statement.replace("{NUMBER}", NUMBER).encode())
    backup = run_hoso(house, "backup", "--json", HOSO_BACKUP=str(folder / "backup"))
    assert backup.returncode == 0, backup.stderr
    scanned = run_hoso(house, "doctor", "--scan-for", NUMBER, "--json", HOSO_BACKUP=str(folder / "backup"))
    told = json.loads(scanned.stdout.splitlines()[-1])
    assert [one for one in told["found"] if not one["allowed"]] == []
    places = {one["place"] for one in told["found"]}
    assert "people_identifier.value" in places, "the scan sees what is there"
    assert any(place.startswith("database/base/") for place in places)
    assert list(files_holding(folder / "backup", NUMBER)) == []
    # What trips the scan: the number in a log, in a job, in an original that is not encrypted.
    (house.home / "hoso-2.log").write_text(f"failed for {NUMBER}")
    (house.home / "originals" / "ab").mkdir(exist_ok=True)
    (house.home / "originals" / "ab" / ("ab" * 32)).write_text(f"<SO_CCCD>{NUMBER}</SO_CCCD>")
    with psycopg.connect(house.admin_url, autocommit=True) as admin:
        admin.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, args, status, attempts, abort_requested)"
            " VALUES ('q', 't', 0, NULL, %s, 'failed', 0, false)", [json.dumps({"number": NUMBER})],
        )  # fmt: skip
    told = json.loads(run_hoso(house, "doctor", "--scan-for", NUMBER, "--json").stdout.splitlines()[-1])
    wrong_places = {one["place"].split("/")[0] for one in told["found"] if not one["allowed"]}
    assert wrong_places == {"hoso-2.log", "originals", "procrastinate_jobs.args"}


class _nothing:
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


@pytest.mark.parametrize("packed", ["utf-8", "utf-16-le", "base64", "gzip", "across blocks"])
def test_the_scan_finds_a_number_in_every_shape(packed: str, tmp_path: Path) -> None:
    import base64
    import gzip

    text = f"xy{NUMBER}z"
    content = {
        "utf-8": text.encode(), "utf-16-le": text.encode("utf-16-le"), "base64": base64.b64encode(text.encode()),
        "gzip": gzip.compress(text.encode()), "across blocks": b"0" * (2**20 - 5) + text.encode(),
    }[packed]  # fmt: skip
    (tmp_path / "file").write_bytes(content)
    assert list(files_holding(tmp_path, NUMBER)) == [tmp_path / "file"]
    assert list(files_holding(tmp_path, "079098123457")) == []
    assert all(len(shape) >= 8 for shape in shapes(NUMBER))
