"""PDF by Typst, a young compiler: this is the only file that knows it (ADR 89).

A layout reads its data as JSON from `sys.inputs.data`, so nothing in the data is ever read as a formula. It sees no file
outside of its folder and no font but those inside the compiler. The same layout and data give the same bytes.
"""

import json
from pathlib import Path
from typing import Any

import typst

EPOCH = 0  # the moment a PDF calls its own making; a real one would change the bytes with every reading


class LayoutError(ValueError):
    """A layout that does not compile, told by the compiler; for whoever writes layouts, not for a user."""


def typst_pdf(layout: Path, data: dict[str, Any]) -> bytes:
    """The PDF of a layout with its data. Raises LayoutError."""
    try:
        made: bytes = typst.compile(
            str(layout), root=str(layout.parent), ignore_system_fonts=True, format="pdf", timestamp=EPOCH,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
        )  # fmt: skip
    except typst.TypstError as error:
        raise LayoutError(f"{layout.name}: {error}") from error
    return made
