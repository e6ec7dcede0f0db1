"""Value sets that can be asked about: all codes of a code system of the house, and those FHIR R4 requires.

`https://hoso.vn/fhir/ValueSet/<name>` is everything in the code system of that short name, as in force on the day.
"""

from dataclasses import dataclass
from datetime import date

from hoso.core.errors import HosoError
from hoso.core.terminology.hierarchy import above, below
from hoso.core.terminology.listing import codes_in
from hoso.core.terminology.queries import Version, version_at
from hoso.engines.records.fhir.definitions import bound_codes

OWN = "https://hoso.vn/fhir/ValueSet/"
Coded = tuple[str, str]  # address of the system, code


@dataclass(frozen=True)
class ValueSet:
    """Either everything in one version of a code system, or codes listed by FHIR."""

    url: str
    version: Version | None
    listed: frozenset[Coded] = frozenset()

    def holds(self, system: str, code: str) -> bool:
        if self.version is None:
            return (system, code) in self.listed
        return system == self.version.url and code in codes_in(self.version)

    def members(self) -> frozenset[Coded]:
        if self.version is None:
            return self.listed
        return frozenset((self.version.url, code) for code in codes_in(self.version))


def value_set(url: str, day: date) -> ValueSet:
    """Raises HosoError HS5201 for one that is not known."""
    address = url.partition("|")[0]
    if address.startswith(OWN):
        try:
            return ValueSet(address, version_at(address.removeprefix(OWN), day))
        except HosoError as error:
            raise HosoError("HS5201", url=url[:120]) from error
    codes = bound_codes(address)
    if codes is None:
        raise HosoError("HS5201", url=url[:120])
    return ValueSet(address, None, frozenset((system, code) for system, some in codes.items() for code in some))


def members(modifier: str, text: str, day: date) -> frozenset[Coded]:
    """The codes that a token's modifier means: `in` and `not-in` a value set, `below` and `above` a code `system|code`.

    Raises HosoError HS5201 for an unknown value set, HS5203 for a code without its system, HS6006 for an unknown system.
    """
    if modifier in ("in", "not-in"):
        return value_set(text, day).members()
    system, found, code = text.rpartition("|")
    if not found or not system or not code:
        raise HosoError("HS5203", modifier=modifier, value=text[:60])
    return (below if modifier == "below" else above)(system, code, day)
