"""From XML1 to the identity it claims: numbers, name, birth, sex, address."""

import re

from hoso.engines.intake.mapping.details import source_of, stated_details
from hoso.engines.intake.mapping.elements import first, split_codes
from hoso.engines.intake.moments import birth, moment
from hoso.engines.intake.sent import SentVisit
from hoso.engines.people.claimed import ClaimedIdentity
from hoso.engines.people.models import BirthDate

# definitions: bhyt_card and CCCD in identifiers.yaml. A child's temporary card (TE1 + province + 10) fits the card too.
_PERSONAL_NUMBER = re.compile(r"\d{12}$")
_CARD = re.compile(r"[A-Z]{2}[1-5]\d{12}$")
_INSURANCE_NUMBER = re.compile(r"\d{10}$")


def claimed_identity(visit: SentVisit, facility_code: str) -> ClaimedIdentity:
    """The identity a visit claims; its structure was checked before, so name and birth can be read."""
    values = visit.summary
    day, precision, time = birth(values.get("NGAY_SINH", ""))
    sex = values.get("GIOI_TINH", "")
    admitted = moment(values.get("NGAY_VAO", ""))
    if admitted is None:
        raise ValueError("a visit without a readable NGAY_VAO is quarantined before this")
    return ClaimedIdentity(
        name=" ".join(values.get("HO_TEN", "").split()),
        birth=BirthDate(day, precision, time),
        sex=int(sex) if sex in ("1", "2", "3") else 3,
        numbers=tuple(_numbers(visit)),
        facility_code=facility_code,
        phone=values.get("DIEN_THOAI", "").replace(" ", ""),
        address=values.get("DIA_CHI", ""),
        as_of=admitted,
        province_code=values.get("MATINH_CU_TRU", ""),
        commune_code=values.get("MAXA_CU_TRU", ""),
        district_code=values.get("MAHUYEN_CU_TRU", ""),
        source=source_of(values),
        details=stated_details(values),
    )


def _numbers(visit: SentVisit) -> list[tuple[str, str]]:
    values = visit.summary
    citizen = values.get("SO_CCCD", "").replace(" ", "").upper()
    numbers: dict[tuple[str, str], None] = {}
    if _PERSONAL_NUMBER.match(citizen):
        numbers["personal_number", citizen] = None
    cards = [card.upper() for card in split_codes(first(values, "MA_THE_BHYT", "MA_THE"))]
    for card in cards:
        if _CARD.match(card) or _INSURANCE_NUMBER.match(card):
            numbers["insurance_number", card[-10:]] = None
    for card in cards:
        numbers["card", card] = None
    if citizen and not _PERSONAL_NUMBER.match(citizen):
        numbers["passport", citizen] = None
    if number := values.get("MA_BN", ""):
        numbers["facility_number", number] = None
    return list(numbers)
