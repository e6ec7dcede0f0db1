"""CDA's points in time (TS) as FHIR writes them. HL7 V3 datatypes R1 section 3.8; FHIR R4 dateTime."""

import re
from datetime import datetime

_TS = re.compile(r"(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:\.\d{1,6})?([+-]\d{4})?")
HOME = "+07:00"  # a time without a zone is one of Việt Nam


def moment(text: str | None) -> str:
    """`20130103`, `201301031404-0500` as `2013-01-03`, `2013-01-03T14:04:00-05:00`; empty where it is no time."""
    match = _TS.fullmatch((text or "").strip())
    if match is None:
        return ""
    year, month, day, hour, minute, second, zone = match.groups()
    made = "-".join(part for part in (year, month, day) if part)
    if hour and minute:
        made += f"T{hour}:{minute}:{second or '00'}{f'{zone[:3]}:{zone[3:]}' if zone else HOME}"
    return made if _exists(made) else ""


def day(text: str | None) -> str:
    """The date alone."""
    return moment(text)[:10]


def _exists(text: str) -> bool:
    """Whether the calendar has it."""
    try:
        datetime.fromisoformat(text if len(text) > 9 else f"{text}-01-01"[:10] if len(text) == 4 else f"{text}-01")
    except ValueError:
        return False
    return True
