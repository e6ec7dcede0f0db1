"""What two persons said a hospital's codes mean, as the ConceptMap of that hospital, and followed by `$translate`.

A map is data of its facility: only who may read the facility's packages is told of it.
"""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

import orjson
from django.http import HttpResponse

from hoso.core.access.reading import Asking, read
from hoso.core.errors import HosoError
from hoso.core.terminology.queries import concept_at
from hoso.engines.intake.local_codes.facility_maps import MappedCode, facility_map, translations
from hoso.engines.intake.local_codes.kinds import kinds
from hoso.engines.records.fhir.value_sets import OWN as SETS
from hoso.web.asking import ask
from hoso.web.fhir.outcomes import fhir_answer
from hoso.web.fhir.parameters import asked_day, given_to
from hoso.web.menu import may
from hoso.web.routes import ActingRequest

MAPS_URL = "https://hoso.vn/fhir/ConceptMap/local-"
PERMISSION, PURPOSE = "package.read", "record_keeping"


def map_of_facility(request: ActingRequest, name: str) -> HttpResponse:
    """The map `name` = facility's code, `-`, kind, as it holds on `date` (today). Raises HosoError HS5001 for none such."""
    facility, _, kind = name.rpartition("-")
    day = asked_day(given_to(request, "ConceptMap", frozenset({"date"})))
    if kind not in kinds():
        raise HosoError("HS5001")
    found = ask(request, lambda scope: facility_map(scope, facility, kind, day), about=f"ConceptMap/hoso-local-{name}")
    if not found:
        raise HosoError("HS5001")
    source, target = kinds()[kind].url, kinds()[kind].catalogue_url
    body = {
        "resourceType": "ConceptMap", "id": f"hoso-local-{name}", "url": MAPS_URL + name, "name": f"local-{name}", "status": "active",
        "date": max(one.decided_at for one in found).isoformat(), "sourceUri": f"{SETS}{kinds()[kind].coding}",
        "targetUri": f"{SETS}{kinds()[kind].catalogue}",
        "group": [{"source": source, "target": target, "element": [_element(one) for one in found]}],
    }  # fmt: skip
    return fhir_answer(orjson.dumps(body))


def is_local_map(url: object) -> bool:
    """Whether an address is that of a facility's map."""
    return isinstance(url, str) and url.startswith(MAPS_URL)


def local_matches(
    request: ActingRequest, url: object, system: str, code: str, target: object, day: date
) -> Iterator[list[dict[str, Any]]]:
    """What a hospital's code means, by the one map that `url` names or by those of all facilities in scope.

    Raises HosoError HS2001 where the map is named and the asker may not read it.
    """
    named = is_local_map(url)
    facility, _, wanted = str(url).removeprefix(MAPS_URL).rpartition("-") if named else ("", "", "")
    if not named and not may(request.actor, PERMISSION, PURPOSE):
        return
    for kind in kinds().values():
        if kind.url != system or wanted not in ("", kind.key) or target not in (None, kind.catalogue_url):
            continue
        asking = Asking(PERMISSION, object=f"ConceptMap/{facility or '*'}/{kind.key}/{code}")
        asked = partial(translations, kind=kind.key, code=code, day=day, facility=facility)
        yield from (_match(one, day) for one in read(request.actor, PURPOSE, asking, asked))


def _match(one: MappedCode, day: date) -> list[dict[str, Any]]:
    coded = {"system": one.kind.catalogue_url, "code": one.target}
    if concept := concept_at(one.kind.catalogue, one.target, day):
        coded["display"] = concept.display_vi
    return [
        {"name": "equivalence", "valueCode": one.equivalence},
        {"name": "concept", "valueCoding": coded},
        {"name": "source", "valueUri": f"{MAPS_URL}{one.facility}-{one.kind_key}"},
    ]


def _element(one: MappedCode) -> dict[str, Any]:
    spell = f"{one.valid_from.isoformat()} – {one.valid_to.isoformat() if one.valid_to else ''}".strip()
    target = {"code": one.target, "equivalence": one.equivalence, "comment": f"v{one.version}, {spell}"}
    return {"code": one.code, "target": [target]}
