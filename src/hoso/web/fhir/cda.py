"""`POST $process-cda`: a CDA R2 document in; the answer is the account of its entries as a Parameters resource."""

from typing import Any

import orjson
from django.http import HttpResponse

from hoso.core.errors import HosoError
from hoso.engines.intake.cda import queries
from hoso.engines.intake.cda.account import EntryAccount, SectionAccount
from hoso.engines.intake.cda.filing import receive_document
from hoso.engines.intake.cda.queries import DocumentAccount
from hoso.engines.intake.cda.reading import MAX_BYTES
from hoso.web.asking import ask
from hoso.web.fhir.limits import body_of
from hoso.web.fhir.outcomes import fhir_answer
from hoso.web.fhir.writes import take_no_parameters, writing
from hoso.web.routes import ActingRequest

XML = frozenset(
    {"application/xml", "text/xml", "application/hl7-cda+xml", "application/cda+xml", "application/hl7-sda+xml"}
)


@writing
def process_cda(request: ActingRequest) -> HttpResponse:
    """Take in the document of the body. Raises HosoError HS5140 for another format, and what `take_document` raises."""
    take_no_parameters(request)
    if request.content_type not in XML:
        raise HosoError("HS5140", given=(request.content_type or "-")[:60], allowed=", ".join(sorted(XML)))
    number = receive_document(request.actor, request.declaration.purpose, body_of(request, MAX_BYTES))
    account: DocumentAccount | None = ask(
        request, lambda scope: queries.document(scope, number), about=f"cda/{number}", recorded=False
    )
    if account is None:
        raise HosoError("HS5001")
    return fhir_answer(orjson.dumps(_answer(account)), 201 if account.state == "filed" else 200)


def _answer(account: DocumentAccount) -> dict[str, Any]:
    parameters = [
        {"name": "state", "valueCode": account.state},
        {"name": "document", "valueReference": {"reference": f"DocumentReference/{account.document_id}"}},
        {"name": "patient", "valueReference": {"reference": f"Patient/{account.patient_id}"}},
        *_counts(account.entries, account.mapped, account.withheld, account.not_mapped),
        *({"name": "section", "part": _section(one)} for one in account.sections),
    ]
    return {"resourceType": "Parameters", "parameter": parameters}


def _section(one: SectionAccount) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = [{"name": "number", "valueInteger": one.number}]
    told += [
        {"name": name, "valueString": value} for name, value in (("code", one.code), ("title", one.title)) if value
    ]
    told.append({"name": "narrative", "valueCode": one.narrative})
    told += _counts(len(one.entries), *(one.count(outcome) for outcome in ("mapped", "withheld", "not_mapped")))
    return told + [{"name": "entry", "part": _entry(each)} for each in one.entries]


def _counts(entries: int, mapped: int, withheld: int, not_mapped: int) -> list[dict[str, Any]]:
    named = (("entries", entries), ("mapped", mapped), ("withheld", withheld), ("notMapped", not_mapped))
    return [{"name": name, "valueInteger": count} for name, count in named]


def _entry(one: EntryAccount) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = [
        {"name": "path", "valueString": one.path},
        {"name": "outcome", "valueCode": one.outcome.replace("_", "-")},
    ]
    if one.id:
        kind = one.became.partition(".")[0]
        told.append({"name": "resource", "valueReference": {"reference": f"{kind}/{one.id}"}})
        told.append({"name": "element", "valueString": one.became})
    named = {"template": one.template, "code": one.code}
    if one.reason:
        why = queries.reason_of(one)
        named["reason"] = f"{why['en']} / {why['vi']}" + (f": {one.detail}" if one.detail else "")
    return told + [{"name": name, "valueString": value} for name, value in named.items() if value]
