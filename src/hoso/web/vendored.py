"""What others wrote and we serve ourselves, and whether it is still as it came (static/vendor/vendor.toml)."""

import tomllib
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent / "static" / "vendor"
LIST = FOLDER / "vendor.toml"


def changed_files() -> list[str]:
    """Files that differ from the hash in the list, are missing, or are in no list (packed copies aside)."""
    listed = {entry["path"]: entry["sha256"] for entry in tomllib.loads(LIST.read_text(encoding="utf-8"))["file"]}
    present = {
        str(path.relative_to(FOLDER))
        for path in FOLDER.rglob("*")
        if path.is_file() and path != LIST and path.suffix not in (".gz", ".br")
    }
    wrong = present ^ listed.keys()
    wrong |= {
        path for path in present & listed.keys() if sha256((FOLDER / path).read_bytes()).hexdigest() != listed[path]
    }
    return sorted(wrong)
