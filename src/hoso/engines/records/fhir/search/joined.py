"""Searches that name a Patient follow Patient.link: what refers to any Patient of one person is found by each of them.

References inside stored bytes stay as they were sent, so after two persons were joined some name the one and some the other.
"""

from collections.abc import Iterable
from dataclasses import replace

from django.db import connection

from hoso.engines.records.fhir.search.plan import keys_in
from hoso.engines.records.fhir.search.query import Value
from hoso.engines.records.fhir.search.resolved import Identified, Referring, Resolved


def following_links(type_name: str, conditions: Iterable[Resolved]) -> list[Resolved]:
    """The conditions, with every Patient named by them beside those who were joined to it or to whom it was."""
    return [_following(type_name, one) for one in conditions]


def _following(type_name: str, one: Resolved) -> Resolved:
    if isinstance(one, Referring):
        more = _others(id_ for kind, id_ in one.keys if kind == "Patient")
        return replace(one, keys=one.keys | {("Patient", id_) for id_ in more}) if more else one
    if isinstance(one, Identified):
        more = _others(one.ids) if type_name == "Patient" else frozenset()
        return replace(one, ids=one.ids | more) if more else one
    if one.parameter.kind != "reference" or one.modifier == "identifier" or one.missing is not None:
        return one
    named = {key for value in one.values for key in keys_in(one.parameter, one.modifier, value)}
    more = _others(id_ for kind, id_ in named if kind == "Patient")
    before = "" if one.modifier else "Patient/"
    return replace(one, values=(*one.values, *(Value((before + id_,)) for id_ in sorted(more)))) if more else one


def _others(patients: Iterable[str]) -> frozenset[str]:
    asked = sorted(set(patients))
    if not asked:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute("SELECT people_same_patients(%s)", [asked])
        return frozenset(row[0] for row in cursor.fetchall()) - set(asked)
