"""A whole document as resources: its entries, its sections with their words (Composition), itself (DocumentReference)."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha1
from typing import Any

from hoso.core.access.labels import labels, withheld_mask
from hoso.engines.intake.cda.account import WITHHELD, SectionAccount
from hoso.engines.intake.cda.entries import CLASSES, EntryMapper, MadeResource
from hoso.engines.intake.cda.header import Header, authors_of, care_of, keeper_of, patient_of, read_header, visit_of
from hoso.engines.intake.cda.narrative import div, named_texts, words
from hoso.engines.intake.cda.values import Seen, concept, root_uri
from hoso.engines.records.drafts import uuid8_at
from hoso.engines.records.reading import LABEL_SYSTEM
from hoso.engines.records.sensitivity import mask_for_text

CONTENT_TYPE = "application/xml"


@dataclass
class MappedDocument:
    """`resources` are (type, id, body) in the order they are filed, without the Patient and the document itself."""

    header: Header
    patient: dict[str, Any]
    resources: list[tuple[str, str, dict[str, Any]]]
    sections: list[SectionAccount]
    document: dict[str, Any]
    document_id: str
    composition_id: str
    care: dict[str, str]  # Period of the care it tells of

    @property
    def withholds(self) -> bool:
        return any(one.narrative == "withheld" or one.count(WITHHELD) for one in self.sections)


def map_document(root: Any, content: bytes, sender: int = 0) -> MappedDocument:
    """Raises HosoError HS5192, HS5193 where the head of the document is not understood."""
    header = read_header(root, sender)
    seed = header.series
    mapper = EntryMapper(seed, header.patient_id, named_texts(root))
    sections = list(_sections(root))
    accounts: list[SectionAccount] = []
    made: list[list[MadeResource]] = []
    for number, section in enumerate(sections, start=1):
        accounts.append(_account(section, number))
        made.append(_map_section(mapper, section, accounts[-1]))
    hidden = withheld_mask("own_record")
    text_mask = mask_for_text(" ".join(words(one) for one in root.iter("text", "title")))
    withholds = bool(text_mask & hidden) or any(one.count(WITHHELD) for one in accounts)
    for section, account in zip(sections, accounts, strict=True):
        if section.find("text") is not None and words(section.find("text")):
            account.narrative = "withheld" if withholds else "kept"
    document_id = uuid8_at(0, "cda document", seed, str(header.version))
    composition_id = uuid8_at(0, "cda composition", seed)
    visit = visit_of(root, header)
    told = {id(section): (account, found) for section, account, found in zip(sections, accounts, made, strict=True)}
    composition = _composition(root, header, told, visit[0] if visit else "")
    mask = text_mask & ~hidden
    for found in made:
        for one in found:
            mask |= one.sensitivity
    resources = [("Encounter", *visit)] if visit else []
    resources += [(one.type, one.id, one.body) for found in made for one in found]
    resources.append(("Composition", composition_id, composition))
    document = _document(root, header, content, mask, withholds, visit[0] if visit else "")
    return MappedDocument(
        header,
        patient_of(root, header),
        resources,
        accounts,
        document,
        document_id,
        composition_id,
        care_of(root, header),
    )


def _sections(root: Any) -> Iterator[Any]:
    return iter(root.iter("section"))


def _account(section: Any, number: int) -> SectionAccount:
    code, title = section.find("code"), section.find("title")
    return SectionAccount(
        number, code.get("code", "") if code is not None else "", words(title)[:200] if title is not None else ""
    )


def _map_section(mapper: EntryMapper, section: Any, account: SectionAccount) -> list[MadeResource]:
    made: list[MadeResource] = []
    for place, entry in enumerate(section.findall("entry"), start=1):
        for one in entry:
            if one.tag in CLASSES:
                accounts, resources = mapper.take(one, f"section[{account.number}]/entry[{place}]/{one.tag}")
                account.entries += accounts
                made += resources
    return made


Told = dict[int, tuple[SectionAccount, list[MadeResource]]]


def _composition(root: Any, header: Header, told: Told, visit_id: str) -> dict[str, Any]:
    seen = Seen({})
    body: dict[str, Any] = {
        "resourceType": "Composition",
        "identifier": _document_identifier(header),
        "status": "final",
        "type": concept(root.find("code"), seen),
        "subject": {"reference": f"Patient/{header.patient_id}"},
        "date": header.made_at,
        "author": authors_of(root) or [{"display": "–"}],
        "title": header.title or header.type_code,
    }
    if visit_id:
        body["encounter"] = {"reference": f"Encounter/{visit_id}"}
    if keeper := keeper_of(root):
        body["custodian"] = keeper
    top = root.findall("component/structuredBody/component/section")
    body["section"] = [_section(one, told) for one in top]
    return {key: value for key, value in body.items() if value}


def _section(section: Any, told: Told) -> dict[str, Any]:
    account, made = told[id(section)]
    body: dict[str, Any] = {"title": account.title} if account.title else {}
    code = section.find("code")
    if code is not None and (kind := concept(code, Seen({}))):
        body["code"] = kind
    if account.narrative == "kept":
        body["text"] = {"status": "additional", "div": div(section.find("text"))}
    if made:
        body["entry"] = [one.reference for one in made]
    inner = [_section(one, told) for one in section.findall("component/section")]
    if inner:
        body["section"] = inner
    if "text" not in body and not made and not inner:
        why = "withheld" if account.narrative == "withheld" else "unavailable"
        reason = {"system": "http://terminology.hl7.org/CodeSystem/list-empty-reason", "code": why}
        body["emptyReason"] = {"coding": [reason]}
    return body


def _document_identifier(header: Header) -> dict[str, str]:
    root, _, extension = header.id.partition("^")
    uri = root_uri(root)
    return {"system": uri, "value": extension} if extension else {"system": "urn:ietf:rfc:3986", "value": uri}


def _document(root: Any, header: Header, content: bytes, mask: int, withholds: bool, visit_id: str) -> dict[str, Any]:
    """The document kept whole. Where anything of it is withheld its bytes lie in the sealed original alone."""
    attachment: dict[str, Any] = {
        "contentType": CONTENT_TYPE, "size": len(content), "title": header.title or header.type_code,
        "hash": base64.b64encode(sha1(content, usedforsecurity=False).digest()).decode(), "creation": header.made_at,
    }  # fmt: skip
    if not withholds:
        attachment["data"] = base64.b64encode(content).decode()
    body: dict[str, Any] = {
        "resourceType": "DocumentReference",
        "masterIdentifier": _document_identifier(header),
        "status": "current",
        "type": concept(root.find("code"), Seen({})),
        "subject": {"reference": f"Patient/{header.patient_id}"},
        "author": authors_of(root),
        "content": [{"attachment": attachment, "format": {"system": "urn:oid:1.3.6.1.4.1.19376.1.2.3", "code": "urn:hl7-org:sdwg:ccda-structuredBody:2.1"}}],
    }  # fmt: skip
    if "T" in header.made_at:
        body["date"] = header.made_at
    if custodian := keeper_of(root):
        body["custodian"] = custodian
    if visit_id:
        body["context"] = {"encounter": [{"reference": f"Encounter/{visit_id}"}]}
    if codes := [one.key for one in labels().values() if one.mask & mask]:
        body["meta"] = {"security": [{"system": LABEL_SYSTEM, "code": code} for code in codes]}
    return {key: value for key, value in body.items() if value}
