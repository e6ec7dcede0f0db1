"""Write docs/reference/settings.md from the list of settings; `--check` only compares."""

import sys
from pathlib import Path

from hoso.config.environment import SETTINGS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "settings.md"

HEAD = """# Settings

Written by `tools/write_settings_reference.py`; do not edit. Every setting is an environment variable. `NAME_FILE` in
place of `NAME` names a file that holds the value (for secrets). A wrong value, or an unknown name beginning with
`HOSO_`, is refused at the start with its name and what is allowed.

| name | default | allowed | meaning |
|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    rows = [
        f"| `{setting.name}` | {f'`{setting.default}`' if setting.default else 'empty'} | {setting.allowed} "
        f"| {setting.meaning} |\n"
        for setting in SETTINGS
    ]
    return HEAD + "".join(rows)


if __name__ == "__main__":
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page():
        sys.exit(f"{PAGE.name} is not up to date: run tools/write_settings_reference.py")
