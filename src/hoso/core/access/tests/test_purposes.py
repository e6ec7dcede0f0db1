"""The register of purposes: a closed list of legal bases, each with its article."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from hoso.core.access.purposes import asked_for, purposes
from hoso.core.definitions import DefinitionError, definitions_folder, read_definition

FOLDER = definitions_folder() / "access"
SCHEMA = FOLDER / "schema" / "purposes.json"


def test_every_purpose_but_the_public_one_has_a_basis_and_its_article() -> None:
    assert {purpose.key for purpose in purposes().values() if purpose.basis == "none"} == {"public"}
    assert all("art." in purpose.article for purpose in purposes().values() if purpose.basis != "none")


def test_care_needs_no_consent_and_the_side_purposes_do() -> None:
    assert purposes()["treatment"].basis == "law"
    assert [purpose.key for purpose in asked_for()] == ["visit_sharing", "reminders", "research"]


def _entry(**changed: str) -> dict[str, str]:
    return {"key": "x", "title_vi": "x", "title_en": "x", "basis": "law", "article": "Luật X art. 1", **changed}


@pytest.mark.parametrize(
    ("entry", "right"),
    [
        (_entry(), True),
        (_entry(basis="consent"), True),
        (_entry(basis="curiosity"), False),
        (_entry(article=""), False),
        (_entry(article="the law"), False),
        (_entry(basis="none", article=""), False),  # only `public` reads no personal data
        (_entry(key="public", basis="none", article=""), True),
        ({key: value for key, value in _entry().items() if key != "basis"}, False),
    ],
)
def test_the_schema_refuses_a_purpose_without_basis_or_article(
    entry: dict[str, Any], right: bool, tmp_path: Path
) -> None:
    path = tmp_path / "purposes.yaml"
    path.write_text(yaml.safe_dump({"source": "x", "evidence": "unverified", "purposes": [entry]}))
    if right:
        read_definition(path, SCHEMA)
    else:
        with pytest.raises(DefinitionError):
            read_definition(path, SCHEMA)
