"""What is odd about a package as a whole: said of it, while its visits are taken in."""

from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.utils import timezone

from hoso.engines.intake import queries as intake_queries
from tests.claim_packages import CHECK_IN, package, sample_3176
from tests.intaking import Intake, asker, last_package, one, rows

CLAIM = sample_3176()
LEFT = CLAIM.summary["NGAY_RA"][:8]


def remarks() -> list[str]:
    number = last_package()
    found: Any = asker("intake_officer").ask("package.read", lambda scope: intake_queries.package(scope, number))
    return [str(remark["code"]) for remark in found.remarks]


def sent(made_on: str = "20250315", count: str = "1") -> bytes:
    return package(CLAIM, made_on).replace(b"<SOLUONGHOSO>1<", f"<SOLUONGHOSO>{count}<".encode())


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (sent(), []),
        (sent(LEFT), []),
        (sent(count="3"), ["HS3013"]),
        (sent(count=""), []),
        (sent(made_on=""), ["HS3410"]),
        (sent(made_on="20250231"), ["HS3410"]),
        (sent(made_on="20990101"), ["HS3411"]),
        (sent(made_on="20200101"), ["HS3412"]),
        (sent(made_on="20200101", count="2"), ["HS3013", "HS3412"]),
    ],
    ids=["sound", "made when the visit ended", "wrong count", "no count", "no day", "not a day", "to come", "before its visits", "both"],
)  # fmt: skip
def test_each_oddity_is_said_and_the_visit_taken_in(content: bytes, codes: list[str], intake: Intake) -> None:
    assert intake.send(content).filed == 1
    assert remarks() == codes


def test_the_visits_of_each_envelope_are_counted(intake: Intake) -> None:
    three = [CLAIM.with_(MA_LK=f"SYN.{n}") for n in range(3)]
    assert intake.file(*three).filed == 3
    assert remarks() == []
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        archive.writestr("1.xml", package(three[:2]))
        archive.writestr("2.xml", package(three[2:]))
        archive.writestr("3.xml", package(three[2:]).replace(b"<SOLUONGHOSO>1<", b"<SOLUONGHOSO>4<"))
    assert intake.send(stream.getvalue(), "three.zip").unchanged == 4
    assert remarks() == ["HS3013"]


def test_a_check_in_file_has_no_envelope_to_be_odd(intake: Intake) -> None:

    intake.send(CHECK_IN.read_bytes())
    assert remarks() == []


def test_a_day_to_come_does_not_keep_corrections_out(intake: Intake) -> None:
    intake.send(sent("20990101"))
    assert intake.file(CLAIM.changed(4, 1, GIA_TRI="9"), made_on=f"{timezone.localdate():%Y%m%d}").corrected == 1
    assert rows("SELECT past FROM intake_visit ORDER BY package_id") == [(False,), (False,)]
    assert one("SELECT made_on FROM intake_current_visit") <= date.today()
