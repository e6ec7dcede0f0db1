"""Packages fetched from a hospital's SFTP server: a real OpenSSH server, the real client, and kills at any moment."""

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hoso.cli.tests.running import HOSO, run_hoso
from hoso.core.access.actor import Actor
from hoso.core.accounts.actions import operator
from hoso.core.errors import HosoError
from hoso.core.places.facilities import ensure_facility
from hoso.engines.intake.jobs import take_in_open_packages
from hoso.engines.intake.pulls.fetching import look_at, look_at_due
from hoso.engines.intake.pulls.gateway import Server
from hoso.engines.intake.pulls.registered import (
    Habits,
    add_source,
    end_source,
    pull_sources,
    sound_host_key,
    switch_source,
)
from tests.claim_packages import package, sample_3176
from tests.database import Database
from tests.intaking import Intake, one, rows
from tests.openssh import OpenSsh, openssh

CLAIM = sample_3176()
CONTENT = package(CLAIM)
AT_ONCE = Habits(settle_seconds=0)


@pytest.fixture(scope="module")
def ssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSsh]:
    with openssh(tmp_path_factory.mktemp("ssh")) as server:
        yield server


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The folder on the hospital's server."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def server_of(ssh: OpenSsh, out: Path) -> Server:
    return Server("127.0.0.1", ssh.port, ssh.user, str(out), ssh.host_key, "key", str(ssh.key_file))


@pytest.fixture
def number(intake: Intake, ssh: OpenSsh, out: Path) -> int:
    return add_source(operator("test"), ensure_facility("01000"), server_of(ssh, out), AT_ONCE)


def asked(times: int = 2) -> int:
    """What a worker does, whatever the clock says; returns how many files were taken."""
    taken = 0
    for _ in range(times):
        taken += sum(map(look_at, pull_sources()))
        take_in_open_packages()
    return taken


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.usefixtures("number")
def test_a_package_is_fetched_once_and_its_result_lies_beside_it(out: Path) -> None:
    (out / "goi.xml").write_bytes(CONTENT)
    assert asked(3) == 1
    assert names(out) == {"goi.xml", "goi.xml.ketqua.json", "goi.xml.ketqua.txt"}
    assert (out / "goi.xml").read_bytes() == CONTENT
    told = json.loads((out / "goi.xml.ketqua.json").read_bytes())
    assert (told["state"], told["account"]["filed"], told["file"]) == ("done", 1, "goi.xml")
    assert rows("SELECT channel, state FROM intake_package") == [("pull", "done")]
    (source,) = pull_sources()
    assert (source.trouble, source.taken, source.good_at is None) == ("", 1, False)


@pytest.mark.usefixtures("number")
def test_the_same_bytes_under_other_names_are_one_package(out: Path) -> None:
    for name in ("a.xml", "b.XML"):
        (out / name).write_bytes(CONTENT)
    asked()
    (out / "c.xml").write_bytes(CONTENT)
    os.utime(out / "a.xml", (1, 1))  # touched: another version, the same bytes
    asked()
    assert one("SELECT count(*) FROM intake_package") == 1
    assert {"a.xml.ketqua.txt", "b.XML.ketqua.txt", "c.xml.ketqua.txt"} <= names(out)


@pytest.mark.usefixtures("number")
def test_another_content_under_the_same_name_is_another_package(out: Path) -> None:
    (out / "goi.xml").write_bytes(CONTENT)
    asked()
    (out / "goi.xml").write_bytes(package(CLAIM.with_(MA_LK="SYN.SECOND")))
    asked()
    assert one("SELECT count(*) FROM intake_visit WHERE state = 'filed'") == 2
    assert "SYN.SECOND" not in (out / "goi.xml.ketqua.txt").read_text()


@pytest.mark.usefixtures("number")
def test_what_is_no_package_is_left_alone(out: Path) -> None:
    for name in ("anh.jpg", ".an.xml", "goi.xml.part", "goi.xml.tmp", "goi.xml.ketqua.json"):
        (out / name).write_bytes(CONTENT)
    (out / "thu-muc.xml").mkdir()
    (out / "link.xml").symlink_to("/etc/hostname")
    assert asked() == 0
    assert len(names(out)) == 7


@pytest.mark.usefixtures("number")
def test_a_half_written_file_waits_until_it_is_whole(out: Path) -> None:
    (out / "goi.xml").write_bytes(CONTENT[:-200])
    assert asked() == 0
    (out / "goi.xml").write_bytes(CONTENT)
    assert asked() == 1
    assert one("SELECT count(*) FROM intake_visit WHERE state = 'filed'") == 1


def test_a_file_rests_before_it_is_taken(intake: Intake, ssh: OpenSsh, out: Path) -> None:
    add_source(operator("test"), ensure_facility("01000"), server_of(ssh, out), Habits(settle_seconds=3600))
    (out / "goi.xml").write_bytes(CONTENT)
    os.utime(out / "goi.xml", (1, 1))  # the server's clock is not believed
    assert asked() == 0
    assert rows("SELECT name, taken_at FROM pulls_file") == [("goi.xml", None)]


@pytest.mark.usefixtures("number")
def test_another_facilitys_package_is_refused_and_told(out: Path) -> None:
    (out / "goi.xml").write_bytes(package(CLAIM.with_(MA_CSKCB="01999"), facility="01999"))
    asked()
    assert json.loads((out / "goi.xml.ketqua.json").read_bytes())["refusal"]["code"] == "HS3015"


def test_trouble_is_told_and_holds_up_no_other_server(intake: Intake, ssh: OpenSsh, out: Path, tmp_path: Path) -> None:
    with openssh(tmp_path / "other", read_only=True) as other:
        silent = replace(server_of(other, tmp_path / "readable"), folder=str(out))
        add_source(operator("test"), ensure_facility("01000"), silent, AT_ONCE)
        add_source(operator("test"), ensure_facility("01001"), replace(server_of(ssh, out), folder="/none"), AT_ONCE)
        add_source(operator("test"), ensure_facility("01002"), replace(server_of(ssh, out), port=1), AT_ONCE)
        (out / "goi.xml").write_bytes(CONTENT)
        assert asked() == 1
        assert [source.trouble for source in pull_sources()] == ["HS3425", "HS3424", "HS3420"]
    assert one("SELECT count(*) FROM intake_visit WHERE state = 'filed'") == 1


def test_only_what_is_due_and_switched_on_is_asked(number: int, out: Path) -> None:
    (out / "a.xml").write_bytes(CONTENT)
    assert look_at_due() == 1
    (out / "b.xml").write_bytes(package(CLAIM.with_(MA_LK="SYN.B")))
    assert look_at_due() == 0  # asked a moment ago
    switch_source(operator("test"), number, on=False)
    switch_source(operator("test"), number, on=True)
    assert look_at_due() == 1  # who switches on wants it now
    switch_source(operator("test"), number, on=False)
    (out / "c.xml").write_bytes(package(CLAIM.with_(MA_LK="SYN.C")))
    assert look_at_due() == 0
    assert [source.is_on for source in pull_sources()] == [False]


def test_servers_are_added_once_and_end(number: int, ssh: OpenSsh, out: Path) -> None:
    with pytest.raises(HosoError, match="HS3427"):
        add_source(operator("test"), ensure_facility("01000"), server_of(ssh, out), AT_ONCE)
    end_source(operator("test"), number)
    assert pull_sources() == []
    with pytest.raises(HosoError, match="HS3428"):
        end_source(operator("test"), number)
    add_source(operator("test"), ensure_facility("01000"), server_of(ssh, out), AT_ONCE)


@pytest.mark.parametrize("line", ["", "ssh-ed25519", "ssh-ed25519 ???", "ssh-dss AAAAB3NzaC1kc3M=", "ssh-ed25519 AAAA"])
def test_what_is_no_host_key_is_refused(line: str) -> None:
    with pytest.raises(HosoError, match="HS3426"):
        sound_host_key(line)


def test_a_line_of_known_hosts_is_a_host_key(ssh: OpenSsh) -> None:
    kind, key = ssh.host_key.split()[:2]
    assert sound_host_key(f"[127.0.0.1]:2222 {kind} {key} ghi chú") == f"{kind} {key}"


def test_only_an_administrator_may(number: int, ssh: OpenSsh, out: Path, actor: Callable[..., Actor]) -> None:
    officer: Any = actor("intake_officer", facility=ensure_facility("01000"))
    for act in (
        lambda: add_source(officer, ensure_facility("01000"), server_of(ssh, out), AT_ONCE),
        lambda: switch_source(officer, number, on=False),
        lambda: end_source(officer, number),
    ):
        with pytest.raises(HosoError, match="HS2001"):
            act()


def test_kills_at_random_moments_lose_nothing_and_double_nothing(
    own_database: Database, ssh: OpenSsh, out: Path
) -> None:
    ensure_facility("01000")
    told = [
        "pulls", "add", "01000", "127.0.0.1", str(out), "--user", ssh.user, "--port", str(ssh.port), "--host-key",
        ssh.host_key, "--key-file", str(ssh.key_file), "--settle", "0",
    ]  # fmt: skip
    added = run_hoso(own_database, *told)
    assert added.returncode == 0, added.stderr
    sent = {f"goi{number:02}.xml": package(CLAIM.with_(MA_LK=f"SYN.{number}")) for number in range(24)}
    chance, names_left = random.Random(7), iter(sent)
    environment = {**os.environ, **own_database.environment, "HOSO_INTAKE_PROCESSES": "0"}
    for _ in range(8):
        for _ in range(3):
            name = next(names_left)
            (out / f"{name}.part").write_bytes(sent[name])
            (out / f"{name}.part").rename(out / name)
        process = subprocess.Popen([*HOSO, "pulls", "look"], env=environment, stderr=subprocess.DEVNULL)
        time.sleep(0.6 + chance.random() * 1.6)
        process.send_signal(signal.SIGKILL)
        process.wait()
        take_in_open_packages()
    for _ in range(2):
        assert run_hoso(own_database, "pulls", "look").returncode == 0
        take_in_open_packages()
    run_hoso(own_database, "pulls", "look")
    with psycopg.connect(own_database.admin_url) as admin:
        assert admin.execute("SELECT count(*), count(DISTINCT sha256) FROM intake_package").fetchone() == (24, 24)
        assert admin.execute("SELECT count(*) FROM intake_visit WHERE state = 'filed'").fetchone() == (24,)
        assert admin.execute("SELECT count(*) FROM pulls_file WHERE told_at IS NOT NULL").fetchone() == (24,)
    assert {path.name: path.read_bytes() for path in out.glob("*.xml")} == sent
    assert len(list(out.glob("*.ketqua.txt"))) == len(list(out.glob("*.ketqua.json"))) == 24
