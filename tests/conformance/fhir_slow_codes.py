"""The hierarchy of ICD-10 read once more from the official list, slowly: prefixes of codes, and the columns of groups and
chapters. Shares nothing with core/terminology."""

import csv
import gzip
import io
from functools import cache
from pathlib import Path

ICD10 = "http://hl7.org/fhir/sid/icd-10"
BLOCKS = "https://hoso.vn/fhir/CodeSystem/icd10-vn-blocks"
WHOLE = "https://hoso.vn/fhir/ValueSet/icd10-vn"
_LIST = Path(__file__).parents[2] / "definitions" / "terminology" / "icd10-vn_qd4469.csv.gz"


@cache
def rows() -> dict[str, tuple[str, str]]:
    """Code -> (group, chapter), of the first row that has it."""
    found: dict[str, tuple[str, str]] = {}
    text = gzip.decompress(_LIST.read_bytes()).decode("utf-8-sig")
    for row in csv.DictReader(io.StringIO(text)):
        code = row["code"].strip().rstrip("†*")
        if code:
            found.setdefault(code, (row["group"], row["chapter"]))
    return found


def is_below(system: str, code: str, top: str) -> bool:
    """Whether `system|code` is the code `top` (system|code), or lies under it."""
    top_system, _, wanted = top.rpartition("|")
    if (system, code) == (top_system, wanted):
        return code in rows() or system == BLOCKS
    if top_system == ICD10 and wanted in rows():
        return system == ICD10 and code in rows() and code != wanted and code.startswith(wanted)
    if top_system == BLOCKS:
        in_group = system == ICD10 and code in rows() and wanted in rows()[code]
        return in_group or (
            system == BLOCKS and any(code == group and wanted == chapter for group, chapter in rows().values())
        )
    return False


def fits(modifier: str, system: str, code: str, text: str) -> bool:
    """in, below or above; codes are compared as they are written in the list."""
    code = code.upper()
    if modifier in ("in", "not-in"):
        return text == WHOLE and system == ICD10 and code in rows()
    if modifier == "below":
        return is_below(system, code, text)
    its_system, _, its_code = text.rpartition("|")
    return is_below(its_system, its_code, f"{system}|{code}")
