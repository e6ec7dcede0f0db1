"""The text of the code on a citizen's card, as a scanner types it into the search box.

Layout `number|old number|name|ddmmyyyy|sex|address|ddmmyyyy of issue`, more fields may follow (unofficial: read from
cards and public readers, no document publishes it). The text is unsigned: it fills a search and proves nobody's identity.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

from hoso.core.vietnamese.folding import fold
from hoso.core.vietnamese.names import distant
from hoso.core.vietnamese.nfc import to_nfc
from hoso.engines.people.models import BirthDate, Sex

FIELDS = 7
INSURANCE_CARD = re.compile(r"(?:[A-Z]{2}[0-9]{3})?[0-9]{10}")
SEXES = {"nam": Sex.MALE, "nu": Sex.FEMALE}


@dataclass(frozen=True)
class CitizenCard:
    """What the card says; `old_number` (CMND) and `issued` may be missing."""

    number: str
    old_number: str
    name: str
    birth: date | None
    sex: Sex
    address: str
    issued: date | None

    @property
    def is_consistent(self) -> bool:
        """Whether the number's own digits say the same century, sex and year as the card (NĐ 137/2015, unofficial)."""
        if self.birth is None or self.sex is Sex.NOT_DETERMINED:
            return True
        century_and_sex = (self.birth.year // 100 - 19) * 2 + (self.sex is Sex.FEMALE)
        return self.number[3:6] == f"{century_and_sex}{self.birth.year % 100:02d}"

    def differs(self, name: str, birth: BirthDate, sex: Sex) -> tuple[str, ...]:
        """Which of name, birth and sex the card says otherwise than a record: somebody must look before they go on."""
        told = []
        if distant(self.name, name):
            told.append("name")
        if self.birth and birth.day and birth.precision >= 3 and self.birth != birth.day:
            told.append("birth")
        if Sex.NOT_DETERMINED not in (self.sex, sex) and self.sex != sex:
            told.append("sex")
        return tuple(told)


def read_citizen_card(text: str) -> CitizenCard | None:
    """The card whose code this is; None where the text is something else."""
    parts = [to_nfc(part).strip() for part in text.strip().split("|")]
    if len(parts) < FIELDS or not _is_number(parts[0], 12) or not parts[2]:
        return None
    number, old_number, name, birth, sex, address, issued = parts[:FIELDS]
    if old_number and not _is_number(old_number, 9, 12):
        return None
    return CitizenCard(
        number, old_number, name, _day(birth), SEXES.get(fold(sex), Sex.NOT_DETERMINED), address, _day(issued)
    )


def scanned_numbers(text: str) -> tuple[str, ...]:
    """The numbers to look for, best first, where the text is the code of a citizen's or an insurance card; else none.

    Of the insurance card's code only the first field, its number, is read: its other fields were not obtained.
    """
    if card := read_citizen_card(text):
        return tuple(number for number in (card.number, card.old_number) if number)
    first, bar, _ = text.strip().partition("|")
    return (first.upper(),) if bar and INSURANCE_CARD.fullmatch(first.upper()) else ()


def _is_number(text: str, *lengths: int) -> bool:
    return len(text) in lengths and text.isascii() and text.isdigit()


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%d%m%Y").date() if len(text) == 8 else None
    except ValueError:
        return None
