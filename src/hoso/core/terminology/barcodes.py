"""What a scanner read: a GTIN by itself, or GS1 element strings (DataMatrix, GS1-128) with batch, expiry and serial.

The one file that knows `biip`. A scanner that sends no group separator (FNC1) makes batch and serial run together; the GTIN,
which has a fixed length, is right all the same.
"""

import re
from dataclasses import dataclass
from datetime import date

import biip
from biip.gs1_messages import GS1Message

from hoso.core.terminology.gtin import NotAGtin, gtin14

LONGEST = 200
GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}")
# Digits of a GTIN alone; a symbology identifier of AIM, which many scanners send in front; an AI 01 as printed or as encoded.
SCANNED = re.compile(r"(?:[0-9]{8}|[0-9]{12,14})|\][A-Za-z][0-9].+|\(01\)[0-9]{14}.*|\x1d?01[0-9]{14}.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What stands on a package."""

    gtin: str
    batch: str = ""
    expires: date | None = None
    serial: str = ""


def looks_scanned(text: str) -> bool:
    """Whether somebody has scanned rather than typed."""
    return SCANNED.fullmatch(text.strip()) is not None


def scanned(text: str) -> Scanned:
    """Read it. Raises NotAGtin with the code of what is wrong (HS6200, HS6201, HS6202)."""
    plain = text.strip(" \r\n\t")[:LONGEST].removeprefix("\x1d")
    if GTIN.fullmatch(number := re.sub(r"^\](?:E[0-4]|I[01])", "", plain)):
        return Scanned(gtin14(number))  # as element strings, eight digits could be anything
    try:
        message = GS1Message.parse_hri(plain) if plain.startswith("(") else biip.parse(plain).gs1_message
    except biip.ParseError:
        raise NotAGtin("HS6200") from None
    if message is None:
        raise NotAGtin("HS6200")
    told = {element.ai.ai: element for element in message.element_strings}
    if "01" not in told:
        raise NotAGtin("HS6200")
    texts = {ai: element.value for ai, element in told.items()}
    expires = told["17"].date if "17" in told else None
    return Scanned(gtin14(texts["01"]), texts.get("10", ""), expires, texts.get("21", ""))
