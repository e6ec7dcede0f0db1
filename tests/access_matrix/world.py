"""The world of the matrix: one person for each relation, records of every kind with every label, an account for each role."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, connections, transaction

from hoso.core.access.decisions import Facts, Opening
from hoso.core.access.labels import labels, mask_of
from hoso.core.access.reach import Assignment
from hoso.core.access.rules import State, role_reaches
from hoso.core.accounts.machines import intake_service_id
from hoso.core.accounts.models import Account
from hoso.core.accounts.models import Assignment as Held
from hoso.core.database.session import acting_transaction
from hoso.core.places.facilities import ensure_facility
from hoso.core.places.models import Place
from hoso.engines.records.resource_types import NUMBERS
from tests.access_matrix.oracle import GRANTED_LABELS, Asker

RELATIONS = ("facility_now", "facility_past", "place", "own", "team", "granted", "none")
PERSONS = {relation: 800_001 + number for number, relation in enumerate(RELATIONS)}
LABELS = ("", *labels())
KINDS = (
    "Encounter", "Observation", "MedicationRequest", "Procedure", "ServiceRequest", "ChargeItem", "ClinicalImpression",
    "Composition", "Claim", "Coverage", "Condition", "AllergyIntolerance", "DiagnosticReport", "Immunization", "Specimen",
    "CarePlan", "DocumentReference", "ImagingStudy", "MedicationDispense", "EpisodeOfCare", "FamilyMemberHistory",
    "Appointment", "RiskAssessment", "QuestionnaireResponse", "ClaimResponse",
)  # fmt: skip
OPENED = (
    "record.read",
    "person.search",
    "record.export",
    "record.print",
    "record.write",
    "record.label",
    "conflict.decide",
)
TWO_DUTIES = (("doctor", "administrator"), ("doctor", "overseer"), ("doctor", "access_approver"))
PLACES = ("facility", "place", "nowhere")


@dataclass(frozen=True)
class Matrix:
    """The world as it was written: where the roles are held, an account and its openings for each asker."""

    facility_id: int
    place_id: int
    elsewhere: int
    accounts: dict[Asker, Account]

    def assignments(self, asker: Asker) -> tuple[Assignment, ...]:
        facility = self.facility_id if asker.where == "facility" else None
        place = self.place_id if asker.where == "place" else None
        known = [(role, role_reaches()[role]) for role in asker.roles]
        return tuple(Assignment(role, facility, place, one.everywhere, one.sees_persons) for role, one in known)

    def openings(self) -> tuple[Opening, ...]:
        """What is opened to every asker, whatever their role: the rules decide whether it counts."""
        return (
            Opening("own", PERSONS["own"], None, visit_of("own")),
            Opening("team", PERSONS["team"], None, visit_of("team")),
            Opening("granted", PERSONS["granted"], mask_of({*GRANTED_LABELS, "fetal_sex"}), None, frozenset(OPENED)),
        )

    def facts(self, relation: str, label: str) -> Facts:
        states: dict[str, State] = {"facility_now": "in_treatment", "facility_past": "closed"}
        cares = frozenset({(self.facility_id, states[relation])} if relation in states else ())
        place = self.place_id if relation == "place" else self.elsewhere
        return Facts(
            PERSONS[relation], mask_of([label] if label else []), visit_of(relation), frozenset({place}), cares
        )


def visit_of(relation: str) -> str:
    return f"visit-{relation}"


def askers() -> Iterator[Asker]:
    """Every role in every place where it may be held, and accounts with two duties that do not go together."""
    for roles in [*((key,) for key in sorted(role_reaches())), *TWO_DUTIES]:
        for where in PLACES:
            yield Asker(roles, where)


def build(kinds: tuple[str, ...]) -> Matrix:
    """Write the world and commit it."""
    facility = ensure_facility("93001")
    here, elsewhere = Place.objects.filter(level=Place.Level.COMMUNE, valid_to__isnull=True).order_by("id")[:2]
    with acting_transaction(intake_service_id(), "record_keeping"), connection.cursor() as cursor:
        _cares(cursor, facility.pk)
        _records(cursor, kinds, here.pk, elsewhere.pk)
    accounts = {}
    for number, asker in enumerate(askers()):
        account = Account.objects.create_user(f"matrix.{number}", full_name="x", kind=Account.Kind.CLINICAL)
        for role in asker.roles:
            Held.objects.using("owner").create(  # two duties at once, past the database's own lock: the policy must hold alone
                account=account, role=role, valid_from=date(2020, 1, 1),
                facility=facility if asker.where == "facility" else None, place=here if asker.where == "place" else None,
            )  # fmt: skip
        accounts[asker] = account
    _open(accounts.values())
    return Matrix(facility.pk, here.pk, elsewhere.pk, accounts)


def _cares(cursor: Any, facility_id: int) -> None:
    for relation, days in (("facility_now", 2), ("facility_past", -30)):
        last = date.today() + timedelta(days=days)
        cursor.execute(
            "INSERT INTO access_care_relation (person_id, source_person_id, facility_id, kind, first_day, last_day, package_id)"
            " VALUES (%s, %s, %s, 'visit', %s, %s, 1)",
            [PERSONS[relation], PERSONS[relation], facility_id, last - timedelta(days=5), last],
        )


def _records(cursor: Any, kinds: tuple[str, ...], here: int, elsewhere: int) -> None:
    cursor.executemany(
        "INSERT INTO records_resource (person_id, type, id, version, last_updated, happened, encounter, source_person_id,"
        " facility_id, place_id, sensitivity, package_id, source_table, source_line, hash, body)"
        " VALUES (%s, %s, %s, 1, now(), now(), %s, %s, 1, %s, %s, 1, 1, 1, '', '{}')",
        [
            (person, NUMBERS[kind], f"{relation}.{label}.{kind}", visit_of(relation), person,
             here if relation == "place" else elsewhere, mask_of([label] if label else []))
            for relation, person in PERSONS.items() for label in LABELS for kind in kinds
        ],
    )  # fmt: skip


def _open(accounts: Any) -> None:
    """A grant and two visits for everybody and every purpose, written past row security: the rules must hold alone."""
    purposes = sorted({purpose for role in role_reaches().values() for purpose in role.purposes})
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        for account in accounts:
            for relation in ("own", "team"):
                person = PERSONS[relation]
                cursor.execute(
                    "INSERT INTO access_care_team (person_id, source_person_id, encounter, account_id, kind, added_by)"
                    " VALUES (%s, %s, %s, %s, %s, 0)",
                    [person, person, visit_of(relation), account.pk, relation],
                )
            cursor.executemany(
                "INSERT INTO access_grant (person_id, source_person_id, account_id, kind, purpose, permissions, labels,"
                " ends_at, opened_by, reason_code, reason)"
                " VALUES (%s, %s, %s, 'temporary', %s, %s, %s, now() + interval '20 hours', 0, 'test', 'test')",
                [
                    (PERSONS["granted"], PERSONS["granted"], account.pk, purpose, list(OPENED), mask_of(GRANTED_LABELS))
                    for purpose in purposes
                ],
            )
