"""Taking in one CDA document: kept whole, mapped, judged against its series, filed, accounted for; all in one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

import orjson
from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.bulk import bulk_insert
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.files.originals import keep_original
from hoso.core.places.facilities import facility_ids
from hoso.engines.intake.cda.account import NOT_MAPPED, WITHHELD, counts_of
from hoso.engines.intake.cda.document import MappedDocument, map_document
from hoso.engines.intake.cda.header import keeper_code
from hoso.engines.intake.cda.ledger import Arrival, From, enter
from hoso.engines.intake.cda.reading import MAX_BYTES, read_document
from hoso.engines.intake.cda.series import Judged, KnownDocument, describes_the_person_anew, judge
from hoso.engines.intake.cda.written_json import as_json
from hoso.engines.records.fhir.search.moments import span_of
from hoso.engines.records.fhir.writing.asked import Wanted
from hoso.engines.records.fhir.writing.care import CARE_COLUMNS, ON_KNOWN_CARE, care_days
from hoso.engines.records.fhir.writing.current import resources_by_key
from hoso.engines.records.fhir.writing.filing import facility_of
from hoso.engines.records.fhir.writing.permitted import scope_of_writer
from hoso.engines.records.fhir.writing.turn import take_turn
from hoso.engines.records.resource_types import NUMBERS

_SHARED = "Encounter"  # several documents may be about one visit: the end of one is not the end of it


def receive_document(actor: Actor, purpose: str, content: bytes) -> int:
    """Keep the bytes of a document that software sends, and take it in. Raises what `take_document` raises."""
    scope = scope_of_writer(actor, purpose)
    keep_original([content])
    return take_document(actor, purpose, content, From(actor.account_id, facility_of(actor, scope)))


def take_document(actor: Actor, purpose: str, content: bytes, sender: From, file: str = "") -> int:
    """Take in a document whose bytes are kept already; the number under which the account of it is entered.

    Raises HosoError HS2001, those of `read_document` and `map_document`, HS5194, and what filing raises; then nothing is done.
    """
    scope = scope_of_writer(actor, purpose)
    if len(content) > MAX_BYTES:
        raise HosoError("HS5191", file=file, limit=f"{MAX_BYTES // 1024 // 1024} MB")
    root = read_document(BytesIO(content), file)
    sender = _at_its_facility(sender, root)
    document = map_document(root, content, sender.facility_id)
    digest = sha256(content).digest()
    made_at = _made_at(document)
    with acting_transaction(actor.account_id, purpose), connection.cursor() as cursor:
        if sender.package_id is not None and (known := _entered(cursor, sender.package_id)):
            return known
        judged = judge(cursor, document.header, digest)
        about = f"DocumentReference/{document.document_id}"
        filed: list[str] = []
        if judged.state == "unchanged":
            person_id, _ = _whose(cursor, document)
            record_event(
                AuditEvent(actor, scope.role.key, purpose, "update", object=about, person_id=person_id, found=0)
            )
        else:
            anew = describes_the_person_anew(cursor, document.header, made_at)
            wanted = _wanted(cursor, scope, document, judged, anew)
            take_turn(actor, purpose, wanted, about, in_bundle=True)
            _open_to_sender(cursor, sender.facility_id, document)
            filed = [f"{one.type_name}/{one.id}" for one in wanted if one.method == "PUT"]
        return enter(cursor, Arrival(sender, document, judged, digest, made_at, tuple(filed)))


def _at_its_facility(sender: From, root: Any) -> From:
    """A sender of the whole house sends for the facility that keeps the document, where that names itself by its code."""
    if sender.facility_id or not (code := keeper_code(root)):
        return sender
    return replace(sender, facility_id=facility_ids({code}).get(code, 0))


def _open_to_sender(cursor: Any, facility_id: int, document: MappedDocument) -> None:
    """The care a document tells of opens the record to the facility that sends it, as a visit in a package does; not where
    everything it tells is withheld."""
    told = counts_of(document.sections)
    if not facility_id or (document.withholds and not told.mapped):
        return
    person_id, source = _whose(cursor, document)
    days = care_days({"period": document.care}, datetime.now(UTC))
    bulk_insert(
        cursor,
        "access_care_relation",
        CARE_COLUMNS,
        [(person_id, source, facility_id, "visit", *days, 0, 0)],
        ON_KNOWN_CARE,
    )


def _whose(cursor: Any, document: MappedDocument) -> tuple[int, int]:
    """(person_id, source_person_id) under which the document is filed."""
    cursor.execute(
        "SELECT person_id, source_person_id FROM records_location WHERE type = %s AND id = %s",
        [NUMBERS["DocumentReference"], document.document_id],
    )
    person_id, source = cursor.fetchone()
    return person_id, source


def _made_at(document: MappedDocument) -> datetime:
    span = span_of(document.header.made_at)
    if span is None:
        raise HosoError("HS5192", element="ClinicalDocument/effectiveTime")
    return span[0]


def _entered(cursor: Any, package_id: int) -> int | None:
    """The document of a package that was taken in before its end could be noted."""
    cursor.execute("SELECT id FROM cda_document WHERE package_id = %s", [package_id])
    row = cursor.fetchone()
    return row[0] if row else None


def _wanted(cursor: Any, scope: Scope, document: MappedDocument, judged: Judged, anew: bool) -> list[Wanted]:
    """What is written: the person, the resources, the document; what the replaced ones held and this does not is deleted."""
    wanted = [_put("Patient", document.header.patient_id, document.patient)] if anew else []
    if judged.state == "history":
        _as_history(document)
        return [*wanted, _document(document, ())]
    wanted += [_put(*one) for one in document.resources]
    wanted.append(_document(document, judged.replaced))
    kept = {f"{one.type_name}/{one.id}" for one in wanted}
    wanted += _superseded(cursor, scope, judged.replaced)
    gone = {name for one in judged.replaced for name in one.resources} - kept
    for name in sorted(gone):
        kind, _, id_ = name.partition("/")
        if kind not in (_SHARED, "Patient", "DocumentReference"):
            wanted.append(Wanted("DELETE", kind, id_))
    return wanted


def _as_history(document: MappedDocument) -> None:
    document.document["status"] = "superseded"
    document.resources = []
    for section in document.sections:
        for one in section.entries:
            if one.outcome != WITHHELD:
                one.put_aside(NOT_MAPPED, "history")


def _document(document: MappedDocument, replaced: Sequence[KnownDocument]) -> Wanted:
    body = document.document
    if replaced:
        targets = [{"reference": f"DocumentReference/{one.document_id}"} for one in replaced]
        body = {**body, "relatesTo": [{"code": "replaces", "target": one} for one in targets]}
    return _put("DocumentReference", document.document_id, body)


def _superseded(cursor: Any, scope: Scope, replaced: Sequence[KnownDocument]) -> list[Wanted]:
    """The documents that this one replaces, saying so."""
    keys = [("DocumentReference", one.document_id) for one in replaced]
    made = []
    for (kind, id_), one in resources_by_key(cursor, scope, keys).items():
        if not one.deleted:
            body = {**orjson.loads(one.served()), "status": "superseded"}
            made.append(_put(kind, id_, body))
    return made


def _put(kind: str, id_: str, body: dict[str, Any]) -> Wanted:
    return Wanted("PUT", kind, id_, as_json({"resourceType": body["resourceType"], "id": id_, **body}))
