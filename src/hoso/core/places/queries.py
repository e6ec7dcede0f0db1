"""Reads about administrative units: as they were then, as they are now, by code, by name."""

from datetime import date

from django.db import connection

from hoso.core.places.models import Place
from hoso.core.vietnamese.folding import fold

TEXT_LENGTH = 200  # of what is searched for; the rest says nothing more
VALID = "p.valid_from <= %(day)s AND (p.valid_to IS NULL OR p.valid_to > %(day)s)"

# A district had no successor of its own: its communes had.
HEIRS = f"""
    WITH RECURSIVE heir AS (
        SELECT %(place)s::bigint AS id
        UNION
        SELECT next.id FROM heir
        JOIN places_place here ON here.id = heir.id AND here.valid_to <= %(day)s
        CROSS JOIN LATERAL (
            SELECT s.new_id AS id FROM places_succession s WHERE s.old_id = heir.id
            UNION ALL
            SELECT c.id FROM places_place c WHERE here.level = 2 AND c.parent_id = heir.id
        ) next
    )
    SELECT p.* FROM places_place p
    WHERE p.id = ANY (ARRAY(SELECT id FROM heir)) AND {VALID} ORDER BY p.level, p.code
"""

FORERUNNERS = f"""
    WITH RECURSIVE forerunner AS (
        SELECT %(place)s::bigint AS id
        UNION
        SELECT s.old_id FROM forerunner
        JOIN places_place here ON here.id = forerunner.id AND here.valid_from > %(day)s
        JOIN places_succession s ON s.new_id = forerunner.id
    )
    SELECT p.* FROM places_place p
    WHERE p.id = ANY (ARRAY(SELECT id FROM forerunner)) AND {VALID} ORDER BY p.level, p.code
"""

# Whoever lived in a unit that went wholly into this one lives here now; of one that was split it is not known.
ADDRESSES_OF = """
    WITH RECURSIVE former AS (
        SELECT %(place)s::bigint AS id, true AS whole
        UNION
        SELECT s.old_id, former.whole AND s.relation <> 'split' FROM former
        JOIN places_succession s ON s.new_id = former.id
    )
    SELECT id, bool_or(whole) FROM former GROUP BY id
"""


def place_at(level: int, code: str, day: date) -> Place | None:
    """The unit that carried this code on that day; codes are re-used, so the day decides which."""
    found = Place.objects.raw(
        f"SELECT p.* FROM places_place p WHERE p.level = %(level)s AND p.code = %(code)s AND {VALID}",
        {"level": level, "code": code, "day": day},
    )
    return next(iter(found), None)


def children(place: Place, day: date) -> list[Place]:
    """The units directly below on that day, by code."""
    found = Place.objects.raw(
        f"SELECT p.* FROM places_place p WHERE p.parent_id = %(place)s AND {VALID} ORDER BY p.code",
        {"place": place.pk, "day": day},
    )
    return list(found)


def now(place: Place, day: date | None = None) -> list[Place]:
    """As it is now (or on a later `day`): what became of the unit; all heirs of a split, itself when it still holds."""
    return list(Place.objects.raw(HEIRS, {"place": place.pk, "day": day or date.today()}))


def now_id(unit: int) -> int:
    """Id of the only unit of today that a unit is or became; itself where it was split or nothing is known of its heirs."""
    heirs = now(Place(pk=unit))
    return heirs[0].pk if len(heirs) == 1 else unit


def then(place: Place, day: date) -> list[Place]:
    """As it was then: the units that went into this one, wholly or in part, as they stood on an earlier day."""
    return list(Place.objects.raw(FORERUNNERS, {"place": place.pk, "day": day}))


def addresses_of(place: Place) -> dict[int, bool]:
    """Every unit, of whatever time, that an address in this one may name: by its id, whether all of it lies here now. Where it
    does not, it was split, and who lived there lives in one of its heirs."""
    with connection.cursor() as cursor:
        cursor.execute(ADDRESSES_OF, {"place": place.pk})
        return dict(cursor.fetchall())


def find(text: str, day: date, level: int | None = None, limit: int = 20) -> list[Place]:
    """Search by name without accents, also with the unit above: “tan phu dong nai”. Best first."""
    folded = fold(text[:TEXT_LENGTH].replace(",", " ").replace("\0", " "))
    if not folded:
        return []
    words = {f"word{number}": f"% {_plain(word)}%" for number, word in enumerate(folded.split())}
    matches = " AND ".join(f"(' ' || p.folded_address) LIKE %({name})s" for name in words)
    found = Place.objects.raw(
        f"""
        SELECT p.* FROM places_place p
        WHERE {VALID} AND (%(level)s::int IS NULL OR p.level = %(level)s) AND {matches}
        ORDER BY p.folded_name <> %(text)s, NOT starts_with(p.folded_name, %(text)s), p.level,
                 length(p.folded_address), p.code
        LIMIT %(limit)s
        """,
        {"day": day, "level": level, "text": folded, "limit": limit, **words},
    )
    return list(found)


def _plain(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def address_line(place: Place) -> str:
    """“Xã X, Tỉnh Y”; units before 2025-07-01 name their district too."""
    return place.address


def address_lines(place_ids: list[int]) -> dict[int, str]:
    """The address line of each of these units."""
    return dict(Place.objects.filter(pk__in=set(place_ids)).values_list("pk", "address"))
