"""An outside programme in the insurer's shape pushes 200 visits over real HTTP and reads its answers."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hoso.cli.tests.running import run_hoso
from hoso.cli.tests.test_serve import Served
from tests.claim_packages import CHECK_IN, package, sample_3176
from tests.database import Database
from tests.intaking import rows

CLIENT = Path(__file__).parent / "insurer_client" / "client.py"
VISITS = 200
START_SECONDS, WORK_SECONDS = 60, 240


def wait_for(what: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not come in time"
        time.sleep(0.3)


@pytest.fixture
def gateway(own_database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    """(base address, password) of a served house whose gateway is open for the facility 01000."""
    from hoso.core.places.facilities import ensure_facility

    monkeypatch.setenv("HOSO_INSURER_GATEWAY", "yes")
    ensure_facility("01000", "Bệnh viện Mẫu")
    issued = run_hoso(own_database, "gateway", "issue", "01000")
    assert issued.returncode == 0, issued.stderr
    server = Served(own_database)
    try:
        wait_for(server.is_up, START_SECONDS)
        yield f"http://127.0.0.1:{server.port}/bhxh", issued.stdout.split()[1]
    finally:
        server.process.kill()
        server.process.wait()


def run_client(base: str, password: str, folder: Path) -> tuple[int, list[dict[str, Any]]]:
    # -I: no path of the project, so that the client cannot import anything of it.
    done = subprocess.run(
        [sys.executable, "-I", str(CLIENT), "--base", base, "--username", "01000_BV", f"--password={password}",
         "--facility", "01000", str(folder)],
        capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]}, cwd=folder,
    )  # fmt: skip
    assert not done.stderr, done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_200_visits_go_in_and_every_answer_is_read(
    gateway: tuple[str, str], own_database: Database, tmp_path: Path
) -> None:
    base, password = gateway
    folder = tmp_path / "out"
    folder.mkdir()
    for number in range(VISITS):
        claim = sample_3176().with_(MA_LK=f"SYN.{number:03}")
        (folder / f"{number:03}.xml").write_bytes(package(claim))
    (folder / "checkin.xml").write_bytes(CHECK_IN.read_bytes())
    code, answers = run_client(base, password, folder)
    assert code == 0
    assert len(answers) == VISITS + 1
    assert {answer["maKetQua"] for answer in answers} == {"200"}
    assert len({answer["maGiaoDich"] for answer in answers}) == VISITS + 1
    assert all(len(answer["thoiGianTiepNhan"]) == 14 for answer in answers)
    wait_for(lambda: rows("SELECT count(*) FROM intake_visit WHERE state = 'filed'") == [(VISITS + 1,)], WORK_SECONDS)
    keys = {row[0] for row in rows("SELECT key::text FROM intake_package WHERE channel = 'gateway' AND state = 'done'")}
    assert keys == {answer["maGiaoDich"] for answer in answers}


def test_a_wrong_password_a_revoked_one_and_a_broken_file_are_answered_in_shape(
    gateway: tuple[str, str], own_database: Database, tmp_path: Path
) -> None:
    base, password = gateway
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "1.xml").write_bytes(b"<GIAMDINHHS><THONG")
    (folder / "2.xml").write_bytes(package(sample_3176(), facility="01999"))
    (folder / "3.xml").write_bytes(package(sample_3176()))
    assert run_client(base, "wrong", folder)[1][0]["maKetQua"] == "401"
    code, answers = run_client(base, password, folder)
    assert code == 1
    assert [answer["maKetQua"] for answer in answers] == ["205", "403", "200"]
    assert "HS3002" in answers[0]["thongDiep"] and answers[0]["maGiaoDich"] == ""
    assert rows("SELECT count(*) FROM intake_package") == [(1,)]
    assert run_hoso(own_database, "gateway", "revoke", "01000_BV").returncode == 0
    assert run_client(base, password, folder)[1][0]["maKetQua"] == "401"


def test_the_client_imports_nothing_of_hoso() -> None:
    text = CLIENT.read_text()
    assert (
        "hoso"
        not in text.replace("HoSo", "").replace("HOSO", "").replace("guiHoSo", "").replace("loaiHoSo", "").lower()
    )
