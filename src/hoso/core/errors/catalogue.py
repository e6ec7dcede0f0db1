"""The error of the house, and the catalogue its texts come from (``catalogue.yaml``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Any, Literal

from hoso.core.definitions import read_definition

Language = Literal["vi", "en"]
CATALOGUE = Path(__file__).with_name("catalogue.yaml")
# The HTTP status of a code that names none: the house's own fault, no permission, what was sent cannot be processed.
FAMILY_STATUS = {"HS1": 500, "HS2": 403, "HS3": 422}


@dataclass(frozen=True, slots=True)
class Entry:
    """One error of the catalogue: its texts by language, the words in braces that they need, its HTTP status."""

    code: str
    message: Mapping[Language, str]
    what_to_do: Mapping[Language, str]
    placeholders: frozenset[str]
    status: int


class HosoError(Exception):
    """An error with a code of the catalogue; the parameters fill its texts.

    Raises KeyError when made with a code that is not in the catalogue, TypeError when a parameter that its texts
    need is missing. Further parameters are kept on the error and never told to the outside.
    """

    def __init__(self, code: str, /, **params: object) -> None:
        entry = entries().get(code)
        if entry is None:
            raise KeyError(f"no error {code} in the catalogue")
        missing = entry.placeholders - params.keys()
        if missing:
            raise TypeError(f"{code} needs {', '.join(sorted(missing))}")
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, object] = params
        self._entry = entry

    @property
    def status(self) -> int:
        """The HTTP status of an answer that says it."""
        return self._entry.status

    def message(self, language: Language = "vi") -> str:
        """Say what is wrong, and where."""
        return self._entry.message[language].format_map(self.params)

    def what_to_do(self, language: Language = "vi") -> str:
        """Say what the reader can do about it."""
        return self._entry.what_to_do[language].format_map(self.params)

    def as_dict(self) -> dict[str, Any]:
        """Give the error for an answer in JSON: code, both languages, and the parameters that the texts show."""
        return {
            "code": self.code,
            "message": {"vi": self.message("vi"), "en": self.message("en")},
            "what_to_do": {"vi": self.what_to_do("vi"), "en": self.what_to_do("en")},
            "params": {name: str(self.params[name]) for name in sorted(self._entry.placeholders)},
        }

    def __str__(self) -> str:
        return f"{self.code}: {self.message()} {self.what_to_do()}"

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(HosoError, self.code, **self.params), ()


@cache
def entries() -> Mapping[str, Entry]:
    """Read the catalogue, in the order of the file."""
    given = read_definition(CATALOGUE)
    return MappingProxyType({code: _entry(code, texts) for code, texts in given.items()})


def codes() -> tuple[str, ...]:
    """Give every code of the catalogue."""
    return tuple(entries())


def placeholders(text: str) -> frozenset[str]:
    """Give the words in braces of a text."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


def _entry(code: str, given: Mapping[str, Any]) -> Entry:
    texts = {name: text for name, text in given.items() if name != "status"}
    return Entry(
        code=code,
        message=MappingProxyType({"vi": texts["vi"], "en": texts["en"]}),
        what_to_do=MappingProxyType({"vi": texts["what_to_do_vi"], "en": texts["what_to_do_en"]}),
        placeholders=frozenset().union(*map(placeholders, texts.values())),
        status=given.get("status", FAMILY_STATUS.get(code[:3], 400)),
    )
