"""Changing a resource by a patch: JSON Patch (RFC 6902) and FHIRPath Patch. Numbers keep their digits."""

from decimal import Decimal
from typing import Any

import jsonpatch
import jsonpointer
import msgspec

from hoso.core.errors import HosoError
from hoso.engines.records.fhir.writing.asked import Refused, Wanted
from hoso.engines.records.fhir.writing.fhirpath_patch import apply_fhirpath_patch
from hoso.engines.records.reading import StoredResource

_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_encode = msgspec.json.Encoder(decimal_format="number").encode


def patched(wanted: Wanted, current: StoredResource | None) -> bytes:
    """The resource after the patch. Raises HosoError HS5001 where there is none, HS5006 for a deleted one, HS5135 for a
    patch that cannot be read or does not fit."""
    if current is None:
        raise HosoError("HS5001")
    if current.deleted:
        raise HosoError("HS5006")
    resource = _decode(current.served())
    try:
        operations = _decode(wanted.body)
        if wanted.patch_kind == "json-patch":
            changed = _json_patched(resource, operations)
        else:
            changed = apply_fhirpath_patch(resource, operations)
    except (ValueError, jsonpatch.JsonPatchException, jsonpointer.JsonPointerException, TypeError, KeyError) as error:
        raise Refused("HS5135", wanted.place, reason=str(error)[:200]) from error
    if not isinstance(changed, dict) or changed.get("id") != current.id:
        raise Refused("HS5135", wanted.place, reason="a patch changes neither id nor kind")
    return _encode(changed)


def _json_patched(resource: dict[str, Any], operations: Any) -> Any:
    if isinstance(operations, list):
        return jsonpatch.JsonPatch(operations).apply(resource)
    raise ValueError("a JSON Patch is an array of operations")
