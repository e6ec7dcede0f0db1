"""Which fields no mutation applies to, and why: writes docs/reference/fields-without-mutation.md.

Usage: python -m tests.conformance.rules.report
"""

from collections import Counter, defaultdict
from pathlib import Path

from tests.conformance.rules.complete_package import NEVER_SENT, VERSIONS, check_ins, numbers, standard, visit
from tests.conformance.rules.expectations import expected
from tests.conformance.rules.mutations import MISSING, NO_CODE, TOO_LONG, WRONG_TYPE, mutations

TARGET = Path(__file__).parents[3] / "docs" / "reference" / "fields-without-mutation.md"
KINDS = (MISSING, TOO_LONG, WRONG_TYPE, NO_CODE)
HEAD = """# Fields that a mutation does not apply to

Written by `python -m tests.conformance.rules.report`. Every field of every table of the four decisions is damaged in four
ways (missing, too long, wrong type, code not in list) and must give exactly the finding that the notes' tables say
(`tests/conformance/rules`). This page counts the mutations that apply and lists the fields that none applies to.
Table 12 is keyed on the insurer's portal and never sent, so nothing can be wrong in a package about it.
"""


def report() -> str:
    """The whole page."""
    lines = [HEAD, "| decision | fields | " + " | ".join(KINDS) + " | none applies |", "|---|---|---|---|---|---|---|"]
    none: dict[str, list[str]] = {}
    for version in VERSIONS:
        applies = applying(version)
        fields = sum(len(standard(version, number).fields) for number in numbers(version))
        counts = Counter(kind for kinds in applies.values() for kind in kinds)
        none[version] = [place for place, kinds in applies.items() if not kinds]
        cells = [str(counts[kind]) for kind in KINDS]
        lines.append(f"| {version} | {fields} | {' | '.join(cells)} | {len(none[version])} |")
    for version, places in none.items():
        by_table: dict[str, list[str]] = defaultdict(list)
        for place in places:
            table, _, name = place.partition(".")
            by_table[table].append(name)
        lines.append(f"\n## {version}\n")
        lines += [f"- {table}: {_names(table, names)}" for table, names in by_table.items()]
    lines += [
        "\nThe fields listed hold text without a limit of length, are not required, and have no list of codes.",
        "",
    ]
    return "\n".join(lines)


def applying(version: str) -> dict[str, set[str]]:
    """By table and field, the kinds of mutation that must be found."""
    applies = {
        f"XML{number}.{name}": set[str]() for number in numbers(version) for name in standard(version, number).fields
    }
    for claim in [visit(version), *check_ins(version)]:
        for mutation in mutations(claim):
            row = claim.tables[mutation.table].rows[mutation.line - 1]
            if expected(version, mutation, row).finding:
                applies[f"XML{mutation.table}.{mutation.field}"].add(mutation.kind)
    return applies


def _names(table: str, names: list[str]) -> str:
    return f"all {len(names)} (never sent)" if table == f"XML{NEVER_SENT}" else ", ".join(names)


if __name__ == "__main__":
    TARGET.write_text(report(), encoding="utf-8")
