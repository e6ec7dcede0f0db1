"""Write the implementation guide ``docs/fhir`` from the profiles in ``definitions/fhir/profiles``.

Usage: python tools/write_implementation_guide.py
"""

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PROFILES = ROOT / "definitions" / "fhir" / "profiles"
TARGET = ROOT / "docs" / "fhir"
URL = "https://hoso.vn/fhir/ImplementationGuide/hoso"
HEAD = """# Implementation guide / Hướng dẫn triển khai

Written by `tools/write_implementation_guide.py` from `definitions/fhir/profiles`; change a profile, then run the tool. The
StructureDefinitions themselves lie there, and `ImplementationGuide-hoso.json` beside this page lists them. FHIR R4 (4.0.1).

The addresses of the Vietnamese numbers are the house's own and unofficial until the ministry publishes some. `$validate` checks a
profile on request, or where `meta.profile` claims it; filing asks for FHIR itself. What rests on secondary evidence warns.

| profile | of | what |
|---|---|---|
"""


def profiles() -> list[dict[str, Any]]:
    return [json.loads(path.read_bytes()) for path in sorted(PROFILES.glob("*.json"))]


def page() -> str:
    """The page of the guide."""
    found = profiles()
    rows = [f"| [{one['id']}](#{one['id']}) | {one['type']} | {one['title']} |" for one in found]
    return HEAD + "\n".join(rows) + "\n" + "".join(map(_section, found))


def _section(one: dict[str, Any]) -> str:
    lines = [
        f"\n## {one['id']}\n",
        f"`{one['url']}`\n",
        f"{one['description']}\n",
        "| element | often | must |",
        "|---|---|---|",
    ]
    for element in one["differential"]["element"]:
        often = f"{element.get('min', '')}..{element.get('max', '')}" if {"min", "max"} & element.keys() else ""
        musts = [f"`{value}`" for key, value in element.items() if key.startswith("fixed")]
        musts += [f"`{url}`" for kind in element.get("type", ()) for url in kind.get("profile", ())]
        musts += [
            f"{each['human']} ({each['severity']}): `{each['expression']}`" for each in element.get("constraint", ())
        ]
        if often or musts:
            lines.append(f"| `{element['id']}` | {often} | {'; '.join(musts).replace('|', chr(92) + '|')} |")
    return "\n".join(lines) + "\n"


def guide() -> str:
    """The ImplementationGuide resource."""
    resources = [
        {
            "reference": {"reference": f"StructureDefinition/{one['id']}"},
            "name": one["title"],
            "description": one["description"],
        }
        for one in profiles()
    ]
    body = {
        "resourceType": "ImplementationGuide", "id": "hoso", "url": URL, "version": "1.0.0", "name": "HoSo",
        "title": "HoSo: FHIR R4 for Việt Nam", "status": "active", "packageId": "vn.hoso.fhir", "license": "Apache-2.0",
        "fhirVersion": ["4.0.1"], "definition": {"resource": resources},
    }  # fmt: skip
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"


def main() -> None:
    TARGET.mkdir(exist_ok=True)
    (TARGET / "README.md").write_text(page(), encoding="utf-8")
    (TARGET / "ImplementationGuide-hoso.json").write_text(guide(), encoding="utf-8")


if __name__ == "__main__":
    main()
