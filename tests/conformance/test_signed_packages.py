"""Packages that leave signed and packages that arrive signed: one remark on the whole, nothing refused."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hoso.core.access.actor import Actor
from hoso.engines.documents.signing.xml_checking import check_xml
from hoso.engines.documents.signing.xml_signature import signed_xml
from hoso.engines.intake.outbound.running import export_to
from hoso.engines.intake.outbound.selection import Order, Selection
from hoso.gateways.ca.simulated import SimulatedAuthority
from hoso.gateways.ca.tests.test_xml_signature import xmlsec_holds
from tests.claim_packages import package, sample_3176
from tests.intaking import Intake, one, state

NOW = datetime.now(UTC).replace(microsecond=0)  # within the life of certificates that the test makes


@pytest.fixture
def authority(intake: Intake, settings: Any, tmp_path: Path) -> SimulatedAuthority:
    settings.HOSO_HOME = tmp_path / "ca"
    authority = SimulatedAuthority()
    settings.SIGNING_AUTHORITY = "hoso.gateways.ca.simulated.SimulatedAuthority"
    return authority


def content() -> bytes:
    plain = package([sample_3176()], "20250315")
    return plain if b"CHUKYDONVI" in plain else plain.replace(b"</GIAMDINHHS>", b"<CHUKYDONVI/></GIAMDINHHS>")


def remarks() -> list[str]:
    found = one("SELECT remarks::text FROM intake_package ORDER BY id DESC LIMIT 1") or "[]"
    return [code for code in ("HS3446", "HS3447", "HS3448") if code in found]


def test_what_a_signed_package_is_told(
    intake: Intake, authority: SimulatedAuthority, settings: Any, tmp_path: Path
) -> None:
    signed = signed_xml(content(), authority, NOW)
    home = settings.HOSO_HOME
    intake.send(signed)
    assert remarks() == ["HS3448"] and state() in ("filed", "corrected")
    intake.send(signed.replace(b"<NGAYLAP>20250315<", b"<NGAYLAP>20250316<"))
    assert remarks() == ["HS3446"] and state() == "unchanged"
    settings.HOSO_HOME = tmp_path / "stranger"
    foreign = signed_xml(content(), SimulatedAuthority(), NOW)
    settings.HOSO_HOME = home
    intake.send(foreign)
    assert remarks() == ["HS3447"]
    intake.send(content() + b"\n")
    assert remarks() == []


def test_without_an_authority_nothing_is_said(intake: Intake, authority: SimulatedAuthority, settings: Any) -> None:
    settings.SIGNING_AUTHORITY = ""
    intake.send(signed_xml(content(), authority, NOW))
    assert remarks() == []


@pytest.mark.parametrize("name", ["one.xml", "folder"])
def test_an_export_is_signed(
    intake: Intake, authority: SimulatedAuthority, actor: Callable[..., Actor], tmp_path: Path, name: str
) -> None:
    intake.file(sample_3176())
    chosen = Selection(visits=(("01000", "SYN3176.0000001"),))
    order = Order(actor("intake_officer"), chosen, "qd3176", "gửi lại")
    target = tmp_path / name
    summary = export_to(order, target, sign=lambda written: signed_xml(written, authority, NOW))
    assert summary.signed and summary.written == 1
    (file,) = [target] if name.endswith(".xml") else target.glob("*.xml")
    assert check_xml(file.read_bytes(), authority).good and xmlsec_holds(file.read_bytes(), authority)
    assert "đã ký số" in target.with_name(f"{name}.bao-cao.txt").read_text()
    intake.send(file.read_bytes())
    assert remarks() == ["HS3448"]
