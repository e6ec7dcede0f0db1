"""Whose charts a search looks through: the person it names, or for Patient those it describes."""

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.engines.people import queries as people
from hoso.engines.records.fhir.definitions import compartment
from hoso.engines.records.fhir.search.query import Criterion, Query, split_escaped, unescape

DESCRIBING = ("identifier", "phone", "telecom", "name", "family", "given")  # by which people are found
MOST_PERSONS = 200


def persons(scope: Scope, query: Query) -> list[int]:
    """Ids of the persons, those out of scope left out. Raises HosoError HS5113 where the search names nobody."""
    if query.type_name == "Patient":
        return _patients(scope, query)
    named = _criterion(query, ("patient", *compartment("Patient").get(query.type_name, ())))
    if named is None:
        raise HosoError("HS5113", type=query.type_name, needed="patient")
    found = (people.person_id_of(scope, _id_in(value.text)) for value in named.values)
    return list(dict.fromkeys(one for one in found if one is not None))


def _patients(scope: Scope, query: Query) -> list[int]:
    if by_id := _criterion(query, ("_id",)):
        found = (people.person_id_of(scope, unescape(value.text)) for value in by_id.values)
        return list(dict.fromkeys(one for one in found if one is not None))
    criterion = _criterion(query, DESCRIBING)
    if criterion is None:
        raise HosoError("HS5113", type="Patient", needed=", ".join(("_id", *DESCRIBING)))
    hits: dict[int, None] = {}
    for value in criterion.values:
        text = unescape(list(split_escaped(value.text, "|"))[-1])
        hits.update((hit.person_id, None) for hit in people.search(scope, text, MOST_PERSONS).hits)
    return list(hits)


def _criterion(query: Query, codes: tuple[str, ...]) -> Criterion | None:
    """The first criterion that says who: by one of these parameters, without a modifier that excludes."""
    for code in codes:
        for one in query.criteria:
            if one.parameter.code == code and one.missing is None and one.modifier in ("", "exact", "Patient"):
                return one
    return None


def _id_in(reference: str) -> str:
    return unescape(reference).rpartition("/")[2]
