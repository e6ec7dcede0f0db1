"""What one check of `hoso doctor` found."""

from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """One checked thing; `what_to_do` is empty where all is well."""

    state: Literal["ok", "warning", "problem"]
    name: str
    told: str
    what_to_do: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)
