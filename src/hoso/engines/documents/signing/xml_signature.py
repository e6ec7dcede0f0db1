"""XAdES baseline B signatures of XML (ETSI EN 319 132-1) by SignXML, which this file and `xml_checking.py` know.

Enveloped: the signature stands inside what it signs, in the element that the exchange has for it (`CHUKYDONVI` of GIAMDINHHS), and
covers the whole file but itself.
"""

from datetime import UTC, datetime
from typing import Any

from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod
from signxml.xades.xades import XAdESDataObjectFormat, XAdESSigner

from hoso.core.errors import HosoError
from hoso.engines.documents.signing.authority import SigningAuthority

DSIG = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
PLACE = "CHUKYDONVI"


class _Key:
    """Stands where the library wants a key: the authority signs, no key comes into this process."""

    def __init__(self, authority: SigningAuthority) -> None:
        self.authority = authority

    def sign(self, data: bytes, padding: Any, algorithm: Any) -> bytes:
        return self.authority.sign(data)


class _Signer(XAdESSigner):
    """With the moment that is given, so that the same file signed for the same moment is the same."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment
        super().__init__(
            data_object_format=XAdESDataObjectFormat("GIAMDINHHS", "text/xml"),
            method=SignatureConstructionMethod.enveloped,
            # That of references that name none (XML-DSig 4.4.3.2); the library hashes by it those it adds without a transform.
            c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_0,
        )

    def add_signing_time(self, signed_signature_properties: Any, sig_root: Any, signing_settings: Any) -> None:
        made = etree.SubElement(signed_signature_properties, f"{{{XADES}}}SigningTime")
        made.text = self.moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def signed_xml(content: bytes, authority: SigningAuthority, moment: datetime, place: str = PLACE) -> bytes:
    """The file with a signature in the first element of that name, which is emptied before.

    Raises HosoError HS3445 where the file is no such XML, HS5232.
    """
    root = parsed(content)
    found = None if root is None else next(root.iter(f"{{*}}{place}"), None)
    if root is None or found is None:
        raise HosoError("HS3445", place=place)
    for child in list(found):
        found.remove(child)
    found.text = None
    etree.SubElement(found, f"{{{DSIG}}}Signature", nsmap={"ds": DSIG}, Id="placeholder")
    key: Any = _Key(authority)
    made = _Signer(moment).sign(root, key=key, cert=list(authority.certificates()), always_add_key_value=False)
    return bytes(etree.tostring(made, encoding="utf-8", xml_declaration=True))


def parsed(content: bytes) -> Any | None:
    """The root, read without entities, network and DTD; None for what is no such XML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True)
    try:
        root: Any = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return None if root.getroottree().docinfo.doctype else root
