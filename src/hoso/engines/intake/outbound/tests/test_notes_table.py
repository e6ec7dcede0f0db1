"""The name changes against the research notes, read as text: another hand wrote them down, and nothing of ours is used to
read them."""

import re
from pathlib import Path

import pytest

from hoso.core.definitions import definitions_folder, read_definition

FOLDER = definitions_folder() / "exchange" / "conversions"
NOTES = definitions_folder().parents[1] / "shared" / "notes" / "claims-xml.md"
PAIR = re.compile(r"(?<![A-Z0-9_/])([A-Z][A-Z0-9_]{2,})→((?:[A-Z_][A-Z0-9_]*)(?:/[A-Z_][A-Z0-9_]*)*)(?![0-9])")
# In QĐ 4210 MA_NOI_CHUYEN is where the person came from; the notes name both later tags.
NOT_CARRIED = {("MA_NOI_CHUYEN", "MA_NOI_DEN")}
HEADS = {"4210-130": "**4210 → 130**", "4750-3176": "**4750 → 3176**"}


@pytest.mark.parametrize("step", HEADS)
def test_every_name_change_of_the_notes_is_in_the_data(step: str) -> None:
    if not NOTES.exists():
        pytest.skip(f"NOT RUN: no research notes at {NOTES}")
    paragraph = next(line for line in NOTES.read_text(encoding="utf-8").splitlines() if line.startswith(HEADS[step]))
    wanted = {(old, new) for old, news in PAIR.findall(paragraph) for new in _written_out(old, news)}
    assert len(wanted) >= 3
    assert wanted - _pairs(FOLDER / f"{step}.yaml") - NOT_CARRIED == set()


def _written_out(old: str, news: str) -> list[str]:
    """`T_TONGCHI_BV/_BH` is two tags, and `_BV` alone is the old name with an ending."""
    found: list[str] = []
    for new in news.split("/"):
        if not new.startswith("_"):
            found.append(new)
        else:
            found.append((found[0].rpartition("_")[0] if found else old) + new)
    return found


def _pairs(path: Path) -> set[tuple[str, str]]:
    tables = read_definition(path)["tables"]
    return {(body.get("from", tag), tag) for fields in tables.values() for tag, body in fields.items()}
