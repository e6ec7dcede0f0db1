"""What is known of everybody, as it is compared: for all pairs a file, for one person those worth comparing."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hoso.core.database.prepared import rows_through
from hoso.core.vietnamese.folding import fold
from hoso.engines.people.matching.comparisons import Compared
from hoso.engines.people.models import BirthDate

WORDS_KEPT = 200  # characters of a name's words that people_person.name_words keeps
MOST = 500  # candidates of one kind: whoever shares more than that is found by something else as well
# A provisional person is left to whoever decides about the contradiction.
_KNOWN = """
    SELECT p.person_id, p.folded_name,
           CASE WHEN p.birth_precision >= 1 THEN extract(year FROM p.birth_date)::int END,
           CASE WHEN p.birth_precision >= 2 THEN extract(month FROM p.birth_date)::int END,
           CASE WHEN p.birth_precision >= 3 THEN extract(day FROM p.birth_date)::int END,
           nullif(p.sex, 3), p.phone, nullif(p.place_id, 0), coalesce(h.household, ''),
           coalesce(i.insurance, ''), coalesce(i.personal, '')
    FROM people_person p
    LEFT JOIN (SELECT person_id, min(household) AS household FROM people_household_member WHERE last_day IS NULL {households}
               GROUP BY 1) h ON h.person_id = p.person_id
    LEFT JOIN (SELECT person_id, min(value) FILTER (WHERE kind = 'insurance_number') AS insurance,
                      min(value) FILTER (WHERE kind = 'personal_number') AS personal
               FROM people_identifier WHERE NOT contested AND valid_to IS NULL {numbers} GROUP BY 1) i ON i.person_id = p.person_id
    WHERE p.merged_into IS NULL AND NOT p.provisional {persons}
"""
_WITHIN = "AND person_id = ANY (%(ids)s::bigint[])"
_KNOWN_OF_SOME = _KNOWN.format(households=_WITHIN, numbers=_WITHIN, persons=_WITHIN.replace("person_id", "p.person_id"))


def write_everybody(cursor: Any, path: Path) -> int:
    """Write a line for each person, tab between the values; gives how many. Runs as somebody who sees everybody."""
    lines = 0
    statement = _KNOWN.format(households="", numbers="", persons="")
    with path.open("wb") as out, cursor.copy(f"COPY ({statement}) TO STDOUT (FORMAT text, NULL '')") as copy:
        for block in copy:
            out.write(block)
            lines += bytes(block).count(b"\n")
    return lines


def compared(cursor: Any, person_ids: Iterable[int]) -> dict[int, Compared]:
    """These persons, as far as row security lets them be seen."""
    found = rows_through(cursor, _KNOWN_OF_SOME, {"ids": sorted(set(person_ids))})
    return {row[0]: Compared(*row[1:]) for row in found}


def described(
    name: str, birth: BirthDate, sex: int, phone: str = "", commune: int | None = None, household: str = "",
    insurance_number: str = "", personal_number: str = "",
) -> Compared:  # fmt: skip
    """Somebody who arrives, as they are compared."""
    parts = (birth.day.year, birth.day.month, birth.day.day) if birth.day else (None, None, None)
    year, month, day = (part if birth.precision > place else None for place, part in enumerate(parts))
    return Compared(
        fold(name), year, month, day, None if sex == 3 else sex, phone, commune, household, insurance_number, personal_number
    )  # fmt: skip


def worth_comparing(cursor: Any, one: Compared) -> list[int]:
    """Who may be this human: the same blocks as for all pairs, each one look-up in an index."""
    cursor.execute(
        """
        SELECT person_id FROM people_identifier WHERE issuer_id = 0
            AND (kind, value) IN (('personal_number', %(personal)s), ('insurance_number', %(insurance)s), ('phone', %(phone)s))
        UNION SELECT person_id FROM people_household_member WHERE household = %(household)s AND last_day IS NULL
        UNION (SELECT p.person_id FROM people_person p WHERE p.birth_date = make_date(%(year)s, %(month)s, %(day)s)
               AND p.place_id = %(commune)s AND p.merged_into IS NULL LIMIT %(most)s)
        UNION (SELECT p.person_id FROM people_person p WHERE p.name_words = %(words)s AND p.born_in = %(year)s
               AND p.merged_into IS NULL LIMIT %(most)s)
        """,
        {
            "personal": one.personal_number or "-", "insurance": one.insurance_number or "-", "phone": one.phone or "-",
            "household": one.household or "-", "year": one.birth_year, "month": one.birth_month or 1, "day": one.birth_day or 1,
            "commune": one.commune, "words": one.words[:WORDS_KEPT] or None, "most": MOST,
        },
    )  # fmt: skip
    return [row[0] for row in cursor.fetchall()]
