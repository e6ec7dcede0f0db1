"""ICD-10 in the Vietnamese list of QĐ 4469/QĐ-BYT (28/10/2020), annex 1."""

import csv
from datetime import date
from pathlib import Path

from hoso.core.terminology.shipped import Aside, Concept, Shipped, gzip_rows
from hoso.core.terminology.systems import ICD10_VN, ICD10_VN_BLOCKS

MARKS = "†*"
SOURCE = "QĐ 4469/QĐ-BYT, 28/10/2020, phụ lục 1"
VALID_FROM = date(2020, 10, 28)
# TT 06/2026 applies to episodes ending on or after this day (secondary source); its list is not at hand.
VALID_TO = date(2026, 7, 1)


def icd10_code(text: str) -> str:
    """The code as the list writes it: capitals, no dagger or asterisk, a point after the third character."""
    code = text.strip().upper().rstrip(MARKS + "+")
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 and "." not in code else code


def read_icd10(folder: Path) -> tuple[Shipped, Shipped]:
    """The codes, and their chapters and blocks."""
    codes: dict[str, Concept] = {}
    blocks: dict[str, Concept] = {}
    aside: list[Aside] = []
    number = 1
    for number, row in gzip_rows(folder / "icd10-vn_qd4469.csv.gz"):
        _note_groups(blocks, row)
        code = row["code"].strip().rstrip(MARKS)
        if not code:
            aside.append(Aside(number, row["name_vi"], "no code"))
        elif code in codes:
            aside.append(Aside(number, row["code"], _repeat(codes[code], row)))
        else:
            codes[code] = _concept(code, row)
    aside += _corrected(folder, codes)
    version = ("qd4469-2020", VALID_FROM, VALID_TO, "official", SOURCE)
    notes = ["after 2026-07-01 TT 06/2026 is in force; its list is not loaded"]
    return (
        Shipped(ICD10_VN, *version, list(codes.values()), number - 1, aside, notes),
        Shipped(ICD10_VN_BLOCKS, *version, list(blocks.values()), len(blocks)),
    )


def _note_groups(blocks: dict[str, Concept], row: dict[str, str]) -> None:
    chapter, block = row["chapter"], row["group"]
    if chapter not in blocks:
        blocks[chapter] = Concept(
            chapter, row["chapter_vi"], row["chapter_en"], None, None, None,
            {"level": "chapter", "number": row["chapter_no"]},
        )  # fmt: skip
    if block not in blocks:
        blocks[block] = Concept(block, row["group_vi"], row["group_en"], chapter, None, None, {"level": "block"})


def _concept(code: str, row: dict[str, str]) -> Concept:
    properties = {"chapter": row["chapter"], "block": row["group"]}
    if mark := row["code"].strip()[len(code) :]:
        properties["mark"] = mark
    # The category named in the row is wrong for I79.2, so the code itself tells its parent.
    parent = code[:3] if len(code) > 3 else row["group"]
    if len(code) > 5:
        parent = code[:5]
    return Concept(code, _one_line(row["name_vi"]), _one_line(row["name_en"]), parent, None, None, properties)


def _repeat(taken: Concept, row: dict[str, str]) -> str:
    mark = row["code"].strip()[len(taken.code) :]
    if mark:
        taken.properties["mark"] = mark
    if (taken.display_vi, taken.display_en) == (_one_line(row["name_vi"]), _one_line(row["name_en"])):
        return "repeats a code with the same names"
    return f"repeats a code with other names: {_one_line(row['name_vi'])} / {_one_line(row['name_en'])}"


def _corrected(folder: Path, codes: dict[str, Concept]) -> list[Aside]:
    """Put right the titles that slipped a row in the official file; the official text stays in the properties."""
    made = []
    with (folder / "icd10-vn_corrections.csv").open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), start=2):
            concept, name = codes[row["code"]], f"display_{row['field']}"
            if getattr(concept, name) != row["official"]:
                made.append(Aside(number, row["code"], "correction not made: the list says something else"))
                continue
            setattr(concept, name, row["corrected"])
            concept.properties |= {f"official_{row['field']}": row["official"], "correction": row["reason"]}
    return made


def _one_line(text: str) -> str:
    return " ".join(text.split())
