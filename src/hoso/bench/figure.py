"""What a benchmark answers: one figure, and the one line it ends with."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

Size = Literal["small", "full"]


@dataclass(frozen=True)
class Figure:
    """A measured value beside that of a comparable program, run one after the other on this machine.

    `ratio` is ours ÷ peer; None where nothing comparable runs on one machine (`peer` is then "none"). `details` are
    further figures by name, for `--json`.
    """

    name: str
    value: float
    unit: str
    peer: str = "none"
    ratio: float | None = None
    details: Mapping[str, object] = field(default_factory=dict)

    def line(self) -> str:
        ratio = "none" if self.ratio is None else f"{self.ratio:.3g}"
        return f"BENCH name={self.name} value={self.value:.6g} unit={self.unit} peer={self.peer} ratio={ratio}"

    def as_dict(self) -> dict[str, object]:
        return asdict(self)
