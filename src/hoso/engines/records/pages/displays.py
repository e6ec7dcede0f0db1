"""Names for the codes on a page: diagnoses, facilities, code lists, all looked up at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.utils.translation import get_language

from hoso.core.errors import HosoError
from hoso.core.terminology import queries as terminology
from hoso.engines.records.reading import StoredResource

ICD10 = "http://hl7.org/fhir/sid/icd-10"
OWN = "https://hoso.vn/fhir/CodeSystem/"


@dataclass(frozen=True)
class Displays:
    """(system, code) -> name, and facility code -> name."""

    concepts: dict[tuple[str, str], str]
    facilities: dict[str, str]

    @classmethod
    def of(cls, rows: Iterable[StoredResource]) -> "Displays":
        """Look up every code and facility these resources mention."""
        contents = [row.content() for row in rows]
        day = max((row.happened.date() for row in rows), default=date.today())
        codes: dict[str, set[str]] = {}
        facilities: set[str] = set()
        for content in contents:
            _gather(content, codes, facilities)
        concepts = {
            (system, code): text
            for system, wanted in codes.items()
            for code, text in _texts(system, wanted, day).items()
        }
        return cls(concepts, _facility_names(facilities))

    def text(self, system: str, code: str) -> str:
        return self.concepts.get((system, code), "")

    def icd10(self, code: str) -> str:
        return self.text(ICD10, code)

    def own(self, name: str, code: str) -> str:
        return self.text(OWN + name, code)


def _gather(element: object, codes: dict[str, set[str]], facilities: set[str]) -> None:
    if isinstance(element, list):
        for one in element:
            _gather(one, codes, facilities)
    elif isinstance(element, dict):
        system, code, value = element.get("system"), element.get("code"), element.get("value")
        if isinstance(system, str) and isinstance(code, str):
            codes.setdefault(system, set()).update({code, code.zfill(2)})  # older decisions write 1 for 01
        elif isinstance(system, str) and system.endswith("/sid/ma-cskcb") and isinstance(value, str):
            facilities.add(value)
        for one in element.values():
            if isinstance(one, dict | list):
                _gather(one, codes, facilities)


def _texts(system: str, codes: set[str], day: date) -> dict[str, str]:
    if system != ICD10 and not system.startswith(OWN):
        return {}
    try:
        return terminology.displays(system, codes, day, "en" if get_language() == "en" else "vi")
    except HosoError:  # a local list nobody has loaded: codes are shown bare
        return {}


def _facility_names(codes: set[str]) -> dict[str, str]:
    if not codes:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, name FROM places_facility WHERE code = ANY (%s)", [list(codes)])
        return dict(cursor.fetchall())
