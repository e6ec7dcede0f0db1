"""Catalogues for other systems: the feed of changes by sequence number, and the codes of a version; no personal data."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from hoso.core.errors import HosoError
from hoso.core.terminology import feed
from hoso.core.terminology.barcodes import scanned
from hoso.core.terminology.gtin import NotAGtin
from hoso.core.terminology.packages import product_of
from hoso.core.terminology.queries import Concept, versions
from hoso.web.api.answers import ErrorAnswer
from hoso.web.api.governed import declare

router = Router(tags=["terminology"])
PERMISSION, PUBLIC = "terminology.read", "public"


class ChangeAnswer(Schema):
    """`kind`: published, retired (a version), package (the GTIN is this code's from now on)."""

    sequence: int
    at: datetime
    kind: str
    system: str
    version: str
    code: str
    gtin: str


class FeedAnswer(Schema):
    """`last`: ask again with `after` = last. Numbers never skip: whoever has read up to one has read everything."""

    changes: list[ChangeAnswer]
    last: int


class ConceptAnswer(Schema):
    code: str
    display_vi: str
    display_en: str
    parent: str | None
    properties: dict[str, Any]


class VersionAnswer(Schema):
    """One page of a version's codes in order; `next`: `after` of the next page, null on the last one."""

    system: str
    url: str
    version: str
    valid_from: date
    valid_to: date | None
    evidence: str
    concepts: list[ConceptAnswer]
    next: str | None


class ScannedAnswer(Schema):
    """What stands on a package and, where somebody bears its GTIN, the product."""

    gtin: str
    batch: str
    expires: date | None
    serial: str
    system: str | None = None
    packaging: str | None = None
    product: ConceptAnswer | None = None


@router.get(
    "/changes", response={200: FeedAnswer, 400: ErrorAnswer}, url_name="api_terminology_changes",
    operation_id="terminology_changes", summary="What changed in the catalogues after a number",
)  # fmt: skip
@declare("api_terminology_changes", permission=PERMISSION, purpose=PUBLIC, parameters=("after", "limit"))
def changes(request: HttpRequest, after: int = 0, limit: int = 200) -> dict[str, Any]:
    """Versions published and retired, GTINs that got a product; begin with `after=0`."""
    found = feed.changes_after(after, _limit(limit))
    return {"changes": [asdict(one) for one in found], "last": found[-1].sequence if found else after}


@router.get(
    "/systems/{str:system}/versions/{str:version}", response={200: VersionAnswer, 400: ErrorAnswer, 404: ErrorAnswer},
    url_name="api_terminology_version", operation_id="terminology_version", summary="The codes of a version",
)  # fmt: skip
@declare("api_terminology_version", permission=PERMISSION, purpose=PUBLIC, parameters=("after", "limit"))
def version_codes(request: HttpRequest, system: str, version: str, after: str = "", limit: int = 200) -> dict[str, Any]:
    """Codes behind `after`, with everything the catalogue says of them."""
    found = next((one for one in versions(system) if one.version == version), None)
    if found is None:
        raise HosoError("HS6024", system=system[:40], version=version[:40])
    codes = feed.concepts_after(found, after, _limit(limit))
    return {
        "system": found.system, "url": found.url, "version": found.version, "valid_from": found.valid_from,
        "valid_to": found.valid_to, "evidence": found.evidence, "concepts": [_concept(one) for one in codes],
        "next": codes[-1].code if len(codes) == limit else None,
    }  # fmt: skip


@router.get(
    "/scan", response={200: ScannedAnswer, 400: ErrorAnswer}, url_name="api_terminology_scan",
    operation_id="terminology_scan", summary="What a scanned barcode tells",
)  # fmt: skip
@declare("api_terminology_scan", permission=PERMISSION, purpose=PUBLIC, parameters=("code",))
def scan(request: HttpRequest, code: str) -> dict[str, Any]:
    """`code`: what the scanner read, a GTIN or GS1 element strings, group separators as %1D."""
    try:
        read = scanned(code)
    except NotAGtin as error:
        raise HosoError(error.error, value=code[:40]) from error
    found = product_of(read.gtin, timezone.localdate())
    told = (
        {"system": found.product.system, "packaging": found.packaging, "product": _concept(found.product)}
        if found
        else {}
    )
    return {**asdict(read), **told}


def _concept(one: Concept) -> dict[str, Any]:
    return {
        "code": one.code, "display_vi": one.display_vi, "display_en": one.display_en, "parent": one.parent,
        "properties": one.properties,
    }  # fmt: skip


def _limit(limit: int) -> int:
    if not 0 < limit <= feed.MOST:
        raise HosoError("HS9004", name="limit", value=str(limit)[:40])
    return limit
