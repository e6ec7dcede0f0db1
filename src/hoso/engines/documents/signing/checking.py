"""Looking at the signature of a file, whichever kind it is."""

from hoso.core.errors import HosoError
from hoso.engines.documents.signing.authority import needed_authority
from hoso.engines.documents.signing.bundle_signature import check_bundle
from hoso.engines.documents.signing.pdf_checking import check_pdf
from hoso.engines.documents.signing.verdict import Verdict
from hoso.engines.documents.signing.xml_checking import check_xml


def check_signature(content: bytes) -> Verdict:
    """Who signed, when, and whether the file is as it was signed.

    Raises HosoError HS5230 where no authority is set to believe, HS5231 for a file without a signature to look at.
    """
    authority = needed_authority()
    if content.lstrip()[:5] == b"%PDF-":
        return check_pdf(content, authority)
    if content.lstrip()[:1] == b"{":
        return check_bundle(content, authority)
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        return check_xml(content, authority)
    raise HosoError("HS5231")
