"""What leaves the house tells nobody of what is withheld from them: packages by page and by command, and refusals of these.

A claim keeps its HIV codes (Luật phòng, chống HIV/AIDS Đ30.3b) for the facility that sent it; to everybody else a package with
such a visit, one without, and none at all are the same. What is printed is a page of the person and walked with the others.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.test import Client

from hoso.cli.export import export
from tests.claim_packages import sample_3176
from tests.intaking import Intake, last_package, sign_in, undone
from tests.side_channels import ELSEWHERE, HOSPITAL, UUID_TEXT, client_of, later, other_person

HIDDEN, PLAIN, NONE = "SYN.HIDDEN", "SYN.PLAIN", "SYN.NONE"
EXPORTED = {"standard": "qd3176", "reason": "đối chiếu với BHXH", "incomplete": "yes"}


@pytest.fixture(scope="module")
def packages(filled: Callable[[], Intake]) -> Iterator[tuple[int, int, int]]:
    """A package with a visit for HIV, one with an ordinary visit, and the number of none."""
    intake, claim = filled(), sample_3176()
    with undone():
        intake.file(later(claim, HIDDEN, MA_BENH_CHINH="B20"), made_on="20250430")
        hidden = last_package()
        intake.file(other_person(later(claim, PLAIN), PLAIN), made_on="20250430")
        yield hidden, last_package(), last_package() + 1000


def _asked(client: Client, package: int, **more: str) -> list[tuple[int, str]]:
    """The form, the file, and the pages of a package that name its visits, with the package's own number taken out."""
    start = f"/intake/packages/{package}"
    answers = [
        client.get(f"{start}/export/"), client.post(f"{start}/export/file/", EXPORTED | more), client.get(f"{start}/"),
        client.get(f"{start}/original/"), client.get(f"{start}/visits/1/xml/"), client.get(f"{start}/findings.xlsx"),
    ]  # fmt: skip
    return [
        (
            one.status_code,
            _words(
                _content(one)
                .decode(errors="replace")
                .replace(f"packages/{package}/", "packages/PACKAGE/")
                .replace(f" {package}<", " PACKAGE<")
            ),
        )
        for one in answers
    ]


def _content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def _words(page: str) -> str:
    return UUID_TEXT.sub("ID", re.sub(r"[A-Za-z0-9]{64}", "", page))


@pytest.mark.parametrize(
    ("role", "facility"),
    [
        ("doctor", HOSPITAL),
        ("release_officer", HOSPITAL),
        ("facility_records_officer", ELSEWHERE),
        ("payment_officer", HOSPITAL),
    ],
)
def test_a_package_with_it_and_one_without_are_the_same(
    role: str, facility: str, packages: tuple[int, int, int]
) -> None:
    client = client_of(sign_in(role, facility))
    with_it, without, none = (_asked(client, package) for package in packages)
    assert with_it == without == none
    assert all(status in (200, 400, 403, 404, 422) for status, _ in with_it)
    assert with_it[1][0] != 200, "nothing leaves"


def _command(account: str, visit: str, out: Path, reason: str = "đối chiếu") -> Result:
    return CliRunner().invoke(
        export,
        ["--standard", "3176", "--visit", f"{HOSPITAL}/{visit}", "--out", str(out), "--account", account,
         "--reason", reason, "--incomplete"],
    )  # fmt: skip


def test_the_command_tells_no_more(packages: tuple[int, int, int], tmp_path: Path) -> None:
    for role, facility in (("doctor", HOSPITAL), ("facility_records_officer", ELSEWHERE)):
        username = sign_in(role, facility).username
        told = []
        for number, visit in enumerate((HIDDEN, PLAIN, NONE)):
            out = tmp_path / f"{role}.{number}"
            result = _command(username, visit, out)
            left = sorted(
                (path.name.replace(out.name, "OUT"), path.read_bytes())
                for path in tmp_path.glob(f"{out.name}*")
                if path.is_file()
            )
            told.append(
                (
                    result.exit_code,
                    str(result.exception),
                    result.output.replace(visit, "VISIT").replace(str(out), "OUT"),
                    left,
                )
            )
        assert told[0] == told[1] == told[2]


def test_the_facility_that_sent_it_exports_it(packages: tuple[int, int, int], tmp_path: Path) -> None:
    """The comparison is not of refusals alone: who sent the visit has it back, its HIV codes with it."""
    client = client_of(sign_in("facility_records_officer", HOSPITAL))
    answer = client.post(f"/intake/packages/{packages[0]}/export/file/", EXPORTED)
    assert answer.status_code == 200 and answer["Content-Type"] == "application/zip"
