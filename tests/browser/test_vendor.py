"""The accessibility checker is what it says it is."""

import tomllib
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent / "vendor"


def test_the_checker_is_as_it_came() -> None:
    files = tomllib.loads((FOLDER / "vendor.toml").read_text(encoding="utf-8"))["file"]
    assert {file["path"] for file in files} == {path.name for path in FOLDER.glob("*.js")}
    for file in files:
        assert sha256((FOLDER / file["path"]).read_bytes()).hexdigest() == file["sha256"]
