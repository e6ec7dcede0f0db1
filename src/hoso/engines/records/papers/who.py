"""Who a paper is about and who issues it, in the words that stand on it."""

import orjson
from django.conf import settings

from hoso.engines.records.pages.displays import Displays
from hoso.engines.records.pages.elements import Element
from hoso.engines.records.reading import StoredResource

SEX = {"male": "Nam", "female": "Nữ", "other": "Khác", "unknown": "Chưa xác định"}
NUMBERS = {"so-dinh-danh-ca-nhan": "personal_number", "ma-so-bhxh": "insurance_number", "bhyt": "card"}
SYNTHETIC = "HTEST"  # v3-ActReason, as HL7 marks test data


def person_words(patient: Element, card: str = "") -> dict[str, str]:
    """A Patient; `card`: the insurance card shown at the visit, before those known otherwise."""
    found = dict.fromkeys(("name", "birth", "sex", "address", *NUMBERS.values()), "")
    name = (patient.get("name") or [{}])[0]
    found["name"] = name.get("text") or " ".join([name.get("family", ""), *name.get("given", ())]).strip()
    found["birth"] = day_words(patient.get("birthDate", ""))
    found["sex"] = SEX.get(patient.get("gender", ""), "")
    found["address"] = (patient.get("address") or [{}])[0].get("text", "")
    for one in patient.get("identifier", ()):
        kind = NUMBERS.get(str(one.get("system", "")).rpartition("/")[2])
        if kind and not found[kind]:
            found[kind] = str(one.get("value", ""))
    if card:
        found["card"] = card
    return found


def facility_words(element: Element, displays: Displays) -> dict[str, str]:
    """The facility that a reference names by its code (MA_CSKCB), or by words."""
    code = str((element.get("identifier") or {}).get("value", ""))
    return {"code": code, "name": displays.facilities.get(code) or str(element.get("display", "")) or code}


def is_synthetic(patient: StoredResource) -> bool:
    """Whether the data is made up: everything in a demonstration, else what its sender marked so."""
    said: Element = orjson.loads(patient.meta or b"{}")
    return (settings.HOSO_HOME / "demo").is_dir() or any(
        one.get("code") == SYNTHETIC for one in said.get("security", ())
    )


def day_words(text: str) -> str:
    """yyyy, yyyy-mm or yyyy-mm-dd… as people write it here."""
    parts = text[:10].split("-")
    return "/".join(reversed(parts)) if text else ""
