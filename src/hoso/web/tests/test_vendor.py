"""What others wrote is what it says it is."""

import gzip
import tomllib
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "static" / "vendor"
FILES = tomllib.loads((FOLDER / "vendor.toml").read_text())["file"]


def test_vendored_files_are_listed_and_unchanged() -> None:
    assert {file["path"] for file in FILES} == {path.name for path in FOLDER.glob("*.js")}
    for file in FILES:
        assert sha256((FOLDER / file["path"]).read_bytes()).hexdigest() == file["sha256"]
        assert all(file[key] for key in ("name", "version", "licence", "source"))


def test_packed_copies_hold_the_same() -> None:
    for packed in FOLDER.glob("*.gz"):
        assert gzip.decompress(packed.read_bytes()) == packed.with_suffix("").read_bytes()
