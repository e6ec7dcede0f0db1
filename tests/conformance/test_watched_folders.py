"""Packages dropped into a folder: taken whole and once, told beside, and never lost, whatever is killed when."""

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from hoso.cli.tests.running import HOSO, run_hoso
from hoso.core.accounts.actions import operator
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.places.facilities import ensure_facility
from hoso.engines.intake.folders import taking
from hoso.engines.intake.folders.registered import add_folder, end_folder, watched_folders
from hoso.engines.intake.folders.taking import look_at_all
from hoso.engines.intake.jobs import take_in_open_packages
from tests.claim_packages import package, sample_3176
from tests.database import Database
from tests.intaking import Intake, one, rows

CLAIM = sample_3176()
CONTENT = package(CLAIM)


@pytest.fixture
def drop(intake: Intake, tmp_path: Path) -> Path:
    folder = tmp_path / "drop"
    folder.mkdir()
    add_folder(operator("test"), ensure_facility("01000"), folder, settle=0)
    return folder


def looked(times: int = 2) -> None:
    """What a worker does: look, take in, look again."""
    for _ in range(times):
        look_at_all()
        take_in_open_packages()
    look_at_all()


def listing(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_good_package_ends_in_done_with_its_result(drop: Path) -> None:
    (drop / "goi.xml").write_bytes(CONTENT)
    looked()
    number = one("SELECT max(id) FROM intake_package")
    assert listing(drop) == {
        f"done/goi.{number}.xml",
        f"done/goi.{number}.xml.ketqua.json",
        f"done/goi.{number}.xml.ketqua.txt",
    }
    assert (drop / f"done/goi.{number}.xml").read_bytes() == CONTENT
    told = json.loads((drop / f"done/goi.{number}.xml.ketqua.json").read_bytes())
    assert (told["state"], told["account"]["filed"], told["file"]) == ("done", 1, "goi.xml")
    assert "ĐÃ TIẾP NHẬN" in (drop / f"done/goi.{number}.xml.ketqua.txt").read_text(encoding="utf-8")
    assert rows("SELECT channel, state FROM intake_package") == [("folder", "done")]


def test_quarantine_is_told_with_what_to_do(drop: Path) -> None:
    (drop / "goi.xml").write_bytes(package(CLAIM.with_(NGAY_VAO="x")))
    looked()
    (text,) = (drop / "done").glob("*.txt")
    assert "[LỖI]" in text.read_text(encoding="utf-8")
    assert "Cách sửa:" in text.read_text(encoding="utf-8")


def test_refused_packages_and_other_files_end_in_refused(drop: Path) -> None:
    (drop / "xau.xml").write_bytes(b"<!DOCTYPE x><GIAMDINHHS></GIAMDINHHS>")
    (drop / "anh.jpg").write_bytes(b"jpg")
    looked()
    codes = {json.loads(path.read_bytes())["refusal"]["code"] for path in (drop / "refused").glob("*.json")}
    assert codes == {"HS3001", "HS3374"}
    assert not list(drop.glob("*.*"))


def test_another_facilitys_package_is_refused(drop: Path) -> None:
    (drop / "goi.xml").write_bytes(package(CLAIM.with_(MA_CSKCB="01999"), facility="01999"))
    looked()
    (told,) = (drop / "refused").glob("*.json")
    assert json.loads(told.read_bytes())["refusal"]["code"] == "HS3015"


def test_the_same_bytes_are_one_package_and_each_file_is_told(drop: Path) -> None:
    (drop / "a.xml").write_bytes(CONTENT)
    (drop / "b.xml").write_bytes(CONTENT)
    looked()
    (drop / "c.xml").write_bytes(CONTENT)
    looked()
    assert one("SELECT count(*) FROM intake_package") == 1
    assert len(list((drop / "done").glob("*.xml"))) == len(list((drop / "done").glob("*.json"))) == 3


def test_a_half_written_file_waits_until_it_is_whole(drop: Path) -> None:
    (drop / "goi.xml").write_bytes(CONTENT[:500])
    looked()
    assert listing(drop) == {"goi.xml"}
    (drop / "goi.xml").write_bytes(CONTENT)
    looked()
    assert one("SELECT count(*) FROM intake_visit WHERE state = 'filed'") == 1


def test_a_file_written_to_after_it_was_taken_is_taken_again(drop: Path) -> None:
    file = (drop / "goi.xml").open("wb")
    file.write(CONTENT)
    file.flush()
    look_at_all()
    file.write(b"<!-- more -->")
    file.close()
    looked(3)
    assert one("SELECT count(*) FROM intake_package") == 2
    assert all(path.parent.name == "done" for path in drop.rglob("*.xml"))


def test_a_folder_in_trouble_is_told_and_holds_up_no_other(drop: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    add_folder(operator("test"), ensure_facility("01001"), other, settle=0)
    (drop / "goi.xml").write_bytes(CONTENT)
    other.rmdir()
    looked()
    assert [folder.trouble for folder in watched_folders()] == ["", "HS3373"]
    assert list((drop / "done").glob("*.xml"))


def test_nothing_is_received_where_the_file_changes_between_two_readings(
    drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (drop / "goi.xml").write_bytes(CONTENT)
    monkeypatch.setattr(taking, "digest_of", lambda dropped: b"another")
    look_at_all()
    assert (one("SELECT count(*) FROM intake_package"), listing(drop)) == (0, {"goi.xml"})


def test_folders_do_not_overlap_and_end(drop: Path) -> None:
    inside = drop / "sub"
    inside.mkdir()
    for path in (drop, inside, drop.parent):
        with pytest.raises(HosoError, match="HS3371"):
            add_folder(operator("test"), ensure_facility("01001"), path)
    with pytest.raises(HosoError, match="HS3370"):
        add_folder(operator("test"), ensure_facility("01001"), drop / "no such")
    (folder,) = watched_folders()
    end_folder(operator("test"), folder.id)
    assert watched_folders() == []
    with pytest.raises(HosoError, match="HS3372"):
        end_folder(operator("test"), folder.id)


def test_only_an_administrator_may(drop: Path, tmp_path: Path, actor: Callable[..., Any]) -> None:
    with pytest.raises(HosoError, match="HS2001"):
        add_folder(
            actor("facility_records_officer", facility=ensure_facility("01000")), ensure_facility("01000"), tmp_path
        )
    with acting_transaction(0, "administration"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM folders_watched")
        assert cursor.fetchone() == (0,)


def test_kills_at_random_moments_lose_nothing_and_double_nothing(own_database: Database, tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    ensure_facility("01000")
    assert run_hoso(own_database, "folders", "add", "01000", str(drop), "--settle", "0").returncode == 0
    sent = {f"goi{number:02}.xml": package(CLAIM.with_(MA_LK=f"SYN.{number}")) for number in range(12)}
    chance = random.Random(7)
    names = iter(sent)
    environment = {**os.environ, **own_database.environment, "HOSO_INTAKE_PROCESSES": "0"}
    for _ in range(6):
        for name in (next(names), next(names)):
            (drop / f"{name}.part").write_bytes(sent[name])
            (drop / f"{name}.part").rename(drop / name)
        process = subprocess.Popen([*HOSO, "watch", "--every", "0.2"], env=environment, stderr=subprocess.DEVNULL)
        time.sleep(1.2 + chance.random() * 1.5)
        process.send_signal(signal.SIGKILL)
        process.wait()
    for _ in range(3):
        run_hoso(own_database, "watch", "--once", HOSO_INTAKE_PROCESSES="0")
        take_in_open_packages()
    run_hoso(own_database, "watch", "--once")
    with psycopg.connect(own_database.admin_url) as admin:
        assert admin.execute("SELECT count(*), count(DISTINCT sha256) FROM intake_package").fetchone() == (12, 12)
        assert admin.execute("SELECT count(*) FROM intake_visit WHERE state = 'filed'").fetchone() == (12,)
    assert {path.read_bytes() for path in (drop / "done").glob("*.xml")} == set(sent.values())
    assert len(list((drop / "done").glob("*.ketqua.txt"))) == 12
    assert not [path for path in drop.rglob("*.xml") if path.parent.name != "done"]
