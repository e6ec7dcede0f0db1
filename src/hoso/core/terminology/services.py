"""Technical services and their ICD-9-CM procedures: QĐ 4440/QĐ-BYT (27/10/2020), annex 3."""

from datetime import date
from pathlib import Path

from hoso.core.terminology.shipped import Aside, Concept, Shipped, gzip_rows
from hoso.core.terminology.systems import ICD9_CM, SERVICES

SOURCE = "QĐ 4440/QĐ-BYT, 27/10/2020, phụ lục 3"
VALID_FROM = date(2020, 10, 27)
COLUMNS = {"level": "level", "class": "class", "specialty": "specialty"}


def read_services(folder: Path) -> tuple[Shipped, Shipped]:
    """The services, and the ICD-9-CM procedures they point to."""
    services: dict[str, Concept] = {}
    procedures: dict[str, Concept] = {}
    aside: list[Aside] = []
    other_names: list[Aside] = []
    number = 1
    for number, row in gzip_rows(folder / "dich-vu-ky-thuat_qd4440.csv.gz"):
        code, procedure = row["service_code"].strip(), row["icd9cm"].strip()
        name = " ".join(row["icd9cm_name_vi"].split())
        if procedure and procedure not in procedures:
            procedures[procedure] = Concept(procedure, name, properties={"chapter": row["chapter"]})
        elif procedure and procedures[procedure].display_vi != name:
            other_names.append(Aside(number, procedure, f"other name: {name}"))
        if code in services:
            aside.append(Aside(number, code, _repeat(services[code], procedure)))
        else:
            services[code] = _concept(code, row, procedure)
    version = ("qd4440-2020", VALID_FROM, None, "official", SOURCE)
    return (
        Shipped(SERVICES, *version, list(services.values()), number - 1, aside),
        Shipped(ICD9_CM, *version, list(procedures.values()), len(procedures), other_names),
    )


def _concept(code: str, row: dict[str, str], procedure: str) -> Concept:
    properties: dict[str, object] = {name: row[column] for name, column in COLUMNS.items() if row[column]}
    if procedure:
        properties["icd9cm"] = [procedure]
    return Concept(code, " ".join(row["service_name"].split()), properties=properties)


def _repeat(taken: Concept, procedure: str) -> str:
    known = taken.properties.setdefault("icd9cm", [])
    if procedure and procedure not in known:
        known.append(procedure)
        return f"repeats a code with another procedure: {procedure} is added to the first row"
    return "repeats a code"
