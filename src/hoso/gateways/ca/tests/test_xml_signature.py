"""XAdES signatures of packages: good ones are good to xmlsec too, and a change is caught by both."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import xmlsec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from lxml import etree

from hoso.core.errors import HosoError
from hoso.engines.documents.signing.checking import check_signature
from hoso.engines.documents.signing.xml_checking import check_xml
from hoso.engines.documents.signing.xml_signature import DSIG, XADES, signed_xml
from hoso.gateways.ca.simulated import SimulatedAuthority
from hoso.gateways.ca.tests.test_signing import _once

NOW = datetime.now(UTC).replace(microsecond=0)  # within the life of certificates that the test makes
PACKAGE = (
    b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<GIAMDINHHS><THONGTINDONVI><MACSKCB>01000</MACSKCB></THONGTINDONVI><THONGTINHOSO>"
    b"<SOLUONGHOSO>1</SOLUONGHOSO><DANHSACHHOSO><HOSO><FILEHOSO><LOAIHOSO>XML1</LOAIHOSO><NOIDUNGFILE>PGE+4bu2PC9hPg==</NOIDUNGFILE>"
    b"</FILEHOSO></HOSO></DANHSACHHOSO></THONGTINHOSO><CHUKYDONVI/></GIAMDINHHS>\n"
)  # fmt: skip


@pytest.fixture
def authority(settings: Any, tmp_path: Path) -> SimulatedAuthority:
    settings.HOSO_HOME = tmp_path
    settings.SIGNING_AUTHORITY = "hoso.gateways.ca.simulated.SimulatedAuthority"
    return SimulatedAuthority()


def xmlsec_holds(content: bytes, authority: SimulatedAuthority) -> bool:
    """The judgement of another implementation: every reference, the signature, and the chain to the root."""
    manager = xmlsec.KeysManager()
    manager.load_cert_from_memory(authority.roots()[0].public_bytes(Encoding.PEM), xmlsec.constants.KeyDataFormatPem, xmlsec.constants.KeyDataTypeTrusted)  # fmt: skip
    root = etree.fromstring(content)
    xmlsec.tree.add_ids(root, ["Id"])
    node = root.find(f".//{{{DSIG}}}Signature")
    assert node is not None
    try:
        context: Any = xmlsec.SignatureContext
        context(manager).verify(node)
    except xmlsec.Error:
        return False
    return True


def test_a_signed_package_is_good_to_us_and_to_xmlsec(authority: SimulatedAuthority) -> None:
    signed = signed_xml(PACKAGE, authority, NOW)
    found = check_signature(signed)
    assert found.good and found.kind == "xml" and found.signed_at == NOW and "thử nghiệm" in found.signer
    assert xmlsec_holds(signed, authority)
    root = etree.fromstring(signed)
    (place,) = root.iter("CHUKYDONVI")
    assert place[0].tag == f"{{{DSIG}}}Signature"
    properties: Any = root.find(f".//{{{XADES}}}SignedSignatureProperties")
    assert [etree.QName(one).localname for one in properties] == ["SigningTime", "SigningCertificateV2"]


def test_signing_again_takes_the_place_of_the_old_signature(authority: SimulatedAuthority) -> None:
    again = signed_xml(signed_xml(PACKAGE, authority, NOW), authority, NOW + timedelta(hours=1))
    assert check_xml(again, authority).signed_at == NOW + timedelta(hours=1) and xmlsec_holds(again, authority)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b">01000<", b">01001<"), (b"PGE+", b"PGI+"), (b"day of signing", b"day after"),
        (b"</MACSKCB>", b"</MACSKCB><MORE/>"),
    ],
)  # fmt: skip
def test_a_change_is_caught_by_both(authority: SimulatedAuthority, before: bytes, after: bytes) -> None:
    signed = signed_xml(PACKAGE, authority, NOW)
    if before == b"day of signing":
        before, after = (f"{NOW + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}".encode() for days in (0, 1))
    assert before in signed
    changed = signed.replace(before, after)
    assert not check_xml(changed, authority).intact and not xmlsec_holds(changed, authority)


def test_content_hidden_in_the_signature_does_not_count_as_signed(authority: SimulatedAuthority) -> None:
    """The signature leaves itself out of what it signs: a visit put there is signed by nobody."""
    signed = signed_xml(PACKAGE, authority, NOW)
    smuggled = signed.replace(b"</ds:Signature>", b"<ds:Object><HOSO/></ds:Object></ds:Signature>")
    assert xmlsec_holds(smuggled, authority)  # formally right, which is the danger
    assert not check_xml(smuggled, authority).intact


def test_a_signature_of_a_part_alone_does_not_count(authority: SimulatedAuthority) -> None:
    signed = signed_xml(PACKAGE, authority, NOW)
    wrapped = signed.replace(b'URI=""', b'URI="#part"').replace(b"<DANHSACHHOSO>", b'<DANHSACHHOSO Id="part">')
    assert not check_xml(wrapped, authority).intact


def test_somebody_elses_signature_is_intact_and_not_believed(
    authority: SimulatedAuthority, settings: Any, tmp_path: Path
) -> None:
    settings.HOSO_HOME = tmp_path / "other"
    signed = signed_xml(PACKAGE, SimulatedAuthority(), NOW)
    found = check_xml(signed, authority)
    assert (found.intact, found.believed) == (True, False)
    assert not check_xml(signed_xml(PACKAGE, authority, NOW + timedelta(days=20000)), authority).believed


def test_a_plain_signature_of_xmlsec_is_read(authority: SimulatedAuthority) -> None:
    """Made by another implementation, without XAdES: intact, of a moment that nobody says."""
    from cryptography.hazmat.primitives.serialization import NoEncryption, PrivateFormat

    root = etree.fromstring(PACKAGE)
    node = xmlsec.template.create(
        root, xmlsec.constants.TransformExclC14N, xmlsec.constants.TransformRsaSha256, ns="ds"
    )
    reference = xmlsec.template.add_reference(node, xmlsec.constants.TransformSha256, uri="")
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(node))
    next(root.iter("CHUKYDONVI")).append(node)
    context = xmlsec.SignatureContext()
    pem = authority._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
    context.key.load_cert_from_memory(authority.certificates()[0].public_bytes(Encoding.PEM), xmlsec.constants.KeyDataFormatPem)  # fmt: skip
    context.sign(node)
    found = check_xml(etree.tostring(root), authority)
    assert found.good and found.signed_at is None


@hypothesis_settings(deadline=None)
@given(st.data())
def test_no_changed_byte_of_a_package_passes(data: Any) -> None:
    authority = _once()
    signed = signed_xml(PACKAGE, authority, NOW)
    at = data.draw(st.integers(0, len(signed) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda one: one != signed[at]))
    changed = signed[:at] + bytes([other]) + signed[at + 1 :]
    try:
        found = check_xml(changed, authority)
    except HosoError as error:
        assert error.code == "HS5231"
    else:
        # White space at the ends of the file and inside base64 is no content, nor is a prefix's name.
        same = etree.tostring(etree.fromstring(changed), method="c14n") == etree.tostring(etree.fromstring(signed), method="c14n")  # fmt: skip
        assert not found.good or same or _only_signature_differs(signed, changed)


def _only_signature_differs(one: bytes, other: bytes) -> bool:
    """Whether everything that another reader takes for content is the same."""

    def content(xml: bytes) -> bytes:
        root: Any = etree.fromstring(xml)
        for node in list(root.iter(f"{{{DSIG}}}Signature")):
            node.getparent().remove(node)
        return bytes(etree.tostring(root, method="c14n"))

    return content(one) == content(other)


@pytest.mark.parametrize("content", [b"<a/>", b"<a", b"<!DOCTYPE a><a/>", PACKAGE])
@pytest.mark.usefixtures("authority")
def test_a_file_without_a_signature_is_told_so(content: bytes) -> None:
    with pytest.raises(HosoError, match="HS5231"):
        check_signature(content)


def test_what_has_no_place_for_a_signature_is_refused(authority: SimulatedAuthority) -> None:
    for content in (b"<a/>", b"no xml", b"<!DOCTYPE a><a><CHUKYDONVI/></a>"):
        with pytest.raises(HosoError, match="HS3445"):
            signed_xml(content, authority, NOW)
