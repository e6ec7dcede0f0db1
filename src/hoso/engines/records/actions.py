"""Writing resources: new ones in bulk, changed ones as a new version with the old one kept.

A batch belongs to one transaction of its caller. Bytes equal to those filed change nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar

from hoso.core.database.bulk import bulk_insert, bulk_update
from hoso.engines.records.drafts import Draft
from hoso.engines.records.new_rows import RESOURCE_COLUMNS, Row, TokenOfRow, write_new, write_tokens
from hoso.engines.records.resource_types import NUMBERS, name_of

_KEPT = ", ".join(RESOURCE_COLUMNS)
_KEY = "person_id = %s AND type = %s AND id = %s"
_PERSON, _PLACE = (list(RESOURCE_COLUMNS).index(name) for name in ("person_id", "place_id"))


DraftKind = TypeVar("DraftKind", bound=Draft)


@dataclass(frozen=True, slots=True)
class Filing:
    """Where a draft belongs: the person, the visit, and where it came from."""

    person_id: int
    source_person_id: int
    patient_id: str
    encounter: str | None
    facility_id: int
    place_id: int
    package_id: int


@dataclass(slots=True)
class Stored:
    """What is filed of one resource: the current version and the highest number given so far."""

    version: int
    highest: int
    hash: bytes
    deleted: bool
    sensitivity: int


Key = tuple[int, int, str]  # person_id, type, id


@dataclass
class RecordBatch:
    """Rows gathered for one transaction. `at` becomes meta.lastUpdated of all of them."""

    cursor: Any
    at: datetime
    new: list[Row] = field(default_factory=list)
    changed: list[Row] = field(default_factory=list)
    late: list[Row] = field(default_factory=list)
    new_tokens: list[TokenOfRow] = field(default_factory=list)  # of `new`
    changed_tokens: list[TokenOfRow] = field(default_factory=list)  # of `changed`
    touched: list[tuple[str, str, int]] = field(default_factory=list)  # type, id, version
    by_hand: dict[str | None, tuple[int, int]] = field(default_factory=dict)  # of a visit: labels added and lifted

    def stored_of_visit(self, person_id: int, encounter: str) -> dict[tuple[int, str], Stored]:
        """What is filed of one visit, by (type, id) and in that order, so that the same acts tell the same changes;
        version 0 where there are only versions that came late."""
        self.cursor.execute(
            """
            SELECT coalesce(r.type, v.type), coalesce(r.id, v.id), coalesce(r.version, 0), greatest(r.version, v.highest),
                   coalesce(r.hash, ''::bytea), coalesce(r.deleted, true), coalesce(r.sensitivity, 0)
            FROM (SELECT * FROM records_resource WHERE person_id = %s AND encounter = %s) r
            FULL JOIN (SELECT type, id, max(version) AS highest FROM records_resource_version
                       WHERE person_id = %s AND encounter = %s GROUP BY type, id) v ON v.type = r.type AND v.id = r.id
            ORDER BY 1, 2
            """,
            [person_id, encounter] * 2,
        )
        return {(row[0], row[1]): Stored(*row[2:]) for row in self.cursor.fetchall()}

    def stored_of_type(self, person_ids: list[int], type_name: str) -> dict[Key, Stored]:
        """What is filed of one type for many persons (their Patient), by (person, type, id)."""
        self.cursor.execute(
            "SELECT person_id, type, id, version, version, hash, deleted, sensitivity FROM records_resource"
            " WHERE person_id = ANY (%s) AND type = %s",
            [person_ids, NUMBERS[type_name]],
        )
        return {row[:3]: Stored(*row[3:]) for row in self.cursor.fetchall()}

    def load_labels_by_hand(self, encounters: Iterable[str]) -> None:
        """Read what people decided about the labels of visits that are filed already: a new sending keeps it."""
        wanted = sorted(set(encounters))
        if not wanted:
            return
        self.cursor.execute(
            "SELECT visit, added, lifted FROM unnest(%s::text[]) AS visit, LATERAL records_labels_by_hand(visit)"
            " WHERE added | lifted <> 0",
            [wanted],
        )
        self.by_hand.update((visit, (added, lifted)) for visit, added, lifted in self.cursor.fetchall())

    def labels_now(self, coded: int, encounter: str | None) -> int:
        """What codes say of a visit's line, as people decided about it."""
        added, lifted = self.by_hand.get(encounter, (0, 0))
        return (coded | added) & ~lifted

    def labelled(self, draft: DraftKind, encounter: str | None) -> DraftKind:
        """The draft with the labels that people decided about."""
        mask = self.labels_now(draft.sensitivity, encounter)
        return draft if mask == draft.sensitivity else replace(draft, sensitivity=mask)

    def file(self, draft: Draft, filing: Filing, stored: Stored | None = None) -> None:
        """File a draft: new, as the next version, or not at all where nothing changed."""
        draft = self.labelled(draft, filing.encounter)
        body = draft.for_patient(filing.patient_id)
        digest = sha256(body + draft.meta).digest()
        version = draft.version or (stored.highest + 1 if stored else 1)
        if stored is None or not stored.version:
            rows, tokens = self.new, self.new_tokens
        elif stored.hash == digest and not stored.deleted and stored.sensitivity == draft.sensitivity:
            return
        else:
            rows, tokens = self.changed, self.changed_tokens
        tokens.extend((token, moment, len(rows)) for token, moment in draft.tokens)
        rows.append(self._row(draft, filing, version, body, digest))
        self.touched.append((draft.type, draft.id, version))

    def file_past(self, draft: Draft, filing: Filing, stored: Stored | None) -> None:
        """Keep a draft that arrived after a newer one as a past version; nothing current changes."""
        draft = self.labelled(draft, filing.encounter)
        body = draft.for_patient(filing.patient_id)
        digest = sha256(body + draft.meta).digest()
        if stored is not None and stored.hash == digest:
            return
        self.late.append(self._row(draft, filing, stored.highest + 1 if stored else 1, body, digest))

    def remove(self, key: tuple[int, str], filing: Filing, stored: Stored) -> None:
        """Mark a resource deleted: its line is no longer in the visit. The versions stay."""
        if stored.deleted:
            return
        self.touched.append((name_of(key[0]), key[1], stored.highest + 1))
        self.cursor.execute(
            f"INSERT INTO records_resource_version ({_KEPT}) SELECT {_KEPT} FROM records_resource WHERE {_KEY}",
            [filing.person_id, *key],
        )
        self.cursor.execute(
            f"UPDATE records_resource SET deleted = true, version = %s, last_updated = %s, package_id = %s WHERE {_KEY}",
            [stored.highest + 1, self.at, filing.package_id, filing.person_id, *key],
        )
        self.cursor.execute(f"DELETE FROM records_token WHERE {_KEY}", [filing.person_id, *key])

    def bring_home(self, homes: Mapping[int, int]) -> None:
        """Give what is gathered of these persons the home they have at the end of the batch (person -> place), so that rows
        are not written first and moved right after."""
        for rows in (self.new, self.changed, self.late) if homes else ():
            rows[:] = [_at(row, homes[row[_PERSON]]) if row[_PERSON] in homes else row for row in rows]

    def write(self) -> None:
        """Store everything gathered."""
        write_new(self.cursor, self.new, self.new_tokens)
        self._write_changed()
        late = [(*row, True) for row in self.late]
        bulk_insert(self.cursor, "records_resource_version", {**RESOURCE_COLUMNS, "arrived_late": "boolean"}, late)

    def _write_changed(self) -> None:
        if not self.changed:
            return
        bulk_update(
            self.cursor, "records_resource", ("person_id", "type", "id"), RESOURCE_COLUMNS, self.changed,
            keep_in="records_resource_version", kept=_KEPT,
        )  # fmt: skip
        # Tokens of the old version that the new one still has are written again right after.
        self.cursor.execute(
            "DELETE FROM records_token t USING unnest(%s::bigint[], %s::smallint[], %s::text[]) AS k (p, n, i)"
            " WHERE t.person_id = k.p AND t.type = k.n AND t.id = k.i",
            [[row[0] for row in self.changed], [row[1] for row in self.changed], [row[2] for row in self.changed]],
        )
        write_tokens(self.cursor, self.changed, self.changed_tokens)

    def _row(self, draft: Draft, filing: Filing, version: int, body: bytes, digest: bytes) -> Row:
        return (
            filing.person_id, NUMBERS[draft.type], draft.id, version, False, draft.last_updated or self.at, draft.happened, filing.encounter,
            filing.source_person_id, filing.facility_id, filing.place_id, draft.sensitivity, filing.package_id, draft.table,
            draft.line, digest, body, draft.meta,
        )  # fmt: skip


def _at(row: Row, place: int) -> Row:
    return row if row[_PLACE] == place else (*row[:_PLACE], place, *row[_PLACE + 1 :])


def move_visit(
    cursor: Any, encounters: Iterable[str], old_person: int, new_person: int, new_source: int, home: int
) -> None:
    """Move the resources of these visits to another person, since a correction says that they are about that one: under whom
    they are shown, under whom they are filed and whose home they belong to changes, the bytes do not."""
    wanted = list(encounters)
    ids = "SELECT type, id FROM records_resource WHERE person_id = %s AND encounter = ANY (%s)"
    news = "person_id = %s, source_person_id = %s, place_id = %s"
    cursor.execute(
        f"UPDATE records_token SET {news} WHERE person_id = %s AND (type, id) IN ({ids})",
        [new_person, new_source, home, old_person, old_person, wanted],
    )
    cursor.execute(
        f"UPDATE records_location SET {news} WHERE (type, id) IN ({ids})",
        [new_person, new_source, home, old_person, wanted],
    )
    for table in ("records_resource_version", "records_resource"):  # some versions came late and have no current one
        cursor.execute(
            f"UPDATE {table} SET {news} WHERE person_id = %s AND encounter = ANY (%s)",
            [new_person, new_source, home, old_person, wanted],
        )


def move_home(cursor: Any, homes: dict[int, int]) -> None:
    """Move what is filed of these persons to where they live now (person -> place): their station reads it all."""
    if not homes:
        return
    values = [list(homes), list(homes.values())]
    home = "unnest(%s::bigint[], %s::bigint[]) AS home (person, place)"
    # Locations are kept by id, so a person's are found through their resources: a walk over all grows with the store.
    cursor.execute(
        f"UPDATE records_location t SET place_id = home.place FROM {home}"
        " JOIN records_resource r ON r.person_id = home.person"
        " WHERE t.type = r.type AND t.id = r.id AND t.place_id <> home.place",
        values,
    )
    for table in ("records_resource", "records_resource_version", "records_token"):
        cursor.execute(
            f"UPDATE {table} t SET place_id = home.place FROM {home}"
            " WHERE t.person_id = home.person AND t.place_id <> home.place",
            values,
        )
