"""Text of before Unicode in what hospitals send: found and told, with what it would read as; never converted silently."""

from hoso.core.vietnamese.legacy import TITLES, detect, read_as
from hoso.engines.intake.sent import Finding, SentVisit, Values

# Where free Vietnamese text stands in XML1 of every decision; the name decides who the person is.
NAME = "HO_TEN"
FIELDS = (
    NAME, "DIA_CHI", "HO_TEN_CHA", "HO_TEN_ME", "NGUOI_GIAM_HO", "LY_DO_VV", "LY_DO_VNT", "CHAN_DOAN_VAO", "CHAN_DOAN_RV",
    "TEN_BENH", "PP_DIEU_TRI", "GHI_CHU",
)  # fmt: skip
MOST_TEXT = 20_000  # characters that are looked at


def check_encoding(visit: SentVisit) -> list[Finding]:
    """HS3331 for each text of XML1 in an old encoding. In the name it is an error, as the person would be another one:
    the envelope's rule is UTF-8 (letters 3190 and 1245/BHXH-CNTT, official). Elsewhere it warns."""
    values = visit.summary
    encoding = encoding_of(values)
    if encoding is None:
        return []
    found = []
    for name in FIELDS:
        before = values.get(name, "")
        after = read_as(before, encoding)
        if not before.isascii() and after and after != before:
            severity = "error" if name == NAME else "warning"
            params = {"encoding": TITLES[encoding], "after": after[:200]}
            found.append(Finding("HS3331", severity, 1, 1, name, before[:200], params))
    return found


def encoding_of(values: Values) -> str | None:
    """The old encoding the texts of a line are in; judged together, since one short word can be read in several ways."""
    texts = [text for name in FIELDS if (text := values.get(name, "")) and not text.isascii()]
    suspect = [text for text in texts if detect(text[:MOST_TEXT])]
    if not suspect:
        return None
    together = detect("\n".join(suspect)[:MOST_TEXT])
    found = together or detect(suspect[0][:MOST_TEXT])
    return found.encoding if found else None


def encoding_of_bytes(text: bytes) -> str | None:
    """The title of the old encoding that bytes which are no UTF-8 are in; None where they are UTF-8 or in none."""
    try:
        text.decode()
    except UnicodeDecodeError:
        found = None if b"\0" in text else detect(text[:MOST_TEXT].decode("latin-1"))
        return TITLES[found.encoding] if found else None
    return None
