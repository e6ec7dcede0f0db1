"""What each section of a patient summary takes from a record, and how a line of it reads.

Sections and their LOINC codes: HL7 International Patient Summary. What was told at visit after visit (a disease, a drug, a
result) stands once, by its newest telling.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from hoso.engines.records.pages.displays import Displays
from hoso.engines.records.pages.elements import Element, code_of
from hoso.engines.records.pages.lines import medication_line, result_line
from hoso.engines.records.papers.who import day_words
from hoso.engines.records.reading import StoredResource

Line = Callable[[StoredResource, Displays], tuple[str, ...]]
MOST = 60  # lines of a section; a summary that nobody can read through is none
RECENT = timedelta(days=365)  # before the newest of its kind: drugs of years ago are history, not a summary


@dataclass(frozen=True)
class SummarySection:
    title: str
    english: str
    loinc: str
    types: tuple[str, ...]
    columns: tuple[str, ...]
    widths: tuple[int, ...]
    line: Line
    required: bool = False
    recent: bool = False

    def choose(self, rows: Iterable[StoredResource], displays: Displays) -> "Chosen":
        """`rows`: newest first."""
        mine = [one for one in rows if one.type in self.types and _stands(one.content())]
        if self.recent and mine:
            mine = [one for one in mine if mine[0].happened - one.happened <= RECENT]
        newest = {_what(one): one for one in reversed(mine)}
        # Of one moment by what they are about: ids, which are random, would tell one record from another.
        resources = sorted(newest.values(), key=lambda one: (-one.happened.timestamp(), _what(one)))[:MOST]
        return Chosen(self, tuple(resources), tuple(self.line(one, displays) for one in resources))


@dataclass(frozen=True)
class Chosen:
    """A section with what it holds of one person."""

    section: SummarySection
    resources: tuple[StoredResource, ...]
    rows: tuple[tuple[str, ...], ...]


def _stands(content: Element) -> bool:
    """Not what its sender took back or refuted."""
    verified = code_of(content.get("verificationStatus"))
    return content.get("status") not in ("entered-in-error", "cancelled", "not-done") and verified not in (
        "entered-in-error", "refuted",
    )  # fmt: skip


def _what(one: StoredResource) -> str:
    """What a resource is about, so that the same told again stands once."""
    content = one.content()
    for name in ("code", "medicationCodeableConcept", "vaccineCode"):
        concept = content.get(name)
        if isinstance(concept, dict) and (words := code_of(concept) or concept.get("text")):
            again = content.get("occurrenceDateTime", "") if name == "vaccineCode" else ""
            return f"{name}:{words}:{again}"
    return one.id


def _name(concept: Element | None, displays: Displays) -> str:
    for coding in (concept or {}).get("coding", ()):
        if words := displays.text(coding.get("system", ""), coding.get("code", "")):
            return words
    first = ((concept or {}).get("coding") or [{}])[0]
    return str((concept or {}).get("text") or first.get("display") or first.get("code") or "")


def _day(one: StoredResource) -> str:
    return day_words(one.happened.astimezone().date().isoformat())


def _allergy(one: StoredResource, displays: Displays) -> tuple[str, ...]:
    content = one.content()
    reactions = [
        _name(sign, displays) for each in content.get("reaction", ()) for sign in each.get("manifestation", ())
    ]
    return _name(content.get("code"), displays), "; ".join(reactions), _day(one)


def _problem(one: StoredResource, displays: Displays) -> tuple[str, ...]:
    return _name(one.content().get("code"), displays), code_of(one.content().get("code")), _day(one)


def _drug(one: StoredResource, displays: Displays) -> tuple[str, ...]:
    line = medication_line(one, displays)
    return " ".join(filter(None, (line.name, line.strength))), line.dose, _day(one)


def _vaccine(one: StoredResource, displays: Displays) -> tuple[str, ...]:
    content = one.content()
    return _name(content.get("vaccineCode"), displays), str(content.get("lotNumber", "")), _day(one)


def _result(one: StoredResource, displays: Displays) -> tuple[str, ...]:
    line = result_line(one)
    value = " ".join(filter(None, (line.value, line.unit)))
    return line.name, value or line.conclusion or line.description, _day(one)


def _procedure(one: StoredResource, displays: Displays) -> tuple[str, ...]:
    content = one.content()
    return _name(content.get("code"), displays), code_of(content.get("code")), _day(one)


SECTIONS = (
    SummarySection("Dị ứng", "Allergies and intolerances", "48765-2", ("AllergyIntolerance",),
                   ("Dị ứng với", "Biểu hiện", "Ghi nhận"), (4, 4, 2), _allergy, required=True),
    SummarySection("Vấn đề sức khỏe", "Problem list", "11450-4", ("Condition",),
                   ("Bệnh", "Mã", "Gần nhất"), (7, 1, 2), _problem, required=True),
    SummarySection("Thuốc", "History of medication use", "10160-0", ("MedicationRequest", "MedicationStatement"),
                   ("Thuốc", "Cách dùng", "Gần nhất"), (5, 4, 2), _drug, required=True, recent=True),
    SummarySection("Tiêm chủng", "Immunizations", "11369-6", ("Immunization",),
                   ("Vắc xin", "Số lô", "Ngày tiêm"), (6, 2, 2), _vaccine),
    SummarySection("Kết quả gần nhất", "Relevant diagnostic tests and laboratory data", "30954-2", ("Observation",),
                   ("Chỉ số", "Kết quả", "Ngày"), (5, 4, 2), _result, recent=True),
    SummarySection("Phẫu thuật, thủ thuật", "History of procedures", "47519-4", ("Procedure",),
                   ("Tên", "Mã", "Ngày"), (6, 2, 2), _procedure),
)  # fmt: skip
