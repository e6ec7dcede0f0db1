"""The policy three times over: single decisions, the SQL of lists and row security agree on random worlds.

Besides the shipped rules there are some of the test's own, so that an account may hold roles of one relation that open
different labels.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from hoso.core.access.decisions import Opening, decider
from hoso.core.access.labels import mask_of
from hoso.core.access.predicates import person_predicate
from hoso.core.access.reach import Assignment, reaches
from hoso.core.access.rule_loading import load_rules
from hoso.core.access.rules import Rule, role_reaches, shipped_rules
from hoso.core.accounts.machines import as_operator, intake_service_id
from hoso.core.accounts.models import Account
from hoso.core.accounts.models import Assignment as Held
from hoso.core.database.session import acting_transaction
from hoso.core.places.facilities import ensure_facility
from hoso.core.places.models import Place
from tests.intaking import Intake, sign_in
from tests.policy_world import Row, World

Drawn = Any  # what Hypothesis draws; the strategies say what it holds
TODAY = date.today()
ACTIONS = sorted({action for rule in shipped_rules() for action in rule.actions})
PURPOSES = ["treatment", "record_keeping", "payment", "record_release", "training", "legal_request", "administration"]
MASKS = [0, 0, 0] + [
    mask_of(keys)
    for keys in (["hiv"], ["psychiatry"], ["hiv", "psychiatry"], ["fetal_sex"], ["art_donor"], ["prostitution"])
]
PERSONS = [900_001, 900_002, 900_003]
VISITS = ["v1", "v2"]


def _own_rules() -> tuple[Rule, ...]:
    """A doctor's twin that sees HIV at the facility, one that sees nothing but unlabelled records there, and an everywhere one."""
    (base,) = (rule for rule in shipped_rules() if rule.id == "care_at_facility")
    twin: dict[str, Any] = {"roles": frozenset({"student"}), "opens": {"student": mask_of(["hiv"])}}
    plain: dict[str, Any] = {"roles": frozenset({"outside_officer"}), "opens": {"outside_officer": 0}}
    return (
        *shipped_rules(),
        replace(base, id="test_hiv", purposes=frozenset({"training", "treatment"}), **twin),
        replace(base, id="test_plain", purposes=frozenset({"legal_request", "training"}), **plain),
        replace(base, id="test_everywhere", relation="everywhere", purposes=frozenset({"legal_request"}), **plain),
        replace(base, id="test_place", relation="place", purposes=frozenset({"training"}), **twin),
    )  # fmt: skip


@dataclass(frozen=True)
class House:
    facilities: list[int]
    places: list[int]  # a province, a commune in it, a commune elsewhere
    above: dict[int, frozenset[int]]
    rules: tuple[Rule, ...]
    approver: int  # opens temporary access


@pytest.fixture(scope="module")
def house(filled: Callable[[], Intake]) -> Iterator[House]:
    filled()
    commune = Place.objects.filter(level=Place.Level.COMMUNE, valid_to__isnull=True).order_by("id").first()
    assert commune is not None and commune.parent is not None
    other = (
        Place.objects.filter(level=Place.Level.COMMUNE, valid_to__isnull=True)
        .exclude(parent=commune.parent)
        .order_by("id")
        .first()
    )
    assert other is not None
    rules = _own_rules()
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "UPDATE access_role SET purposes = purposes || '{treatment,training,legal_request}' WHERE key IN ('student', 'outside_officer')"
        )
        load_rules(cursor, rules)
    facilities = [ensure_facility(code).pk for code in ("92001", "92002")]
    yield House(
        facilities,
        [commune.parent.pk, commune.pk, other.pk],
        {commune.pk: frozenset({commune.parent.pk})},
        rules,
        sign_in("access_approver").pk,
    )


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int, str]]]:
    """(person, facility index, days of the last day from today) and (person, place index, mask, visit)."""
    cares = draw(
        st.lists(
            st.tuples(st.sampled_from(PERSONS), st.integers(0, 1), st.sampled_from([-5, 0, 4])),
            max_size=5,
            unique_by=lambda care: care[:2],
        )
    )
    rows = draw(
        st.lists(
            st.tuples(st.sampled_from(PERSONS), st.integers(0, 2), st.sampled_from(MASKS), st.sampled_from(VISITS)),
            min_size=10,
            max_size=24,
        )
    )
    return cares, rows


WHERE = {"facility": "facility", "place": "place", "everywhere": "nowhere"}
PERMITS = [rule for rule in _own_rules() if rule.effect == "permit"]


@st.composite
def askers(draw: st.DrawFn) -> tuple[str, list[tuple[str, str, int]]]:
    """A purpose, and roles of which one or two have a rule for it; (role, at a facility / in a place / neither, index)."""
    first = draw(st.sampled_from(PERMITS))
    purpose = draw(st.sampled_from(sorted(first.purposes)))
    chosen = [
        first,
        *draw(st.lists(st.sampled_from([rule for rule in PERMITS if purpose in rule.purposes]), max_size=1)),
    ]
    holdings = [
        (
            draw(st.sampled_from(sorted(rule.roles))),
            WHERE.get(rule.relation or "") or draw(st.sampled_from(["facility", "place"])),
            draw(st.integers(0, 1)),
        )
        for rule in chosen
    ]
    if draw(st.integers(0, 9)) == 0:
        holdings.append((draw(st.sampled_from(sorted(role_reaches()))), "nowhere", 0))
    if draw(st.integers(0, 9)) == 0:
        purpose = draw(st.sampled_from(PURPOSES))
    return purpose, list(dict.fromkeys(holdings))


OPENINGS = st.lists(
    st.tuples(
        st.sampled_from(["granted", "granted", "own", "team"]), st.sampled_from(PERSONS), st.sampled_from([0, mask_of(["hiv"]), mask_of(["psychiatry", "art_donor"])]),
        st.sampled_from([None, "v1"]), st.sampled_from([("record.read",), ("record.read", "person.search", "record.export")]), st.sampled_from([None, 0]),
    ),
    max_size=3,
)  # fmt: skip
_numbers = count(1)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=worlds(), asker=askers(), openings=OPENINGS)
def test_lists_decisions_and_row_security_agree(house: House, world: Drawn, asker: Drawn, openings: Drawn) -> None:
    purpose, holdings = asker
    with transaction.atomic():
        try:
            _agree(house, world, holdings, openings, purpose)
        finally:
            transaction.set_rollback(True)


def _agree(house: House, world: Drawn, holdings: Drawn, openings: Drawn, purpose: str) -> None:
    account, held = _account(house, holdings)
    built = _world(house, *world)
    with acting_transaction(intake_service_id(), "record_keeping"), connection.cursor() as cursor:
        built.file(cursor)
    opened = [_open(house, account, purpose, *one) for one in openings]
    seen_by_any: set[str] = set()
    with acting_transaction(account.pk, purpose), connection.cursor() as cursor:
        for action in ACTIONS:
            found = reaches(house.rules, held, purpose, action)
            decide = decider(found, action, opened)
            decided = {row.id for row in built.rows if decide(built.facts(row)).permitted}
            where = person_predicate(found, action, "r", "opened.encounter = r.encounter")
            cursor.execute(f"SELECT id FROM records_resource r WHERE {where}")
            assert {row[0] for row in cursor.fetchall()} == decided, action
            seen_by_any |= decided
        cursor.execute("SELECT id FROM records_resource")
        assert {row[0] for row in cursor.fetchall()} == seen_by_any


def _account(house: House, holdings: Drawn) -> tuple[Account, list[Assignment]]:
    account = Account.objects.create_user(f"property.{next(_numbers)}", full_name="x", kind=Account.Kind.CLINICAL)
    held = []
    for role, where, index in holdings:
        facility = house.facilities[index] if where == "facility" else None
        place = house.places[index] if where == "place" else None
        try:
            with as_operator():
                Held.objects.create(
                    account=account, role=role, facility_id=facility, place_id=place, valid_from=date(2020, 1, 1)
                )
        except IntegrityError:
            assume(False)  # duties that the database keeps apart
        known = role_reaches()[role]
        held.append(Assignment(role, facility, place, known.everywhere, known.sees_persons))
    return account, held


def _world(house: House, cares: Drawn, rows: Drawn) -> World:
    return World(
        house.above,
        [(person, house.facilities[index], TODAY + timedelta(days=days)) for person, index, days in cares],
        [Row(person, house.places[place], mask, visit, f"r{number}") for number, (person, place, mask, visit) in enumerate(rows)],
    )  # fmt: skip


def _treat(account: Account, kind: str, person: int, visit: str, facility: int) -> Opening:
    """Write a place in a team by the licence that the account holds: it counts by a role at that facility alone."""
    with as_operator(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_licence (account_id, number, proof, given_by) SELECT %s, %s, 'seen for a test', access_actor()"
            " ON CONFLICT DO NOTHING", [account.pk, f"L-{account.pk}"],
        )  # fmt: skip
    with acting_transaction(intake_service_id(), "record_keeping"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO access_care_team (person_id, source_person_id, encounter, licence, facility_id, kind, added_by)"
            " VALUES (%s, %s, %s, %s, %s, %s, access_actor()) ON CONFLICT DO NOTHING",
            [person, person, visit, f"L-{account.pk}", facility, kind],
        )
        assume(cursor.rowcount == 1)  # a number stands once in the team of a visit
    return Opening(kind, person, None, visit, facility_id=facility)


def _open(
    house: House,
    account: Account,
    purpose: str,
    kind: str,
    person: int,
    labels: int,
    visit: str | None,
    permissions: tuple[str, ...],
    where: int | None,
) -> Opening:
    """Write a grant or a place in a team, as their tables allow."""
    if kind != "granted" and where is not None:
        return _treat(account, kind, person, visit or "v2", house.facilities[where])
    if kind != "granted":
        with acting_transaction(intake_service_id(), "record_keeping"), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO access_care_team (person_id, source_person_id, encounter, account_id, kind, added_by)"
                " VALUES (%s, %s, %s, %s, %s, access_actor())",
                [person, person, visit or "v2", account.pk, kind],
            )
        return Opening(kind, person, None, visit or "v2")
    facility = None if where is None else house.facilities[where]
    with acting_transaction(house.approver, "access_approval"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO access_grant (person_id, source_person_id, account_id, facility_id, kind, purpose, permissions,"
            " labels, encounter, ends_at, opened_by, reason_code, reason)"
            " VALUES (%s, %s, %s, %s, 'temporary', %s, %s, %s, %s, %s, %s, 'test', 'test')",
            [person, person, account.pk, facility, purpose, list(permissions), labels, visit,
             datetime.now(UTC) + timedelta(hours=1), house.approver],
        )  # fmt: skip
    return Opening("granted", person, labels, visit, frozenset(permissions), facility)
