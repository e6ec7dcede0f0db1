"""A visit's place in the raw envelope: its FILEHOSO one under the other, the one looked for marked, its content shortened."""

import re
from dataclasses import dataclass

from hoso.engines.intake.sent import Part, RawVisit

SHOWN = 72  # characters of a content
BEFORE_ODD = 24
_ODD = re.compile(r"[^A-Za-z0-9+/=_\-\s]")


@dataclass(frozen=True)
class EnvelopeLine:
    """One line as shown; `number` is the line of the tag in the file that was sent, 0 where it has none of its own."""

    number: int
    text: str
    found: bool


def envelope_lines(raw: RawVisit, table: int) -> list[EnvelopeLine]:
    """The visit in its envelope, with the FILEHOSO of this table marked."""
    lines = [EnvelopeLine(0, f"<HOSO> <!-- {raw.ordinal} -->", False)]
    for part in raw.parts:
        found = part.name == f"XML{table}"
        if not found:
            kind = f"<LOAIHOSO>{part.name[:40]}</LOAIHOSO>"
            lines.append(EnvelopeLine(part.line, f"  <FILEHOSO>{kind}…</FILEHOSO>", False))
            continue
        lines += [
            EnvelopeLine(part.line, "  <FILEHOSO>", found),
            EnvelopeLine(0, f"    <LOAIHOSO>{part.name[:40]}</LOAIHOSO>", found),
            EnvelopeLine(0, f"    <NOIDUNGFILE>{shortened(part)}</NOIDUNGFILE>", found),
            EnvelopeLine(0, "  </FILEHOSO>", found),
        ]
    return [*lines, EnvelopeLine(0, "</HOSO>", False)]


def shortened(part: Part) -> str:
    """The beginning of the content and its length; of base64 with a foreign character the place around that."""
    text = part.content.decode("utf-8", "replace").strip()
    odd = None if text.startswith("<") else _ODD.search(text)
    begin = max(odd.start() - BEFORE_ODD, 0) if odd else 0
    piece = " ".join(text[begin : begin + SHOWN].split())
    cut = "…" if begin + SHOWN < len(text) else ""
    return f"{'…' if begin else ''}{piece}{cut}" + (f" ({len(text)})" if cut else "")


def odd_character(part: Part) -> tuple[str, int] | None:
    """The first character that base64 does not have, and its place from 1; None where the content is XML or sound."""
    text = part.content.decode("utf-8", "replace").strip()
    found = None if text.startswith("<") else _ODD.search(text)
    return (found[0], found.start() + 1) if found else None
