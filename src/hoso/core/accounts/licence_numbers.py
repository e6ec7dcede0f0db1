"""A licence number as it is compared, however a hospital or an administrator wrote it. Needs neither Django nor the database."""

import re
import unicodedata

# QĐ 3176/QĐ-BYT writes behind the number where somebody treats from afar or was sent to: .TX.01001, .HD.01001.
_ELSEWHERE = re.compile(r"\.(TX|HD)\.[0-9A-Z]+$")
_FITS = re.compile(r"[^\s;]{3,50}")


def licence_number(text: str) -> str:
    """Capitals, no spaces, without the place of work behind it; empty for what is no number."""
    number = _ELSEWHERE.sub("", "".join(unicodedata.normalize("NFC", text).upper().split()))
    return number if _FITS.fullmatch(number) else ""
