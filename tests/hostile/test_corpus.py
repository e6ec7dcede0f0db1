"""Every hostile file through every way in: its own coded error, nothing lost, the next package untouched, memory bounded."""

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
from tests.hostile.memory import MOST_ABOVE_REST, measured, read_whole
from tests.intaking import Intake, last_package, one, rows, sign_in, undone

GOOD = package(sample_3176().with_(MA_LK="SYN.NEXT"))
CORPUS = corpus()


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


def test_memory_stays_within_bounds_at_every_file(tmp_path: Path) -> None:
    for number, hostile in enumerate(CORPUS):
        (tmp_path / f"{number:03}-{hostile.name.replace('/', '-')}").write_bytes(hostile.make())
    found = measured(tmp_path)
    assert len(found) == len(CORPUS)
    assert {name: mb for name, mb in found.items() if mb >= MOST_ABOVE_REST} == {}
    assert max(found.values()) > 10, "the largest files of the corpus leave a mark on a measure that works"


def test_the_measure_trips_on_a_reader_that_keeps_everything(tmp_path: Path) -> None:
    small, large = tmp_path / "1-small", tmp_path / "2-large"
    small.write_bytes(b"x" * 1000)
    with large.open("wb") as file:
        file.truncate(MOST_ABOVE_REST * 1024**2)
    (tmp_path / "3-small").write_bytes(b"x" * 1000)
    found = measured(tmp_path, read_whole)
    assert found["2-large"] >= MOST_ABOVE_REST
    assert max(found["1-small"], found["3-small"]) < 20, "the file before leaves nothing in the next one's measure"
