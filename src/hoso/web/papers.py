"""Handing out a document: composed, drawn, signed and recorded as a print, for pages and for FHIR alike."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone

from hoso.core.access import reading
from hoso.core.access.policy import Scope
from hoso.core.access.reading import Asking
from hoso.core.errors import HosoError
from hoso.engines.documents.signing.authority import SigningAuthority, common_name, signing_authority
from hoso.engines.documents.signing.bundle_signature import signed_bundle
from hoso.engines.documents.signing.pdf_signature import signed_pdf
from hoso.engines.records.papers.document import Document
from hoso.web.routes import ActingRequest

PRINT = "record.print"
Compose = Callable[[Scope], Document | None]


@dataclass(frozen=True)
class File:
    content: bytes
    content_type: str
    ending: str


def print_document(request: ActingRequest, compose: Compose, about: str, reason: str, *, as_fhir: bool = False) -> File:
    """The document as PDF or as FHIR Bundle, whoever may print it; one audit event of a print.

    Raises HosoError HS2001 without the right, HS2103 without a reason, HS5001 where there is nothing to print.
    """
    asking = Asking(PRINT, "export", object=about, reason=reason)
    document: Document | None = reading.read(request.actor, request.declaration.purpose, asking, compose)
    if document is None:
        raise HosoError("HS5001")
    authority, now = signing_authority(), timezone.now()
    if as_fhir:
        bundle = signed_bundle(document.bundle, authority, now) if authority else document.bundle
        return File(bundle, "application/fhir+json; charset=utf-8", "json")
    if authority is None:
        return File(document.pdf(), "application/pdf", "pdf")
    return File(signed_pdf(document.pdf(_foot(authority, now)), authority, reason), "application/pdf", "pdf")


def _foot(authority: SigningAuthority, now: datetime) -> str:
    signer = common_name(authority.certificates()[0].subject)
    words = f"Ký số bởi {signer}, {timezone.localtime(now):%d/%m/%Y %H:%M}."
    return f"{words} {authority.caution[0]}".strip()


def as_attachment(file: File, name: str) -> HttpResponse:
    """The answer that a browser keeps as a file; its name tells nothing of the person."""
    disposition = f'attachment; filename="{name}.{file.ending}"'
    return HttpResponse(file.content, content_type=file.content_type, headers={"Content-Disposition": disposition})
