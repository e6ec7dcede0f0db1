"""One visit on its way to the record: what all its lines share, and the list of what came of each."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation

from hoso.engines.intake.mapping.elements import Element, facility, first, without_empty
from hoso.engines.intake.moments import moment
from hoso.engines.intake.sent import SentVisit, Values
from hoso.engines.records.drafts import PATIENT_PLACEHOLDER, Draft, to_bytes, uuid8_at
from hoso.engines.records.fhir.search.index_rows import index_rows

COSTED_TABLES = (2, 3)
LINE_TOTAL = ("THANH_TIEN_BV", "THANH_TIEN")


@dataclass
class MappingVisit:
    """A visit being mapped. `masks` holds the sensitivity of each (table, line); `withheld` those kept aside."""

    sent: SentVisit
    decision: str
    facility_code: str
    ma_lk: str
    id_date: datetime
    masks: dict[tuple[int, int], int]
    withheld: dict[tuple[int, int], int]
    text_withheld: bool
    mark: int = 0  # the labels of what is kept back
    drafts: list[Draft] = field(default_factory=list)
    mapped: set[tuple[int, int]] = field(default_factory=set)

    @property
    def summary(self) -> Values:
        return self.sent.summary

    def __post_init__(self) -> None:
        self._milliseconds = int(self.id_date.timestamp() * 1000)
        self.encounter = self.id_of("Encounter", 1, "1")

    def id_of(self, type_name: str, table: int, key: str) -> str:
        """The id of a resource: by the visit's fixed date, facility, MA_LK, table, line and type."""
        return uuid8_at(self._milliseconds, self.facility_code, self.ma_lk, str(table), key, type_name)

    def lines(self, table: int) -> list[tuple[int, str, Values]]:
        """(place, key, values) of the lines that may be filed. The key is STT where it names one line only."""
        rows = self.sent.tables.get(table, [])
        numbers = [values.get("STT", "") for values in rows]
        by_number = all(numbers) and len(set(numbers)) == len(numbers)
        return [
            (place, numbers[place - 1] if by_number else f"#{place}", values)
            for place, values in enumerate(rows, start=1)
            if (table, place) not in self.withheld
        ]

    def free_text(self, text: str) -> str:
        """The text, or nothing where the visit's free text is withheld because it may name what is."""
        return "" if self.text_withheld else text

    def less_withheld(self, stated: str, *fields: str) -> str:
        """A sum of the visit as stated, less what its withheld drugs and services cost: a difference between the sum and
        the lines that are there would tell that others are not, and their price."""
        lines = [self.sent.tables.get(table, [])[place - 1] for table, place in self.withheld if table in COSTED_TABLES]
        try:
            kept = sum((Decimal(first(values, *fields) or "0") for values in lines), Decimal(0))
            return f"{Decimal(stated) - kept:f}" if kept else stated
        except InvalidOperation:
            return stated

    def add(self, type_name: str, table: int, line: int, key: str, content: Element, when: str) -> str:
        """File `content` as a resource that came from this line; returns its id."""
        resource_id = self.id_of(type_name, table, key)
        filled = without_empty(content)
        self.drafts.append(
            Draft(
                type_name,
                resource_id,
                table,
                line,
                moment(when.split(";")[0].strip()) or self.id_date,
                self.masks.get((table, line), 0),
                to_bytes({"resourceType": type_name, **filled}),
                index_rows(type_name, filled),
            )
        )
        self.mapped.add((table, line))
        return resource_id

    def add_shell(self, type_name: str, content: Element, when: str, sensitivity: int = 0) -> None:
        """File a resource that stands for the visit and comes from no line of it."""
        filled = without_empty(content)
        body = to_bytes({"resourceType": type_name, **filled})
        rows = index_rows(type_name, filled)
        self.drafts.append(
            Draft(type_name, self.id_of(type_name, 1, "1"), 0, 0, moment(when) or self.id_date, sensitivity, body, rows)
        )

    def subject(self) -> Element:
        return {"reference": f"Patient/{PATIENT_PLACEHOLDER}"}

    def encounter_reference(self) -> Element:
        return {"reference": f"Encounter/{self.encounter}"}

    def facility(self) -> Element:
        return facility(self.facility_code)
