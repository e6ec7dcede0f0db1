"""Every hostile file through the ways in that no person watches: a dropped file, a file fetched by SFTP, the insurer's gateway.

`test_corpus` does it through the command, the page and the API. Each file is taken or refused with its own code, kept whole, and
the next package by the same way is filed.
"""

import json
import os
import shutil
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from hoso.core.accounts.actions import operator
from hoso.core.accounts.insurer_secrets import issue_secret, md5_of
from hoso.core.errors.catalogue import codes
from hoso.core.places.facilities import ensure_facility
from hoso.engines.intake.folders.registered import add_folder
from hoso.engines.intake.folders.taking import look_at_all
from hoso.engines.intake.jobs import take_in_open_packages
from hoso.engines.intake.pulls import fetching
from hoso.engines.intake.pulls.gateway import Server
from hoso.engines.intake.pulls.registered import Habits, add_source, pull_sources
from hoso.gateways.sftp.simulated import folder_of
from tests.hostile.corpus import FILED, Hostile, corpus
from tests.hostile.test_corpus import GOOD, _kept
from tests.intaking import Intake, last_package, one, rows, undone

HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHNhbXBsZSBrZXkgb2YgdGhlIHRlc3RzIGFsb25lISEh"
LONG_AGO = 1_000_000_000
CORPUS = corpus()


@dataclass(frozen=True)
class Ways:
    """A watched folder, a folder on a hospital's simulated server, and a session at the gateway."""

    drop: Path
    out: Path
    session: dict[str, str]


@pytest.fixture(scope="module")
def ways(filled: Callable[[], Intake], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ways]:
    filled()
    folder = tmp_path_factory.mktemp("ways")
    (folder / "drop").mkdir()
    (folder / "secret").touch(mode=0o600)
    (folder / "secret").write_text("secret")
    before = settings.ENVIRONMENT, settings.PULL_GATEWAY
    settings.ENVIRONMENT = {**settings.ENVIRONMENT, "HOSO_INSURER_GATEWAY": True, "HOSO_INSURER_GATEWAY_RATE": 10_000}
    settings.PULL_GATEWAY = "hoso.gateways.sftp.simulated.SimulatedSftp"
    facility = ensure_facility("01000")
    server = Server(folder.name, 22, "hoso", "/out", HOST_KEY, "password", str(folder / "secret"))
    out = folder_of(server)
    out.mkdir(parents=True)
    add_folder(operator("hostile"), facility, folder / "drop", settle=0)
    add_source(operator("hostile"), facility, server, Habits(settle_seconds=0))
    secret = md5_of(issue_secret(operator("hostile"), facility).password)
    answer = _asked("/bhxh/api/token/take", {"username": "01000_BV", "password": secret})["APIKey"]
    yield Ways(
        folder / "drop", out,
        {"accessToken": answer["access_token"], "tokenId": answer["id_token"], "passwordHash": secret},
    )  # fmt: skip
    settings.ENVIRONMENT, settings.PULL_GATEWAY = before
    shutil.rmtree(out.parent)


def _asked(path: str, fields: dict[str, str], **headers: str) -> dict[str, Any]:
    response = Client().post(path, json.dumps(fields), "application/json", headers=headers)
    assert response.status_code < 500, response.content
    answer: dict[str, Any] = json.loads(response.content)
    return answer


def _ending(content: bytes) -> str:
    return "zip" if content.startswith(b"PK") else "xml"


def _outcome(result: bytes) -> set[str]:
    """The codes a result's file tells."""
    told = json.loads(result)
    if told["state"] == "refused":
        return {told["refusal"]["code"]}
    account = told["account"]
    found = {finding["code"] for finding in told["findings"]}
    return found | ({FILED} if account["filed"] or account["corrected"] or account["unchanged"] else set())


@pytest.mark.parametrize("hostile", CORPUS, ids=lambda hostile: hostile.name)
def test_a_dropped_file(hostile: Hostile, ways: Ways) -> None:
    content = hostile.make()
    with undone():
        path = ways.drop / f"hostile.{_ending(content)}"
        path.write_bytes(content)
        os.utime(path, (LONG_AGO, LONG_AGO))  # one that does not end as a package is waited for
        assert look_at_all() == 1
        take_in_open_packages()
        assert _kept(last_package()) == content
        (ways.drop / "next.xml").write_bytes(GOOD)
        assert look_at_all() == 1
        take_in_open_packages()
        look_at_all()
        (told,) = ways.drop.glob("*/hostile.*.json")
        assert _outcome(told.read_bytes()) & set(hostile.codes)
        (told,) = ways.drop.glob("done/next.*.json")
        assert _outcome(told.read_bytes()) >= {FILED}
    for folder in ways.drop.iterdir():
        shutil.rmtree(folder)


@pytest.mark.parametrize("hostile", CORPUS, ids=lambda hostile: hostile.name)
def test_a_fetched_file(hostile: Hostile, ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "WAIT_FOR_THE_END", 0)
    content = hostile.make()
    name = f"hostile.{_ending(content)}"
    with undone():
        (ways.out / name).write_bytes(content)
        assert _fetched() == 1
        assert _kept(last_package()) == content
        (ways.out / "next.xml").write_bytes(GOOD)
        assert _fetched() == 1
        assert _fetched() == 0
        assert [source.trouble for source in pull_sources()] == [""]
        assert _outcome((ways.out / f"{name}.ketqua.json").read_bytes()) & set(hostile.codes)
        assert _outcome((ways.out / "next.xml.ketqua.json").read_bytes()) >= {FILED}
    for path in ways.out.iterdir():
        path.unlink()


def _fetched() -> int:
    taken = sum(map(fetching.look_at, pull_sources()))
    take_in_open_packages()
    return taken


@pytest.mark.parametrize("hostile", CORPUS, ids=lambda hostile: hostile.name)
def test_a_file_sent_through_the_gateway(hostile: Hostile, ways: Ways) -> None:
    """What the first look refuses is not received and has a code of the catalogue; what is received ends with its own."""
    content = hostile.make()
    with undone():
        answer = _sent(ways, content)
        if answer["maKetQua"] == "200":
            assert _kept(last_package()) == content
            take_in_open_packages()
            assert _codes_of_last() & set(hostile.codes)
        else:
            assert answer["thongDiep"][:6] in codes() and answer["maGiaoDich"] == ""
            assert rows("SELECT 1 FROM intake_package WHERE channel = 'gateway'") == []
        assert _sent(ways, GOOD)["maKetQua"] == "200"
        take_in_open_packages()
        assert _codes_of_last() >= {FILED}


def _sent(ways: Ways, content: bytes) -> dict[str, Any]:
    fields = {"username": "01000_BV", "loaiHoSo": "130", "maTinh": "01", "maCSKCB": "01000"}
    sent = {**fields, "fileHSBase64": b64encode(content).decode()}
    return _asked("/bhxh/api/qd130/guiHoSoXmlQD3176", sent, **ways.session)


def _codes_of_last() -> set[str]:
    number = last_package()
    refused = one("SELECT coalesce(refusal->>'code', '') FROM intake_package WHERE id = %s", number)
    found = {str(row[0]) for row in rows("SELECT code FROM intake_finding WHERE package_id = %s", number)}
    filed = rows(
        "SELECT 1 FROM intake_visit WHERE package_id = %s AND state IN ('filed', 'corrected', 'unchanged')", number
    )
    return found | ({refused} if refused else set()) | ({FILED} if filed else set())
