"""The administrator's page of what runs by itself: its states, switching, making a call again; and what doctor says of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from hoso.cli.connections_checkup import connections as checked
from hoso.core.access.actor import Actor
from hoso.core.accounts.actions import operator
from hoso.core.errors import HosoError
from hoso.core.messages import call_queue
from hoso.core.messages.calls import CallFailed
from hoso.core.places.facilities import ensure_facility
from hoso.engines.intake.folders.registered import add_folder, switch_folder, watched_folders
from hoso.engines.intake.folders.taking import look_at_all
from hoso.engines.intake.jobs import take_in_open_packages
from hoso.engines.intake.notifying.delivering import deliver_due
from hoso.engines.intake.notifying.targets import set_target, switch_target, targets
from hoso.engines.intake.pulls.fetching import look_at
from hoso.engines.intake.pulls.gateway import Server
from hoso.engines.intake.pulls.registered import Habits, add_source, pull_sources
from hoso.gateways.sftp.simulated import folder_of
from tests.claim_packages import package, sample_3176
from tests.conformance.test_every_route_is_audited import _with_second_factor
from tests.intaking import Intake, one, sign_in

CONTENT = package(sample_3176())
HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHNhbXBsZSBrZXkgb2YgdGhlIHRlc3RzIGFsb25lISEh"


class Deaf:
    """A hospital's software that answers nobody."""

    def send(self, *_: Any) -> None:
        raise CallFailed("no connection")


@pytest.fixture
def drop(intake: Intake, tmp_path: Path) -> Path:
    (tmp_path / "drop").mkdir()
    add_folder(operator("test"), ensure_facility("01000"), tmp_path / "drop", settle=0)
    return tmp_path / "drop"


@pytest.fixture
def out(intake: Intake, tmp_path: Path, settings: Any) -> Path:
    """The folder of a simulated hospital's server that is fetched from."""
    settings.PULL_GATEWAY = "hoso.gateways.sftp.simulated.SimulatedSftp"
    settings.HOSO_HOME = str(tmp_path / "home")
    secret = tmp_path / "secret"
    secret.write_text("secret")
    secret.chmod(0o600)
    server = Server("sftp.bv-mau.example", 22, "hoso", "/xuat", HOST_KEY, "password", str(secret))
    folder_of(server).mkdir(parents=True)
    add_source(operator("test"), ensure_facility("01001"), server, Habits(settle_seconds=0))
    return folder_of(server)


def call_given_up(monkeypatch: pytest.MonkeyPatch, settings: Any, intake: Intake) -> int:
    """A result that could not be called in; returns the number of the call."""
    settings.CALLBACK_GATEWAY = f"{__name__}.Deaf"
    monkeypatch.setattr(call_queue, "PAUSES", ())
    set_target(operator("test"), ensure_facility("01000"), "https://his.example/ket-qua")
    intake.send(CONTENT)
    deliver_due()
    return int(one("SELECT id FROM notifying_delivery WHERE dead_at IS NOT NULL"))


@pytest.fixture
def window(db: None) -> Client:
    client, account = Client(), sign_in("administrator")
    client.force_login(account)
    _with_second_factor(client, account)
    return client


def shown(window: Client) -> str:
    answer = window.get("/connections/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_nothing_yet(window: Client) -> None:
    assert "Chưa có kết nối nào" in shown(window)
    assert checked().state == "ok"


def test_every_kind_is_shown_with_its_last_error(window: Client, drop: Path, out: Path) -> None:
    page = shown(window)
    assert str(drop) in page and "sftp://hoso@sftp.bv-mau.example:22/xuat" in page
    assert page.count("Chưa chạy lần nào") == 2
    drop.rmdir()
    out.rmdir()
    look_at_all()
    for source in pull_sources():
        look_at(source)
    page = shown(window)
    assert "HS3373" in page and "HS3424" in page
    assert "Kiểm tra đường dẫn và quyền đọc" in page
    told = checked()
    assert told.state == "warning"
    assert "HS3373" in told.told and "HS3424" in told.told


def test_switching_off_leaves_what_lies_there_until_it_is_on_again(window: Client, drop: Path, out: Path) -> None:
    (drop / "goi.xml").write_bytes(CONTENT)
    (out / "goi.xml").write_bytes(package(sample_3176().with_(MA_CSKCB="01001"), facility="01001"))
    (folder,), (source,) = watched_folders(), pull_sources()
    for kind, number in (("folder", folder.id), ("pull", source.id)):
        assert window.post(f"/connections/{kind}/{number}/switch/", {"on": "no"}).status_code == 302
    assert look_at_all() == 0
    assert [one.is_on for one in watched_folders()] == [one.is_on for one in pull_sources()] == [False]
    assert "Đã tắt" in shown(window)
    assert checked().told.count("switched off") == 2
    for kind, number in (("folder", folder.id), ("pull", source.id)):
        window.post(f"/connections/{kind}/{number}/switch/", {"on": "yes"})
    assert look_at_all() == 1
    assert sum(map(look_at, pull_sources())) == 1
    take_in_open_packages()
    assert one("SELECT count(*) FROM intake_visit WHERE state = 'filed'") == 2


def test_a_call_that_was_given_up_is_made_again(
    window: Client, intake: Intake, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    number = call_given_up(monkeypatch, settings, intake)
    page = shown(window)
    assert "Đã thôi" in page and "Không kết nối được" in page
    assert "0001.xml" not in page  # an administrator sees no package: its name might tell of a patient
    assert "1 results could not be called in to 01000" in checked().told
    settings.CALLBACK_GATEWAY = "hoso.gateways.callback.simulated.SimulatedCall"
    assert window.post(f"/connections/calls/{number}/again/").status_code == 302
    assert deliver_due() == 1
    assert "Không kết nối được" not in shown(window)
    assert window.post(f"/connections/calls/{number}/again/").status_code == 422  # it was taken meanwhile


def test_calls_that_are_switched_off_wait(
    window: Client, intake: Intake, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.CALLBACK_GATEWAY = "hoso.gateways.callback.simulated.SimulatedCall"
    set_target(operator("test"), ensure_facility("01000"), "https://his.example/ket-qua")
    (target,) = targets()
    window.post(f"/connections/target/{target.id}/switch/", {"on": "no"})
    intake.send(CONTENT)
    assert deliver_due() == 0
    assert [(one.is_on, one.waiting) for one in targets()] == [(False, 1)]
    window.post(f"/connections/target/{target.id}/switch/", {"on": "yes"})
    assert deliver_due() == 1
    assert [(one.waiting, one.delivered_at is None) for one in targets()] == [(0, False)]


@pytest.mark.parametrize("path", ["folder/999", "pull/999", "target/999", "other/1"])
def test_what_is_not_there_is_not_switched(path: str, window: Client) -> None:
    assert window.post(f"/connections/{path}/switch/", {"on": "yes"}).status_code in (404, 422)


def test_switching_is_by_post_alone(window: Client, drop: Path) -> None:
    (folder,) = watched_folders()
    assert window.get(f"/connections/folder/{folder.id}/switch/?on=no").status_code == 405
    assert window.get("/connections/calls/1/again/").status_code == 405
    assert [one.is_on for one in watched_folders()] == [True]


@pytest.mark.parametrize("role", ["intake_officer", "doctor", "overseer"])
def test_nobody_else_sees_or_switches(role: str, drop: Path, actor: Callable[..., Actor]) -> None:
    client = Client()
    client.force_login(sign_in(role, "01000"))
    (folder,) = watched_folders()
    assert client.get("/connections/").status_code == 403
    assert client.post(f"/connections/folder/{folder.id}/switch/", {"on": "no"}).status_code == 403
    for switch in (switch_folder, switch_target):
        with pytest.raises(HosoError, match="HS2001"):
            switch(actor(role, facility=ensure_facility("01000")), folder.id, on=False)
