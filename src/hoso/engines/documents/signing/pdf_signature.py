"""PAdES baseline B signatures of PDF files (ETSI EN 319 142-1) by pyHanko, which this file and `pdf_checking.py` know."""

from io import BytesIO

from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from hoso.engines.documents.signing.authority import SigningAuthority, common_name

FIELD = "HoSo"


class _Signer(signers.Signer):
    """Asks the authority for the signature; no key comes into this process."""

    def __init__(self, authority: SigningAuthority) -> None:
        found = [x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in authority.certificates()]
        super().__init__(signing_cert=found[0], cert_registry=SimpleCertificateStore.from_certs(found))  # type: ignore[no-untyped-call]
        self.authority = authority

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if digest_algorithm != "sha256":
            raise ValueError(digest_algorithm)
        return bytes(512) if dry_run else self.authority.sign(data)


def signed_pdf(pdf: bytes, authority: SigningAuthority, reason: str) -> bytes:
    """The PDF with a signature over every byte of it. Raises HosoError HS5232."""
    known = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, reason=reason,
        name=common_name(authority.certificates()[0].subject),
    )  # fmt: skip
    out = BytesIO()
    signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), known, signer=_Signer(authority), output=out)
    return out.getvalue()
