"""Write ``docs/reference/rules.md`` from the rule book.

Usage: python tools/write_rule_reference.py
"""

from pathlib import Path

from hoso.core.definitions import definitions_folder, read_definition
from hoso.engines.intake.rules.book import Rule, load_rules

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "rules.md"
BITES = {"error": "giữ lại / rejects", "warning": "cảnh báo / warns", "notice": "lưu ý / notes"}
HEAD = """# Rules of the intake / Quy tắc tiếp nhận

Written by `tools/write_rule_reference.py` from `definitions/exchange/rules`; change the rules, then run the tool. Beside
these, every field has its type, size, requirement and codes (`definitions/exchange/<decision>/xmlN.yaml`). Only what is
official may keep a visit in quarantine; what is secondary or unverified warns.
"""


def page() -> str:
    """The whole page, one table a subject."""
    parts = [HEAD]
    for path in sorted((definitions_folder() / "exchange" / "rules").glob("*.yaml")):
        subject = read_definition(path)
        parts.append(f"\n## {subject['title_vi']} / {subject['title_en']}\n\n")
        parts.append("| rule | table | vi | en | decisions | source |\n|---|---|---|---|---|---|\n")
        parts += [_row(load_rules()[one["id"]]) for one in subject["rules"]]
    return "".join(parts)


def _row(rule: Rule) -> str:
    tables = ", ".join(f"XML{number}" for number in rule.tables)
    decisions = "; ".join(f"{key}: {BITES[rule.severity_under(key)]}" for key in rule.decisions)
    since = f" (từ / from {rule.since:%d/%m/%Y})" if rule.since else ""
    cells = (f"`{rule.id}`", tables, rule.says["vi"] + since, rule.says["en"], decisions, rule.legal_source)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
