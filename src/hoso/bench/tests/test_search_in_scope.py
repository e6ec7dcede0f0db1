"""A word that thousands share finds the asker's own people all the same, and nobody else."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from itertools import islice
from typing import Any

import psycopg
import pytest

from hoso.bench.synthetic_people import Resident, claims, person_ids, residents
from hoso.core.access.actor import Actor
from hoso.core.access.reading import Asking, read
from hoso.core.vietnamese.folding import fold

TEXTS = ("nguyen", "nguyen van", "nguyen thi", "nguyen van h", "thi", "tran 1985", "van nguyen", "le thi k", "zzz")


@pytest.fixture
def people(own_database: Any) -> list[Resident]:
    """Two hundred persons; of every three one is known to 80911, two to 80912. Every word counts as common."""
    from django.db import connection

    from hoso.core.accounts.machines import intake_service_id
    from hoso.core.database.session import acting_transaction
    from hoso.core.places.facilities import ensure_facility
    from hoso.engines.people.linkage import Linkage

    everybody = [
        Resident(one.person, "80911" if number % 3 == 0 else "80912", False)
        for number, one in enumerate(islice(residents(200), 200))
    ]
    facilities = {code: ensure_facility(code).pk for code in ("80911", "80912")}
    with acting_transaction(intake_service_id(), "record_keeping"), connection.cursor() as cursor:
        batch = Linkage(cursor)
        made = claims(everybody, facilities)
        batch.load([(claim, origin.facility_id) for claim, origin in made])
        for claim, origin in made:
            person = batch.link(claim, origin).person.person_id
            cursor.execute(
                "INSERT INTO access_care_relation VALUES (%s, %s, %s, 'visit', %s, %s, 0)",
                [person, person, origin.facility_id, date(2026, 10, 20), date(2026, 10, 20)],
            )
        batch.write()
    with psycopg.connect(own_database.admin_url, autocommit=True) as owner:
        owner.execute(
            "CREATE OR REPLACE FUNCTION people_token_is_common(wanted bigint) RETURNS boolean LANGUAGE sql STABLE"
            " SECURITY DEFINER SET search_path = public AS $$ SELECT true $$"
        )
    return everybody


def _found(actor: Actor, text: str) -> set[int]:
    from hoso.engines.people.queries import search

    answer = read(actor, "treatment", Asking("person.search", "search"), lambda scope: (search(scope, text, 150),))
    return {hit.person_id for hit in answer[0].hits}


def _expected(people: Sequence[Resident], text: str) -> set[int]:
    """The slow second answer: every word or year must begin a word of the name or be the year of birth."""
    words = fold(text).split()
    chosen = [
        one
        for one in people
        if all(
            str(one.person.born.year) == word if word.isdigit() else f" {word}" in f" {fold(one.person.name)}"
            for word in words
        )
    ]
    return set(person_ids(chosen))


def test_a_doctor_finds_the_hospitals_own_people(people: list[Resident], actor: Callable[..., Actor]) -> None:
    from hoso.core.places.models import Facility

    doctor = actor("doctor", facility=Facility.objects.get(code="80911"))
    own = [one for one in people if one.facility_code == "80911"]
    assert len(_expected(own, "nguyen")) > 5
    for text in TEXTS:
        assert _found(doctor, text) == _expected(own, text), text


def test_a_station_finds_the_people_who_live_there(people: list[Resident], actor: Callable[..., Actor]) -> None:
    from hoso.core.places.models import Place

    commune, count = Counter(one.person.commune.code for one in people).most_common(1)[0]
    assert count > 3
    place = Place.objects.get(level=Place.Level.COMMUNE, code=commune, valid_to=None)
    nurse = actor("station_nurse", place=place)
    own = [one for one in people if one.person.commune.code == commune]
    for text in TEXTS:
        assert _found(nurse, text) == _expected(own, text), text


def test_without_a_role_nobody_is_in_scope(people: list[Resident], actor: Callable[..., Actor]) -> None:
    from django.db import connection

    from hoso.core.database.session import acting_transaction
    from hoso.engines.people.name_tokens import token_of_query

    administrator = actor("administrator")
    for purpose in ("treatment", "administration"):
        with acting_transaction(administrator.account_id, purpose), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM people_in_scope(%s, '{}', '{}', 100)", [token_of_query(["nguyen"])])
            assert cursor.fetchone() == (0,)
