"""Looking at the signature of an XML file, XAdES or plain XML-DSig: whatever a foreign file does to the reader means that it
cannot be read.

"See what is signed": a signature is of the whole file but itself, or it counts for nothing. So one reference is to the whole
document, nothing but the enveloped signature and a canonical form may come between, and inside the signature stand no
elements that another reader could take for content.
"""

import logging
from base64 import b64decode
from datetime import UTC, datetime
from typing import Any

from cryptography.x509 import Certificate, load_der_x509_certificate
from signxml.verifier import SignatureConfiguration, XMLVerifier

from hoso.core.errors import HosoError
from hoso.engines.documents.signing.authority import SigningAuthority, common_name
from hoso.engines.documents.signing.chains import is_believed
from hoso.engines.documents.signing.verdict import Verdict
from hoso.engines.documents.signing.xml_signature import DSIG, XADES, parsed

SIGNATURE = f"{{{DSIG}}}Signature"
ENVELOPED = f"{DSIG}enveloped-signature"
CANONICAL = ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/2006/12/xml-c14n11")  # fmt: skip
OF_A_SIGNATURE = (DSIG, XADES, "http://uri.etsi.org/01903/v1.4.1#", "http://www.w3.org/2009/xmldsig11#", CANONICAL[1])
MOST_BYTES = 64 * 1024 * 1024
logging.getLogger("signxml").setLevel(logging.CRITICAL)


def check_xml(content: bytes, authority: SigningAuthority) -> Verdict:
    """The file's one signature. Raises HosoError HS5231 for a file without one, with several, or that cannot be read."""
    root = parsed(content) if len(content) <= MOST_BYTES else None
    found = [] if root is None else list(root.iter(SIGNATURE))
    if len(found) != 1 or found[0] is root:
        raise HosoError("HS5231")
    signature = found[0]
    try:
        chain = [load_der_x509_certificate(b64decode(one.text)) for one in signature.iterfind(f"{{{DSIG}}}KeyInfo/{{{DSIG}}}X509Data/{{{DSIG}}}X509Certificate")]  # fmt: skip
        signer = _signer(chain, root)
        moment = _moment(signature)
    except (ValueError, TypeError, IndexError):
        raise HosoError("HS5231") from None
    return Verdict(
        "xml", common_name(signer.subject), common_name(signer.issuer), moment,
        intact=_covers_all(signature) and _fits(content, signer, moment),
        believed=is_believed([signer, *[one for one in chain if one != signer]], authority.roots(), moment or datetime.now(UTC)),
    )  # fmt: skip


def _signer(chain: list[Certificate], root: Any) -> Certificate:
    """The certificate that no other of them was issued by; the first of several."""
    issuers = {one.issuer for one in chain if one.issuer != one.subject}
    return next((one for one in chain if one.subject not in issuers), chain[0])


def _moment(signature: Any) -> datetime | None:
    """When the signer says it was; None where it is not said."""
    text = signature.findtext(f".//{{{XADES}}}SigningTime")
    if not text:
        return None
    moment = datetime.fromisoformat(text.strip())
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _covers_all(signature: Any) -> bool:
    whole = False
    for reference in signature.iterfind(f"{{{DSIG}}}SignedInfo/{{{DSIG}}}Reference"):
        transforms = [one.get("Algorithm") for one in reference.iter(f"{{{DSIG}}}Transform")]
        if reference.get("URI") == "":
            plain = all(one == ENVELOPED or one.partition("WithComments")[0] in CANONICAL or one.removesuffix("#WithComments") in CANONICAL for one in transforms if one)  # fmt: skip
            whole = whole or (plain and ENVELOPED in transforms)
    own = all(isinstance(one.tag, str) and one.tag[1:].partition("}")[0] in OF_A_SIGNATURE for one in signature.iter())
    return whole and own


def _fits(content: bytes, signer: Certificate, moment: datetime | None) -> bool:
    """Whether every digest and the signature itself are right. The chain is judged apart (chains.py), as no root of the
    machine is believed here."""
    config = SignatureConfiguration(
        require_x509=True,
        location=".//",
        expect_references=True,
        verification_time=moment,
        ignore_ambiguous_key_info=False,
    )
    root = parsed(content)
    try:
        XMLVerifier().verify(root, x509_cert=signer, expect_config=config, validate_schema=True)
    except Exception:  # noqa: BLE001 - see the docstring of this file
        return False
    return True
