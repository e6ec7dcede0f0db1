"""Sending packages by software, and asking what became of them."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from ninja import Router

from hoso.core.errors import HosoError
from hoso.engines.intake import actions
from hoso.engines.intake import queries as intake
from hoso.engines.intake.models import FindingRow, PackageRow
from hoso.web.api.answers import ErrorAnswer, FindingsAnswer, PackageAnswer, Receipt
from hoso.web.api.governed import declare
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest

router = Router(tags=["intake"])
CHUNK = 64 * 1024
MOST_FINDINGS = 1000
ENDINGS = {"application/zip": "zip", "application/x-zip-compressed": "zip", "application/xml": "xml", "text/xml": "xml"}
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/xml": {"schema": {"type": "string", "format": "binary"}},
            "application/zip": {"schema": {"type": "string", "format": "binary"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
        },
    }
}


@router.post(
    "/packages", response={202: Receipt, 401: ErrorAnswer, 403: ErrorAnswer, 422: ErrorAnswer},
    url_name="api_send_package", operation_id="send_package", openapi_extra=BODY, summary="Send a package",
)  # fmt: skip
@declare("api_send_package", permission="package.send", purpose="record_keeping", parameters=("version",))
def send_package(request: HttpRequest, version: str | None = None) -> tuple[int, dict[str, Any]]:
    """Take in one XML or ZIP file, as the raw body or as the part `file`.

    `version` (qd4210, qd130, qd4750, qd3176) states the exchange decision; without it, the content tells. The answer
    202 comes once bytes and row are safe; processing follows. Sending the same twice changes nothing.
    """
    acting = cast(ActingRequest, request)
    name, chunks = _sent(request)
    receipt = actions.receive(acting.actor, name, chunks, "api", version)
    status_url = f"/api/v1/intake/packages/{receipt.id}"
    return 202, {"id": receipt.id, "key": receipt.key, "sha256": receipt.sha256, "status_url": status_url}


@router.get(
    "/packages/{int:package_id}", response={200: PackageAnswer, 404: ErrorAnswer},
    url_name="api_package", operation_id="package", summary="State and account of a package",
)  # fmt: skip
@declare("api_package", permission="package.read", purpose="record_keeping")
def package(request: HttpRequest, package_id: int) -> dict[str, Any]:
    """How far a package is, and what became of each of its visits and lines."""
    found: PackageRow | None = ask(
        cast(ActingRequest, request), lambda scope: intake.package(scope, package_id), about=f"package {package_id}"
    )
    if found is None:
        raise HosoError("HS5001")
    return {**asdict(found), "account": {**found.account.as_dict(), "balances": found.account.balances}}


@router.get(
    "/packages/{int:package_id}/findings", response={200: FindingsAnswer, 404: ErrorAnswer},
    url_name="api_findings", operation_id="findings", summary="Findings of a package",
)  # fmt: skip
@declare(
    "api_findings", permission="package.read", purpose="record_keeping", touches_person=True,
    parameters=("visit", "limit"),
)  # fmt: skip
def findings(request: HttpRequest, package_id: int, visit: int | None = None, limit: int = 200) -> dict[str, Any]:
    """What is wrong in a package, or in one of its visits (`visit`: its place in the package, from 1)."""
    if not 1 <= limit <= MOST_FINDINGS:
        raise HosoError("HS9004", name="limit", value=str(limit))
    found: list[FindingRow] | None = ask(
        cast(ActingRequest, request),
        lambda scope: (
            list(intake.findings(scope, package_id, visit, limit + 1)) if intake.package(scope, package_id) else None
        ),
        about=f"package {package_id} findings",
    )
    if found is None:
        raise HosoError("HS5001")
    return {"findings": [_finding(row) for row in found[:limit]], "cut": len(found) > limit}


def _sent(request: HttpRequest) -> tuple[str, Iterator[bytes]]:
    """The name and the bytes of the one file sent. Raises HosoError HS3011 for another kind of content, HS3012."""
    kind = request.content_type or ""
    if kind == "multipart/form-data":
        file = request.FILES.get("file")
        if not isinstance(file, UploadedFile) or len(request.FILES) != 1:
            raise HosoError("HS3012", file="file")
        return file.name or "package", iter(file.chunks())
    if kind not in ENDINGS:
        raise HosoError("HS3011", file=kind[:60])
    return f"package.{ENDINGS[kind]}", iter(lambda: request.read(CHUNK), b"")


def _finding(row: FindingRow) -> dict[str, Any]:
    return {
        "visit": row.ordinal, "ma_lk": row.ma_lk, "code": row.code, "severity": row.severity, "table": row.table,
        "line": row.line, "field": row.field, "value": row.value,
        "message": {"vi": row.message_vi, "en": row.message_en},
        "what_to_do": {"vi": row.what_to_do_vi, "en": row.what_to_do_en},
        "rule": {
            "id": row.rule, "vi": row.rule_vi, "en": row.rule_en, "legal_source": row.legal_source,
            "evidence": row.evidence, "rule_set": row.rule_set,
        },
    }  # fmt: skip
