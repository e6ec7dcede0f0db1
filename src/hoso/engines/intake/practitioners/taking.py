"""Taking a right row into the register: who it is about, what it changes. Steps of a batch, in its transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from hoso.core.errors import HosoError
from hoso.core.vietnamese.folding import fold
from hoso.core.vietnamese.names import distant
from hoso.engines.intake.practitioners.forms import form_of
from hoso.engines.intake.practitioners.rows import PlaceSaid, PractitionerRow

Outcome = Literal["created", "updated", "unchanged"]
Row = tuple[Any, ...]
_SPAN = "daterange(%s, %s, '[]')"


@dataclass
class Taking:
    """Rows of one list; `touched` are the practitioners whose views are to be filed anew."""

    cursor: Any
    list_id: int
    by: int  # the account that gave the list
    touched: set[int] = field(default_factory=set)

    def take(self, row: PractitionerRow) -> Outcome:
        """Raises HosoError HS6213, HS6214 where the numbers are of two people or of somebody else; IntegrityError where a
        number would be of two at once."""
        known = self._known(row)
        practitioner_id = known[0] if known else self._create(row)
        changed = known is not None and self._describe(known, row)
        changed |= self._licence(practitioner_id, row)
        changed |= bool(row.old_licence) and self._old_licence(practitioner_id, row)
        changed |= row.place is not None and self._place(practitioner_id, row.place)
        if changed:
            self.touched.add(practitioner_id)
        return "created" if known is None else "updated" if changed else "unchanged"

    def _known(self, row: PractitionerRow) -> Row | None:
        """(id, name, birth, sex, profession) of the one who holds any of the row's numbers at that time."""
        numbers = [number for number in (row.licence, row.old_licence) if number]
        self.cursor.execute(
            "SELECT DISTINCT p.id, p.name, p.birth_date, p.sex, p.profession FROM practitioners_licence l"
            " JOIN practitioners_practitioner p ON p.id = l.practitioner_id WHERE l.number = ANY (%s)"
            f" AND (l.number = %s OR daterange(l.first_day, l.last_day, '[]') && {_SPAN})",
            [numbers, row.old_licence, row.issued_on, row.valid_to],
        )
        found = self.cursor.fetchall()
        if len(found) > 1:
            raise HosoError("HS6213", row=row.number)
        if not found:
            return None
        known: Row = found[0]
        other_birth = row.birth and known[2] and row.birth != known[2]
        if other_birth or (distant(row.name, known[1]) and not (row.birth and known[2])):
            raise HosoError("HS6214", row=row.number, number=row.licence)
        return known

    def _create(self, row: PractitionerRow) -> int:
        self.cursor.execute(
            "INSERT INTO practitioners_practitioner (name, birth_date, sex, profession, changed_by, list_id)"
            " VALUES (%s, %s, %s, %s, %s, %s) RETURNING id",
            [row.name, row.birth, row.sex or 3, row.profession, self.by, self.list_id],
        )
        practitioner_id = int(self.cursor.fetchone()[0])
        write_words(self.cursor, practitioner_id, row.name)
        return practitioner_id

    def _describe(self, known: Row, row: PractitionerRow) -> bool:
        said = {"name": row.name, "birth_date": row.birth, "sex": row.sex, "profession": row.profession}
        before = dict(zip(said, known[1:], strict=True))
        if not self._set("practitioner", known[0], before, said):
            return False
        if row.name != known[1]:
            write_words(self.cursor, known[0], row.name)
        return True

    def _licence(self, practitioner_id: int, row: PractitionerRow) -> bool:
        self.cursor.execute(
            "SELECT id, written, issued_by, first_day, last_day, scope FROM practitioners_licence"
            f" WHERE practitioner_id = %s AND number = %s AND daterange(first_day, last_day, '[]') && {_SPAN} ORDER BY first_day",
            [practitioner_id, row.licence, row.issued_on, row.valid_to],
        )
        known = self.cursor.fetchone()
        said = {
            "written": row.written, "issued_by": row.issued_by, "first_day": row.issued_on, "last_day": row.valid_to,
            "scope": row.scope,
        }  # fmt: skip
        if known:
            return self._set("licence", known[0], dict(zip(said, known[1:], strict=True)), said)
        self._insert_licence(practitioner_id, row.licence, said)
        return True

    def _old_licence(self, practitioner_id: int, row: PractitionerRow) -> bool:
        """The number that the row's licence replaces: it ends the day before, where nothing else is known of its end."""
        ends = row.issued_on - timedelta(days=1) if row.issued_on else None
        self.cursor.execute(
            "SELECT id, first_day, last_day FROM practitioners_licence WHERE practitioner_id = %s AND number = %s"
            " ORDER BY first_day DESC NULLS LAST LIMIT 1",
            [practitioner_id, row.old_licence],
        )
        known = self.cursor.fetchone()
        if known is None:
            self._insert_licence(practitioner_id, row.old_licence, {"written": row.old_written, "last_day": ends})
            return True
        if known[2] is not None or ends is None or (known[1] and known[1] > ends):
            return False
        return self._set("licence", known[0], {"last_day": None}, {"last_day": ends})

    def _insert_licence(self, practitioner_id: int, number: str, said: Mapping[str, Any]) -> None:
        form = form_of(number, said.get("first_day"))
        columns = {"practitioner_id": practitioner_id, "number": number, "form": form, **said}
        self._insert("licence", columns)

    def _place(self, practitioner_id: int, place: PlaceSaid) -> bool:
        self.cursor.execute(
            "SELECT id, part_time, first_day, last_day FROM practitioners_place WHERE practitioner_id = %s AND facility_id = %s"
            f" AND department = %s AND role = %s AND daterange(first_day, last_day, '[]') && {_SPAN}"
            " ORDER BY first_day DESC NULLS LAST LIMIT 1",
            [practitioner_id, place.facility_id, place.department, place.role, place.first_day, place.last_day],
        )
        known = self.cursor.fetchone()
        said = {"part_time": place.part_time, "first_day": place.first_day, "last_day": place.last_day}
        if known:
            return self._set("place", known[0], dict(zip(said, known[1:], strict=True)), said)
        keys = {"facility_id": place.facility_id, "department": place.department, "role": place.role}
        self._insert("place", {"practitioner_id": practitioner_id, **keys, **said})
        return True

    def _set(self, kind: str, row_id: int, before: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
        """Write what is said and differs; what is left empty stays. Whether anything was written."""
        differing = {one: value for one, value in said.items() if value not in (None, "") and value != before[one]}
        if not differing:
            return False
        settings = ", ".join(f"{one} = %s" for one in differing)
        self.cursor.execute(
            f"UPDATE practitioners_{kind} SET {settings}, changed_by = %s, list_id = %s WHERE id = %s",
            [*differing.values(), self.by, self.list_id, row_id],
        )
        return True

    def _insert(self, kind: str, said: Mapping[str, Any]) -> None:
        columns = {**said, "changed_by": self.by, "list_id": self.list_id}
        marks = ", ".join(["%s"] * len(columns))
        self.cursor.execute(
            f"INSERT INTO practitioners_{kind} ({', '.join(columns)}) VALUES ({marks})", list(columns.values())
        )


def write_words(cursor: Any, practitioner_id: int, name: str) -> None:
    """The words by which a name is found."""
    words = sorted(set(fold(name).split()))
    cursor.execute("DELETE FROM practitioners_word WHERE practitioner_id = %s", [practitioner_id])
    cursor.execute(
        "INSERT INTO practitioners_word (word, practitioner_id) SELECT unnest(%s::text[]), %s", [words, practitioner_id]
    )


def by_of(cursor: Any, list_id: int) -> int:
    """The account that gave the list."""
    cursor.execute("SELECT given_by FROM practitioners_list WHERE id = %s", [list_id])
    return int(cursor.fetchone()[0])
