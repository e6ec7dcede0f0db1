"""The texts with which a person is asked (``definitions/access/consent_texts``): one file for each version of each purpose.

What the law wants told stands in every text (Luật 91/2025 Đ9.2; NĐ 356/2025 Đ6.4): that the data are sensitive, their
kinds, the purpose, who decides about them, the person's rights.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from types import MappingProxyType

from hoso.core.definitions import definitions_folder, read_definition

PARTS = ("title", "sensitive", "kinds", "purpose", "controller", "rights", "refusal", "agreement")
HEADINGS = {
    "kinds": ("Loại dữ liệu", "Kinds of data"),
    "purpose": ("Mục đích", "Purpose"),
    "controller": ("Bên kiểm soát dữ liệu", "Controller"),
    "rights": ("Quyền của ông/bà", "Your rights"),
}


@dataclass(frozen=True)
class ConsentText:
    """One version of the text for one purpose in one language; `parts` may hold words in braces."""

    purpose: str
    version: int
    language: str
    valid_from: date
    discloses: bool
    parts: Mapping[str, str]

    @property
    def hash(self) -> str:
        """SHA-256 of the text before names are filled in, in hexadecimal."""
        return sha256("\n".join(self.parts[name] for name in PARTS).encode()).hexdigest()

    def filled(self, words: Mapping[str, str]) -> dict[str, str]:
        """Every part with the words in braces filled in. Raises KeyError for a word that is missing."""
        return {name: self.parts[name].format_map(words) for name in PARTS}

    def wording(self, words: Mapping[str, str]) -> str:
        """The whole text as the person is shown it, one paragraph for each part."""
        place = 1 if self.language == "en" else 0
        filled = self.filled(words)
        lines = (f"{HEADINGS[name][place]}: {filled[name]}" if name in HEADINGS else filled[name] for name in PARTS)
        return "\n".join(lines)


@cache
def consent_texts() -> tuple[ConsentText, ...]:
    """Every text of every version and language, oldest version first."""
    found = []
    for path in sorted((definitions_folder() / "access" / "consent_texts").glob("*.yaml")):
        given = read_definition(path)
        for language, parts in given["languages"].items():
            valid_from = date.fromisoformat(given["valid_from"])
            found.append(
                ConsentText(
                    given["purpose"],
                    given["version"],
                    language,
                    valid_from,
                    given["discloses"],
                    MappingProxyType(parts),
                )
            )
    return tuple(sorted(found, key=lambda text: (text.purpose, text.version, text.language)))


def text_in_force(purpose: str, language: str, on: date) -> ConsentText:
    """The newest version valid on the day. Raises LookupError where a purpose has none."""
    known = [
        text
        for text in consent_texts()
        if text.purpose == purpose and text.language == language and text.valid_from <= on
    ]
    if not known:
        raise LookupError(f"no text for the purpose {purpose} in {language} on {on}")
    return known[-1]


def text_of(purpose: str, version: int, language: str) -> ConsentText | None:
    """One text by purpose, version and language; None where the house ships none."""
    key = (purpose, version, language)
    return next((text for text in consent_texts() if (text.purpose, text.version, text.language) == key), None)
