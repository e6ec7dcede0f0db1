"""How text becomes words for searching: no accents, letters and digits only."""

import re

from hoso.core.vietnamese.folding import fold

_OTHER = re.compile(r"[^\w]+|_+")
_LEAD = re.compile(r"^(?:benh ly|benh|hoi chung|cac|chung) ")


def words_of(text: str) -> list[str]:
    """The words of the text without accents; signs part words."""
    return _OTHER.sub(" ", fold(text)).split()


def ranking_text(display_vi: str) -> str:
    """The name without accents and without “bệnh”, “hội chứng”… in front, as a person would type it."""
    text = " ".join(words_of(display_vi))
    return _LEAD.sub("", text) or text


def word_vector(*texts: str) -> str:
    """The words as a tsvector in text form."""
    words = sorted({word for text in texts for word in words_of(text)})
    return " ".join(f"'{word}'" for word in words)
