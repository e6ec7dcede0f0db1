"""Reading people: search by name or number, one person's banner, contradictions under review.

Every function runs inside `core.access.reading.read`, whose scope filters in SQL; row security filters again.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from django.db import connection

from hoso.core.access.policy import Scope
from hoso.core.places.queries import address_lines
from hoso.core.vietnamese.folding import fold
from hoso.engines.people.citizen_card import scanned_numbers
from hoso.engines.people.models import BirthDate, Conflict, Identifier, Person, PersonHit, SearchAnswer, Sex
from hoso.engines.people.name_tokens import token_of_query

# Candidates looked at for one token before the asker is told to add a word: bounds the cost of "nguyen".
CANDIDATES = 3000
IN_SCOPE = 200  # of a common token: the first by name among the persons the asker may see
_HIT = (
    "p.person_id, p.patient_id, p.name, p.birth_date, p.birth_precision, p.birth_time, p.sex, p.place_id, p.address,"
    " p.provisional"
)
Places = Mapping[int, bool]  # units an address may name -> whether all of it lies in the commune asked for
_YEAR = re.compile(r"(18|19|20)\d\d$")
_NUMBER = re.compile(r"[A-Za-z]{0,3}[\d\s.\-]*\d[\d\s.\-]*$|(?=\S*\d\S*\d)[A-Za-z\d]{6,15}$", re.ASCII)  # or a passport


def search(scope: Scope, text: str, limit: int = 30, living_in: Places | None = None) -> SearchAnswer:
    """Persons by number (personal, insurance, card, phone, a facility's own) or by words of the name, in any order
    and without accents, or by the scanned code of a card. Names are in Vietnamese order; a birth year among the words
    narrows. `living_in` (`addresses_of` a commune) leaves those whose address, old or new, lies in it; without text, all."""
    text = text.replace("\0", " ").strip()
    if living_in is not None and not _is_number(text):
        return _by_place(scope, text, living_in, limit)
    answer = _search(scope, text, limit)
    if living_in is None or not answer.hits:
        return answer
    return _only_living_in(scope, answer, living_in)


def _is_number(text: str) -> bool:
    return bool(text) and (bool(scanned_numbers(text)) or _looks_like_number(text))


def _search(scope: Scope, text: str, limit: int) -> SearchAnswer:
    if not text:
        return SearchAnswer((), cut=False)
    if numbers := scanned_numbers(text):
        found = (_by_number(scope, number, limit) for number in numbers)
        return SearchAnswer(next(filter(None, found), ()), cut=False)
    if _looks_like_number(text):
        return SearchAnswer(_by_number(scope, text, limit), cut=False)
    return _by_name(scope, text, limit)


def _looks_like_number(text: str) -> bool:
    compact = re.sub(r"[\s.\-]", "", text)
    return bool(_NUMBER.match(text)) and len(compact) >= 6 or text.upper().startswith("SYN") and " " not in text


def _by_number(scope: Scope, text: str, limit: int) -> tuple[PersonHit, ...]:
    compact = re.sub(r"[\s.\-]", "", text).upper()
    spellings = list(dict.fromkeys([compact, text.strip(), *([compact[-10:]] if len(compact) == 15 else [])]))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT DISTINCT {_HIT}, p.name_sort FROM people_person p
            JOIN people_identifier i ON i.person_id = p.person_id
            WHERE i.kind = ANY (ARRAY['personal_number', 'insurance_number', 'card', 'hoso_number', 'passport', 'phone',
                                  'facility_number'])
              AND i.value = ANY (%s) AND p.merged_into IS NULL AND {scope.persons("p")}
            ORDER BY p.name_sort LIMIT %s
            """,
            [spellings, limit],
        )
        return _hits(cursor.fetchall())


def _by_name(scope: Scope, text: str, limit: int) -> SearchAnswer:
    words = fold(text).split()
    years = [int(word) for word in words if _YEAR.match(word)]
    names = [word for word in words if not _YEAR.match(word)]
    answer = _by_token(scope, token_of_query(names), names, years, limit)
    if not answer.hits and len(names) > 1:  # the last word may be half typed
        return _by_token(scope, token_of_query(names[:-1]), names, years, limit)
    return answer


def _by_token(scope: Scope, token: int | None, names: list[str], years: list[int], limit: int) -> SearchAnswer:
    if token is None:
        return SearchAnswer((), cut=False)
    narrowing = " AND strpos(' ' || p.folded_name, ' ' || %s) > 0" * len(names)
    narrowing += " AND extract(year FROM p.birth_date) = ANY (%s)" if years else ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT people_token_is_common(%s), access_persons_everywhere()", [token])
        common, everywhere = cursor.fetchone()
        # Walking over everybody's "nguyen" for the few in scope would take seconds: the scope's own are looked at.
        scoped = common and not everywhere
        values: list[Any] = [token]
        candidates = f"(SELECT DISTINCT person_id FROM people_token WHERE hash = %s LIMIT {CANDIDATES}) AS found"
        if scoped:
            candidates, values = "people_in_scope(%s, %s, %s, %s) AS found (person_id)", [token, names, years, IN_SCOPE]
        cursor.execute(
            f"""
            WITH candidate AS MATERIALIZED (SELECT person_id FROM {candidates})
            SELECT {_HIT} FROM candidate c JOIN people_person p ON p.person_id = c.person_id
            WHERE {scope.persons("p")}{narrowing}
            ORDER BY p.name_sort, p.birth_date LIMIT %s
            """,
            [*values, *names, *([years] if years else []), limit],
        )
        hits = _hits(cursor.fetchall())
        return SearchAnswer(hits, cut=len(hits) >= limit if scoped else common)


def _by_place(scope: Scope, text: str, places: Places, limit: int) -> SearchAnswer:
    words = fold(text).split()
    years = [int(word) for word in words if _YEAR.match(word)]
    names = [word for word in words if not _YEAR.match(word)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH candidate AS MATERIALIZED (SELECT people_living_in(%s, %s, %s, %s) AS person_id)
            SELECT {_HIT} FROM candidate c JOIN people_person p ON p.person_id = c.person_id
            WHERE {scope.persons("p")} ORDER BY p.name_sort, p.birth_date LIMIT %s
            """,
            [list(places), names, years, IN_SCOPE, limit],
        )
        hits = _hits(cursor.fetchall(), places)
    return SearchAnswer(hits, cut=len(hits) >= limit)


def _only_living_in(scope: Scope, answer: SearchAnswer, places: Places) -> SearchAnswer:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_HIT} FROM people_person p WHERE p.person_id = ANY (%s) AND p.place_id = ANY (%s) AND {scope.persons('p')}"
            " ORDER BY p.name_sort, p.birth_date",
            [[hit.person_id for hit in answer.hits], list(places)],
        )
        return SearchAnswer(_hits(cursor.fetchall(), places), answer.cut)


def _hits(rows: list[tuple[Any, ...]], places_asked: Places | None = None) -> tuple[PersonHit, ...]:
    places = address_lines(sorted({row[7] for row in rows if row[7]}))
    return tuple(
        PersonHit(
            row[0],
            row[1],
            row[2],
            BirthDate(row[3], row[4], row[5]),
            Sex(row[6]),
            places.get(row[7], ""),
            row[8],
            row[9],
            places_asked is not None and not places_asked[row[7]],
        )
        for row in rows
    )


def person(scope: Scope, person_id: int) -> Person | None:
    """The banner of one person; None where there is none in this scope."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_HIT}, p.phone, p.as_of FROM people_person p WHERE p.person_id = %s AND {scope.persons('p')}",
            [person_id],
        )
        row = cursor.fetchone()
        if row is None:
            return None
        cursor.execute(
            """
            SELECT i.kind, i.value, coalesce(f.code, ''), min(i.valid_from),
                   CASE WHEN bool_and(i.valid_to IS NOT NULL) THEN max(i.valid_to) END AS ended
            FROM people_identifier i
            LEFT JOIN places_facility f ON f.id = i.issuer_id AND i.issuer_id <> 0
            WHERE i.person_id = %s AND i.kind NOT IN ('household_member', 'birth') GROUP BY 1, 2, 3
            ORDER BY array_position(ARRAY['personal_number', 'insurance_number', 'card', 'hoso_number', 'passport', 'facility_number',
                                          'phone'], i.kind), 3, 5 DESC NULLS FIRST, i.value -- what ended follows its successor
            """,
            [person_id],
        )
        identifiers = tuple(Identifier(*found) for found in cursor.fetchall())
    (hit,) = _hits([row[:10]])
    return Person(
        hit.person_id,
        hit.patient_id,
        hit.name,
        hit.birth,
        hit.sex,
        row[10],
        hit.address,
        hit.place_name,
        identifiers,
        hit.provisional,
        row[11],
    )


def person_id_of(scope: Scope, patient_id: str) -> int | None:
    """The person a FHIR Patient id names: whoever it was joined to."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.person_id FROM people_person p WHERE p.person_id = people_now_of(%s) AND {scope.persons('p')}",
            [patient_id],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def bearer_of(_scope: Scope, number: str) -> int | None:
    """The person who bears exactly this personal, insurance or card number, whether in scope or not: for break-glass."""
    compact = re.sub(r"[\s.\-]", "", number).upper()
    with connection.cursor() as cursor:
        cursor.execute("SELECT people_bearer_of(%s)", [compact])
        found = cursor.fetchone()[0]
    return int(found) if found is not None else None


def conflicts(scope: Scope, open_only: bool = True) -> list[Conflict]:
    """Contradictions of identity, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT c.id, c.found_at, c.identifier_kind, c.differences, c.person_id, c.other_person_id, coalesce(f.name, ''),
                   c.decision, coalesce(a.full_name, ''), c.decided_at,
                   coalesce((SELECT i.value FROM people_identifier i WHERE i.person_id = c.person_id
                             AND i.kind = c.identifier_kind AND i.contested LIMIT 1), '')
            FROM people_conflict c
            LEFT JOIN places_facility f ON f.id = c.facility_id
            LEFT JOIN accounts_account a ON a.id = c.decided_by
            WHERE {scope.persons("c")} {"AND c.decision IS NULL" if open_only else ""}
            ORDER BY c.id DESC LIMIT 200
            """
        )
        rows = cursor.fetchall()
        cursor.execute(
            f"SELECT {_HIT} FROM people_person p WHERE p.person_id = ANY (%s) AND {scope.persons('p')}",
            [[one for row in rows for one in row[4:6]]],
        )
        known = {hit.person_id: hit for hit in _hits(cursor.fetchall())}
    return [
        Conflict(
            row[0],
            row[1],
            row[2],
            row[10],
            json.loads(row[3]) if isinstance(row[3], str) else row[3],
            known[row[4]],
            known[row[5]],
            row[6],
            row[7],
            row[8],
            row[9],
        )
        for row in rows
        if row[4] in known and row[5] in known
    ]
