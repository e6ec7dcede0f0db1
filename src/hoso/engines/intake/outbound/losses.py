"""What an export could not carry: where it stood, and the coded reason."""

import dataclasses
from dataclasses import asdict, dataclass
from typing import Any

from hoso.core.errors import HosoError


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing told about an exported visit.

    `code` is of the error catalogue. Table and line are those of the visit as it stood (line 0: the whole table, table 0:
    the whole visit). `decision` is the one in whose tags the field is named. `severity` is set for what the intake will
    say of the written package, empty for what was lost on the way.
    """

    code: str
    decision: str
    table: int = 0
    line: int = 0
    field: str = ""
    value: str = ""
    severity: str = ""
    rule: str = ""
    params: dict[str, str] = dataclasses.field(default_factory=dict)

    def error(self) -> HosoError:
        where = {
            "table": f"XML{self.table}", "line": self.line, "field": self.field, "value": self.value, "visit": "",
            "decision": self.decision, "file": "",
        }  # fmt: skip
        return HosoError(self.code, **{**where, **self.params})

    def as_dict(self) -> dict[str, Any]:
        """For the JSON report: with the words in both languages, without the value (the report may travel)."""
        error = self.error()
        given = {name: value for name, value in asdict(self).items() if name not in ("params", "value")}
        return given | {"vi": error.message("vi"), "en": error.message("en")}
