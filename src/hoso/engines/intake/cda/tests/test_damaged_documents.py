"""Documents damaged at random: each is refused with a code, or every entry of it is accounted for and what is made is valid."""

from copy import deepcopy
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from lxml import etree

from hoso.core.errors import HosoError
from hoso.engines.intake.cda.account import counts_of
from hoso.engines.intake.cda.document import map_document
from hoso.engines.intake.cda.reading import read_document
from hoso.engines.intake.cda.written_json import as_json
from hoso.engines.records.fhir.validation import validate

DOCUMENTS = sorted((Path(__file__).parents[6] / "tests" / "conformance" / "cda").glob("*.xml"))
NASTY = ("", "1e999", "\u0000"[:0] or " ", "-1", "20139999", "NaN", "x" * 500, "Bệnh\u0301", "99999999999999999999", "true", "urn:uuid:x", "Patient/1?name=x")  # fmt: skip
STATEMENTS = ("act", "observation", "procedure", "substanceAdministration", "supply", "encounter", "organizer", "observationMedia", "regionOfInterest")  # fmt: skip


def _damage(rng: Random, root: Any) -> None:
    elements = list(root.iter(etree.Element))
    for _ in range(rng.randint(1, 12)):
        one = rng.choice(elements[1:])
        parent = one.getparent()
        kind = rng.randrange(6)
        if kind == 0 and parent is not None:
            parent.remove(one)
        elif kind == 1 and parent is not None:
            parent.insert(0, deepcopy(one))
        elif kind == 2 and one.attrib:
            one.set(rng.choice(list(one.attrib)), rng.choice(NASTY))
        elif kind == 3 and one.attrib:
            del one.attrib[rng.choice(list(one.attrib))]
        elif kind == 4:
            one.set(
                rng.choice(("negationInd", "nullFlavor", "moodCode", "value", "code", "codeSystem")),
                rng.choice(("true", "NI", "RQO", *NASTY)),
            )
        else:
            one.text = rng.choice(NASTY)


def _entries(root: Any) -> int:
    names = [etree.QName(one).localname for one in root.iter(etree.Element)]
    assert names
    return sum(
        etree.QName(one).localname in STATEMENTS and etree.QName(one.getparent()).localname in ("entry", "entryRelationship", "component")
        for section in root.iter("{urn:hl7-org:v3}section")
        for entry in section.findall("{urn:hl7-org:v3}entry")
        for one in entry.iter(etree.Element)
        if one is not entry
    )  # fmt: skip


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_nothing_is_lost_and_nothing_breaks(path: Path) -> None:
    rng, taken = Random(path.stem), 0
    for _ in range(25):
        tree = etree.parse(str(path))
        _damage(rng, tree.getroot())
        content = etree.tostring(tree)
        try:
            document = map_document(read_document(BytesIO(content)), content)
        except HosoError as error:
            assert error.code in ("HS5190", "HS5191", "HS5192", "HS5193")
            continue
        taken += 1
        counts = counts_of(document.sections)
        assert counts.balances and counts.entries == _entries(tree.getroot())
        assert all(one.reason for section in document.sections for one in section.entries if one.outcome != "mapped")
        for kind, id_, body in document.resources:
            assert validate(as_json({**body, "id": id_})) == [], (kind, body)
        assert validate(as_json(document.patient)) == validate(as_json(document.document)) == []
        known = {f"{kind}/{id_}" for kind, id_, _ in document.resources} | {f"Patient/{document.header.patient_id}"}
        assert len(known) == len(document.resources) + 1
        for _, _, body in document.resources:
            assert _references(body) <= known
    assert taken > 10


def _references(node: Any) -> set[str]:
    if isinstance(node, list):
        return {found for one in node for found in _references(one)}
    if not isinstance(node, dict):
        return set()
    own = {node["reference"]} if isinstance(node.get("reference"), str) else set()
    return own | {found for one in node.values() for found in _references(one)}
