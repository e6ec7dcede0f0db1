"""Filing the resources of one turn: each judged against what is filed, all written at once."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from hoso.core.access.actor import Actor
from hoso.core.access.labels import withheld_mask
from hoso.core.access.policy import Scope
from hoso.core.accounts.authorization.permits import Permit
from hoso.core.accounts.machines import as_intake_service
from hoso.core.database.bulk import bulk_insert
from hoso.engines.records.actions import Filing, RecordBatch
from hoso.engines.records.fhir.writing.asked import Done, Refused, Wanted
from hoso.engines.records.fhir.writing.belonging import Belonging, Whose, facility_code
from hoso.engines.records.fhir.writing.care import CARE_COLUMNS, ON_KNOWN_CARE, care_days
from hoso.engines.records.fhir.writing.conditions import Conditions
from hoso.engines.records.fhir.writing.current import Current, Key
from hoso.engines.records.fhir.writing.happened import encounter_of, happened
from hoso.engines.records.fhir.writing.patients import Patients
from hoso.engines.records.fhir.writing.permitted import check_resource
from hoso.engines.records.fhir.writing.received import Received, receive
from hoso.engines.records.fhir.writing.telling import Telling
from hoso.engines.records.fhir.writing.written import Written, as_stored
from hoso.engines.records.resource_types import NUMBERS
from hoso.engines.records.ties import relabel_ties
from hoso.engines.records.treating_teams import settle_teams

Permits = Mapping[tuple[str, str], tuple[Permit, ...]]
_FIRST = {"Patient": 0, "Encounter": 1}


class FilingTurn:
    def __init__(self, cursor: Any, actor: Actor, scope: Scope, at: datetime, permits: Permits) -> None:
        self.cursor = cursor
        self.actor = actor
        self.scope = scope
        self.at = at
        self.permits = permits
        self.facility_id = facility_of(actor, scope)
        self.records = RecordBatch(cursor, at)
        self.belonging = Belonging(cursor, scope, self.facility_id)
        self.patients = Patients(cursor, at, self.facility_id)
        self.telling = Telling()
        self.care: dict[tuple[int, int, int], tuple[date, date, int]] = {}
        self.labelled_visits: dict[str, int] = {}  # of whom: visits whose team opens something, or did before

    def file(
        self, wanted: Sequence[Wanted], keys: Sequence[Key], bodies: Sequence[bytes], current: Mapping[Key, Current],
        conditions: Conditions,
    ) -> list[Done]:  # fmt: skip
        """Judge and gather all of them; what became of each, in the order given."""
        ready = [
            receive(body, one.type_name, one.place) if body and not conditions.finds_only(one) else None
            for one, body in zip(wanted, bodies, strict=True)
        ]
        self._look_up(keys, ready, current)
        done: dict[int, Done] = {}
        for number in sorted(range(len(wanted)), key=lambda at: _FIRST.get(wanted[at].type_name, 2)):
            one, received, now = wanted[number], ready[number], current.get(keys[number])
            if one.method == "DELETE":
                done[number] = self._delete(one, keys[number], now)
            elif received is None:
                assert now is not None
                done[number] = self._found(one, now)
            else:
                done[number] = self._put(one, keys[number], received, now)
        return [done[number] for number in range(len(wanted))]

    def write(self, purpose: str, about: str) -> None:
        """Store everything gathered, with its change and its audit events."""
        self.patients.write()
        self.records.write()
        self.patients.move_homes()
        rows = [
            (person, source, facility, "visit", *days_and_labels, 0)
            for (person, source, facility), days_and_labels in sorted(self.care.items())
        ]
        bulk_insert(self.cursor, "access_care_relation", CARE_COLUMNS, rows, ON_KNOWN_CARE)
        if self.labelled_visits:
            persons = set(self.labelled_visits.values())
            with as_intake_service():
                relabel_ties(self.cursor, persons)
            settle_teams(self.cursor, persons, self.labelled_visits)
        self.telling.write(self.actor, self.scope.role.key, purpose, about)

    def _look_up(self, keys: Sequence[Key], ready: Sequence[Received | None], current: Mapping[Key, Current]) -> None:
        given = [(key, one) for key, one in zip(keys, ready, strict=True) if one]
        new = [(key[1], one.content) for key, one in given if one.type_name == "Patient"]
        self.patients.load(new)
        own = {id_ for id_, _ in new}
        named = {
            patient for _, one in given if one.type_name != "Patient"
            for patient in one.patients if patient.id not in own
        }  # fmt: skip
        codes = {code for _, one in given if one.type_name == "Encounter" if (code := facility_code(one.content))}
        visits = {visit for key, one in given if (visit := encounter_of(*key, one.content))}
        self.records.load_labels_by_hand(visits)
        self.belonging.look_up(named, codes, visits - {id_ for type_name, id_ in keys if type_name == "Encounter"})

    def _put(self, wanted: Wanted, key: Key, received: Received, now: Current | None) -> Done:
        self._check_version(wanted, now)
        if wanted.method == "PUT" and received.given_id != key[1] and (wanted.query is None or received.given_id):
            raise Refused("HS5122", wanted.place, given=received.given_id[:64], address=key[1])
        same = now is not None and _is_same(received, now)
        whose = self._whose(wanted, key[1], received, now, same)
        if now is not None and now.person_id != whose.person_id:
            raise Refused("HS5130", wanted.place, resource="/".join(key))
        if same:
            assert now is not None
            return self._found(wanted, now)
        encounter = encounter_of(key[0], key[1], received.content) if whose.person_id else None
        filing = self.belonging.filing(whose, encounter, received.content)
        self._check_kept(wanted, now)
        draft = Written.of(key[1], received, happened(key[0], received.content) or self.at, wanted.kept)
        draft = self.records.labelled(draft, encounter)
        self.records.file(draft, filing, now.stored if now else None)
        version = self.records.touched[-1][2]
        resource = as_stored(draft, version, self.at, encounter)
        self._check_scopes(wanted, whose.patient_id, resource.served)
        self._take_care(key[0], filing, received, draft.sensitivity)
        if encounter and (draft.sensitivity or (key[0] == "Encounter" and now)):
            self.labelled_visits[encounter] = filing.person_id
        self.telling.add(filing, wanted.method, draft.sensitivity, (key[0], key[1], version))
        status = 200 if now and not now.resource.deleted else 201
        return Done(status, *key, version, resource.last_updated, resource)

    def _found(self, wanted: Wanted, now: Current) -> Done:
        """What is there already is left as it is."""
        self._check_scopes(wanted, self._patient_id(now), now.resource.served)
        self.telling.add(_filing_of(now), wanted.method, 0, None)
        one = now.resource
        return Done(200, one.type, one.id, one.version, one.last_updated, one, written=False)

    def _delete(self, wanted: Wanted, key: Key, now: Current | None) -> Done:
        self._check_version(wanted, now)
        if now is None:
            return Done(204, *key, 0, None, None)
        self._check_scopes(wanted, self._patient_id(now), now.resource.served)
        if now.resource.deleted:
            return Done(204, *key, now.stored.version, now.resource.last_updated, None)
        filing = _filing_of(now)
        self.records.remove((NUMBERS[key[0]], key[1]), filing, now.stored)
        version = now.stored.highest + 1
        self.telling.add(filing, wanted.method, now.resource.sensitivity, (*key, version))
        return Done(204, *key, version, self.at, None)

    def _whose(self, wanted: Wanted, id_: str, received: Received, now: Current | None, same: bool) -> Whose:
        if received.type_name != "Patient":
            return self.belonging.of(received.type_name, received.patients, wanted.place)
        whose = self.patients.whose(id_, now.source_person_id if now else None, described_anew=not same)
        self.belonging.by_patient[id_] = whose
        return whose

    def _check_version(self, wanted: Wanted, now: Current | None) -> None:
        there = now is not None and not now.resource.deleted
        if wanted.if_none_match and there:
            raise Refused("HS5136", wanted.place, type=wanted.type_name)
        if wanted.if_match is not None and (now is None or now.resource.version != wanted.if_match):
            raise Refused("HS5123", wanted.place, version=wanted.if_match)

    def _check_kept(self, wanted: Wanted, now: Current | None) -> None:
        """What an import may not put over what is filed."""
        if now is None:
            return
        if wanted.only_new and not now.resource.deleted:
            raise Refused("HS5136", wanted.place, type=wanted.type_name)
        if 0 < wanted.kept.version <= now.stored.highest:
            name = f"{now.resource.type}/{now.resource.id}"
            raise Refused("HS5166", wanted.place, resource=name, version=wanted.kept.version)

    def _check_scopes(self, wanted: Wanted, patient_id: str, served: Any) -> None:
        given = self.permits[wanted.type_name, wanted.method]
        if Permit() not in given:
            check_resource(given, wanted.type_name, wanted.method, patient_id, served())

    def _patient_id(self, now: Current) -> str:
        if self.actor.scopes is None or not now.person_id:
            return ""
        self.cursor.execute("SELECT patient_id FROM people_person WHERE person_id = %s", [now.person_id])
        row = self.cursor.fetchone()
        return str(row[0]) if row else ""

    def _take_care(self, type_name: str, filing: Filing, received: Received, labels: int) -> None:
        """A visit opens the record to the facility it is at, as a visit that arrives in a package does."""
        if type_name != "Encounter" or not filing.facility_id or not filing.person_id:
            return
        first, last = care_days(received.content, self.at)
        key = (filing.person_id, filing.source_person_id, filing.facility_id)
        labels &= withheld_mask("own_record")
        if known := self.care.get(key):
            first, last, labels = min(first, known[0]), max(last, known[1]), labels & known[2]
        self.care[key] = (first, last, labels)


def _is_same(received: Received, now: Current) -> bool:
    digest = sha256(received.body + received.meta).digest()
    return digest == now.stored.hash and not now.resource.deleted and received.sensitivity == now.resource.sensitivity


def _filing_of(now: Current) -> Filing:
    return Filing(now.person_id, now.source_person_id, "", now.encounter, now.facility_id, now.place_id, 0)


def facility_of(actor: Actor, scope: Scope) -> int:
    """Where the writer holds the role by which they write; 0 for a service of the whole house."""
    return next((one.facility_id or 0 for one in actor.assignments if one.role == scope.role.key), 0)
