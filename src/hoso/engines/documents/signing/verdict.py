"""What a look at a signature finds."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Verdict:
    """`intact`: not a byte of the file changed since it was signed; `believed`: the signer's certificate leads to an
    authority of this house. The moment is what the signer said: no time-stamping authority confirms it."""

    kind: str  # pdf, fhir, xml
    signer: str
    issuer: str
    signed_at: datetime | None
    intact: bool
    believed: bool

    @property
    def good(self) -> bool:
        return self.intact and self.believed
