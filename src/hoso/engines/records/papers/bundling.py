"""A FHIR document Bundle: the Composition first, then what it speaks of (R4 section 3.3.1).

The same content gives the same bytes: the Bundle's moment is that of the newest resource in it, its identifier is made of
its entries. A signature, where there is one, is spliced in behind (engines/documents/signing/bundle_signature.py).
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

import orjson

from hoso.engines.records.drafts import uuid8

Entry = tuple[str, bytes]  # "Type/id", the resource's bytes
IPS_BUNDLE = "http://hl7.org/fhir/uv/ips/StructureDefinition/Bundle-uv-ips"


def document_bundle(base: str, moment: datetime, entries: Sequence[Entry], profile: str = "") -> bytes:
    """`base`: the address of the FHIR service without a slash at the end; `moment`: of the newest resource."""
    digest = sha256(b"\x1f".join(body for _, body in entries)).hexdigest()
    id_ = uuid8(moment, "document", digest)
    head: dict[str, object] = {"resourceType": "Bundle", "id": id_}
    if profile:
        head["meta"] = {"profile": [profile]}
    head |= {
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{id_}"},
        "type": "document",
        "timestamp": moment.isoformat(timespec="milliseconds"),
    }
    written = [b'{"fullUrl":%s,"resource":%s}' % (orjson.dumps(f"{base}/{name}"), body) for name, body in entries]
    return orjson.dumps(head)[:-1] + b',"entry":[' + b",".join(written) + b"]}"
