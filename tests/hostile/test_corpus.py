"""Every hostile file through every way in: its own coded error, nothing lost, the next package untouched, memory bounded."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hoso.core.accounts.credentials import issue_token
from hoso.core.errors.catalogue import codes
from hoso.core.files.originals import open_original
from tests.claim_packages import package, sample_3176
from tests.hostile.corpus import FILED, Hostile, corpus
from tests.intaking import Intake, last_package, one, rows, sign_in, undone

GOOD = package(sample_3176().with_(MA_LK="SYN.NEXT"))
CORPUS = corpus()
MOST_MEMORY_MB = 300


@pytest.fixture(scope="module")
def house(filled: Callable[[], Intake]) -> Iterator[tuple[Intake, Client, str]]:
    """The way in by command, a signed-in officer's window, an API token."""
    intake = filled()
    account = sign_in("intake_officer")
    window = Client()
    window.force_login(account)
    yield intake, window, issue_token(account, "hostile", 1)


def test_there_are_more_than_a_hundred() -> None:
    assert len(CORPUS) >= 100
    assert {code for hostile in CORPUS for code in hostile.codes} <= {FILED, *codes()}


@pytest.mark.parametrize("hostile", CORPUS, ids=lambda hostile: hostile.name)
def test_a_hostile_file_gets_its_code_and_harms_nobody(hostile: Hostile, house: tuple[Intake, Client, str]) -> None:
    intake, window, token = house
    content = hostile.make()
    ending = "zip" if content.startswith(b"PK") else "xml"
    with undone():
        assert _outcome(intake, content, f"hostile.{ending}") & set(hostile.codes)
        assert _kept(last_package()) == content
        _by_page(window, content, ending)
        _by_api(token, content, ending)
        assert intake.send(GOOD, "next.xml").filed == 1


def _outcome(intake: Intake, content: bytes, name: str) -> set[str]:
    """The code of the refusal, or the errors and states of the visits."""
    account = intake.send(content, name)
    assert account.balances
    if account.refused:
        return {str(one("SELECT refusal->>'code' FROM intake_package WHERE id = %s", last_package()))}
    found = {row[0] for row in rows("SELECT code FROM intake_finding WHERE package_id = %s", last_package())}
    return found | ({FILED} if account.filed or account.corrected or account.unchanged else set())


def _kept(package_id: int) -> bytes:
    with closing(open_original(bytes(one("SELECT sha256 FROM intake_package WHERE id = %s", package_id)))) as stream:
        return stream.read()


def _by_page(window: Client, content: bytes, ending: str) -> None:
    response = window.post("/intake/upload/", {"files": SimpleUploadedFile(f"h.{ending}", content)})
    assert response.status_code in (302, 422), response.content  # Django's form itself leaves an empty file away
    if response.status_code == 302:
        assert _kept(last_package()) == content
        assert one("SELECT channel FROM intake_package WHERE id = %s", last_package()) == "upload"


def _by_api(token: str, content: bytes, ending: str) -> None:
    headers = {"authorization": f"Bearer {token}"}
    kind = "application/zip" if ending == "zip" else "application/xml"
    response = Client().generic("POST", "/api/v1/intake/packages", content, kind, headers=headers)
    if not content:
        assert response.status_code == 422  # the test client sends no kind of content with nothing
        return
    assert response.status_code == 202, response.content
    assert _kept(last_package()) == content


MEASURE = """
import io, pathlib, resource, sys
from hoso.core.errors import HosoError
from hoso.engines.intake.archives import read_package
from hoso.engines.intake.preparing import prepare, settle_helper
settle_helper()
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
rest, visits, refused = peak(), 0, 0
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    with path.open("rb") as stream:
        try:
            for raw in read_package(stream, path.name):
                prepare(raw, None)
                visits += 1
        except HosoError:
            refused += 1
    print(path.name, peak() - rest)
print(visits, refused, peak() - rest)
"""


def test_memory_stays_within_bounds_over_the_whole_corpus(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for number, hostile in enumerate(CORPUS):
        (folder / f"{number:03}").write_bytes(hostile.make())
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(folder)], capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stderr[-2000:]
    visits, refused, above_rest = map(int, done.stdout.splitlines()[-1].split())
    assert visits + refused >= len(CORPUS)
    assert above_rest < MOST_MEMORY_MB, done.stdout
