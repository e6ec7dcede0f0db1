"""Looking at the signature of a PDF. Whatever a foreign file does to the reader means that it cannot be read."""

import logging
from datetime import UTC
from io import BytesIO

from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from hoso.core.errors import HosoError
from hoso.engines.documents.signing.authority import SigningAuthority
from hoso.engines.documents.signing.verdict import Verdict

for name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(name).setLevel(logging.CRITICAL)  # it tells of foreign files with a stack trace


def check_pdf(content: bytes, authority: SigningAuthority) -> Verdict:
    """The last signature of the file. Raises HosoError HS5231 for a file without one, or that cannot be read."""
    roots = [x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in authority.roots()]
    try:
        signatures = PdfFileReader(BytesIO(content)).embedded_signatures
        if not signatures:
            raise HosoError("HS5231")
        one = signatures[-1]
        context = ValidationContext(trust_roots=roots, allow_fetching=False)
        status = validate_pdf_signature(one, signer_validation_context=context)
    except HosoError:
        raise
    except Exception:  # noqa: BLE001 - see the docstring of this file
        raise HosoError("HS5231") from None
    certificate = one.signer_cert
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    at = status.signer_reported_dt
    return Verdict(
        "pdf",
        certificate.subject.native.get("common_name", ""),
        certificate.issuer.native.get("common_name", ""),
        at.astimezone(UTC) if at else None,
        intact=status.intact and status.valid and whole,
        believed=status.trusted,
    )
