"""Signatures of PDF and FHIR documents: good ones are good to outside programs too, and a changed byte is caught."""

import json
import subprocess
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PublicFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from hypothesis import given
from hypothesis import strategies as st

from hoso.core.errors import HosoError
from hoso.engines.documents.signing.bundle_signature import check_bundle, signed_bundle
from hoso.engines.documents.signing.checking import check_signature
from hoso.engines.documents.signing.pdf_checking import check_pdf
from hoso.engines.documents.signing.pdf_signature import signed_pdf
from hoso.engines.documents.typst_pdf import typst_pdf
from hoso.gateways.ca.key_files import KeyFileAuthority
from hoso.gateways.ca.live import LiveAuthority
from hoso.gateways.ca.simulated import SimulatedAuthority

NOW = datetime.now(UTC).replace(microsecond=0)  # within the life of certificates that the test makes
BUNDLE = '{"resourceType":"Bundle","type":"document","entry":[{"resource":{"value":1.10,"text":"Ỷ, \\"signature\\":{"}}]}'.encode()


@pytest.fixture
def authority(settings: Any, tmp_path: Path) -> SimulatedAuthority:
    settings.HOSO_HOME = tmp_path
    settings.SIGNING_AUTHORITY = "hoso.gateways.ca.simulated.SimulatedAuthority"
    return SimulatedAuthority()


@pytest.fixture
def pdf(authority: SimulatedAuthority, tmp_path: Path) -> bytes:
    (tmp_path / "one.typ").write_text("Giấy ra viện")
    return signed_pdf(typst_pdf(tmp_path / "one.typ", {}), authority, "thử")


def _openssl(*words: str) -> int:
    return subprocess.run(["openssl", *words], capture_output=True, check=False).returncode


def _cms_holds(content: bytes, authority: SimulatedAuthority, folder: Path) -> bool:
    """OpenSSL's judgement of the PDF's signature: the bytes of its ByteRange against its CMS."""
    begin = content.rfind(b"/ByteRange")
    first = content[begin:].split(b"[")[1].split(b"]")[0].split()
    a, b, c, d = (int(one) for one in first)
    (folder / "signed").write_bytes(content[a : a + b] + content[c : c + d])
    (folder / "cms").write_bytes(bytes.fromhex(content[a + b + 1 : c - 1].decode()))
    (folder / "root.pem").write_bytes(authority.roots()[0].public_bytes(Encoding.PEM))
    return not _openssl(
        "cms", "-verify", "-binary", "-inform", "DER", "-in", str(folder / "cms"), "-content", str(folder / "signed"),
        "-CAfile", str(folder / "root.pem"), "-purpose", "any", "-out", str(folder / "out"),
    )  # fmt: skip


def test_a_signed_pdf_is_good_to_us_and_to_openssl(pdf: bytes, authority: SimulatedAuthority, tmp_path: Path) -> None:
    found = check_pdf(pdf, authority)
    assert found.good and "thử nghiệm" in found.signer and "không có giá trị pháp lý" in found.issuer
    assert found.signed_at is not None and abs(found.signed_at - datetime.now(UTC)) < timedelta(minutes=5)
    assert b"ETSI.CAdES.detached" in pdf
    assert _cms_holds(pdf, authority, tmp_path)


def test_a_changed_byte_of_a_pdf_is_caught_by_us_and_by_openssl(
    pdf: bytes, authority: SimulatedAuthority, tmp_path: Path
) -> None:
    changed = bytearray(pdf)
    changed[pdf.find(b"stream") + 40] ^= 1
    assert not _cms_holds(bytes(changed), authority, tmp_path)
    assert not check_pdf(bytes(changed), authority).intact


def test_what_is_added_behind_a_signed_pdf_is_caught(pdf: bytes, authority: SimulatedAuthority) -> None:
    from io import BytesIO

    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer, out = IncrementalPdfFileWriter(BytesIO(pdf)), BytesIO()
    writer.add_object(generic.pdf_string("more"))
    writer.write(out)  # type: ignore[no-untyped-call]
    assert len(out.getvalue()) > len(pdf) and not check_pdf(out.getvalue(), authority).good


def test_a_signed_bundle_is_good_to_us_and_to_openssl(authority: SimulatedAuthority, tmp_path: Path) -> None:
    signed = signed_bundle(BUNDLE, authority, NOW)
    found = check_bundle(signed, authority)
    assert found.good and found.signed_at == NOW
    signature = json.loads(signed)["signature"]
    head, _, made = b64decode(signature["data"]).decode().split(".")
    from base64 import urlsafe_b64decode, urlsafe_b64encode

    payload = urlsafe_b64encode(BUNDLE).rstrip(b"=")
    (tmp_path / "input").write_bytes(head.encode() + b"." + payload)
    (tmp_path / "made").write_bytes(urlsafe_b64decode(made + "=="))
    key = authority.certificates()[0].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key.pem").write_bytes(key)
    words = ["dgst", "-sha256", "-verify", str(tmp_path / "key.pem"), "-signature", str(tmp_path / "made")]
    assert _openssl(*words, str(tmp_path / "input")) == 0
    (tmp_path / "input").write_bytes(head.encode() + b"." + payload[::-1])
    assert _openssl(*words, str(tmp_path / "input")) != 0


@given(st.data())
def test_no_changed_byte_of_a_bundle_passes(data: Any) -> None:
    authority = _once()
    signed = signed_bundle(BUNDLE, authority, NOW)
    at = data.draw(st.integers(0, len(BUNDLE) + 40))
    other = data.draw(st.integers(0, 255).filter(lambda one: one != signed[at]))
    changed = signed[:at] + bytes([other]) + signed[at + 1 :]
    try:
        found = check_bundle(changed, authority)
    except HosoError as error:
        assert error.code == "HS5231"
    else:
        assert not found.good


_made: list[KeyFileAuthority] = []


def _once() -> KeyFileAuthority:
    """One authority for all examples: its key takes a while to make."""
    if not _made:
        from cryptography.hazmat.primitives.asymmetric import rsa

        from hoso.gateways.ca.simulated import _certificate

        key = rsa.generate_private_key(65537, 2048)
        root = _certificate("root", "root", key, key, ca=True)
        _made.append(KeyFileAuthority(key, (root,), (root,)))
    return _made[0]


def test_somebody_elses_signature_is_intact_and_not_believed(
    authority: SimulatedAuthority, settings: Any, tmp_path: Path
) -> None:
    settings.HOSO_HOME = tmp_path / "other"
    other = SimulatedAuthority()
    signed = signed_bundle(BUNDLE, other, NOW)
    assert (check_bundle(signed, authority).intact, check_bundle(signed, authority).believed) == (True, False)
    late = signed_bundle(BUNDLE, authority, NOW + timedelta(days=20000))
    assert not check_bundle(late, authority).believed  # after the certificate's end


def test_a_key_file_of_an_authority(authority: SimulatedAuthority, settings: Any, tmp_path: Path) -> None:
    content = serialize_key_and_certificates(
        b"x", authority._key, authority.certificates()[0], list(authority.roots()), BestAvailableEncryption(b"secret"),
    )  # fmt: skip
    (tmp_path / "key.p12").write_bytes(content)
    (tmp_path / "roots.pem").write_bytes(authority.roots()[0].public_bytes(Encoding.PEM))
    known = {
        "HOSO_CA_FILE": str(tmp_path / "key.p12"),
        "HOSO_CA_PASSWORD": "secret",
        "HOSO_CA_ROOTS": str(tmp_path / "roots.pem"),
    }
    settings.ENVIRONMENT = {**settings.ENVIRONMENT, **known}
    assert check_bundle(signed_bundle(BUNDLE, LiveAuthority(), NOW), LiveAuthority()).good
    settings.ENVIRONMENT = {**settings.ENVIRONMENT, **known, "HOSO_CA_PASSWORD": "wrong"}
    with pytest.raises(HosoError, match="HS5232"):
        LiveAuthority()


@pytest.mark.parametrize("content", [b"", b"words", b"{}", b'{"signature":{}}', b"%PDF-1.7 nothing", b'{"a":1,"signature":{"data":"eA=="}}'])  # fmt: skip
@pytest.mark.usefixtures("authority")
def test_a_file_without_a_signature_is_told_so(content: bytes) -> None:
    with pytest.raises(HosoError, match="HS5231"):
        check_signature(content)
