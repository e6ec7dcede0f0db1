"""Findings of a generated province against its truth.csv: what was planted is found, and nothing else.

Full size: `make prove-rules` (5,000 people over three years, 3 % of the visits with a broken rule), through the real
intake into a database of its own.
"""

import csv
from argparse import ArgumentParser
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from hoso.demo.province import ProvinceSettings, generate_province

Found = tuple[str, str, str, str]  # SHA-256 of the package, MA_LK, rule, tag
# What linking persons tells of a number that is somebody else's; no rule on the content of a visit.
OF_IDENTITY = ("HS4008", "HS4009")


@dataclass
class Comparison:
    """What was planted, what was found, and the visits taken in."""

    visits: int
    planted: set[Found]
    found: set[Found]
    codes_without_rule: set[str] = field(default_factory=set)

    @property
    def missed(self) -> set[Found]:
        return self.planted - self.found

    @property
    def false_alarms(self) -> set[Found]:
        return self.found - self.planted


def compare(settings: ProvinceSettings, folder: Path) -> Comparison:
    """Generate, take in, and read what stands in the database that is open."""
    generate_province(settings, folder)
    return Comparison(_take_in(folder / "packages"), _planted(folder), _found(), _codes_without_rule())


def _planted(folder: Path) -> set[Found]:
    digests = {
        str(path.relative_to(path.parents[1])): sha256(path.read_bytes()).hexdigest()
        for path in (folder / "packages").glob("*/*/*.xml")
    }
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as lines:
        return {
            (digests[row["package"]], row["ma_lk"], *_rule_and_tag(finding))
            for row in csv.DictReader(lines)
            for finding in row["findings"].split()
        }


def _rule_and_tag(finding: str) -> tuple[str, str]:
    rule, _, tag = finding.partition("@")
    return rule, tag


def _take_in(folder: Path) -> int:
    from hoso.engines.intake.jobs import intake_service
    from hoso.engines.intake.run import take_in_paths

    account = take_in_paths(intake_service("test"), [folder])
    assert account.balances
    return account.received


def _found() -> set[Found]:
    from tests.intaking import rows

    return set(
        rows(
            "SELECT encode(p.sha256, 'hex'), v.ma_lk, n.rule, n.field FROM intake_finding n"
            " JOIN intake_visit v ON v.package_id = n.package_id AND v.ordinal = n.ordinal"
            " JOIN intake_package p ON p.id = n.package_id WHERE n.rule <> ''"
        )
    )


def _codes_without_rule() -> set[str]:
    from tests.intaking import rows

    return {code for (code,) in rows("SELECT DISTINCT code FROM intake_finding WHERE rule = ''")} - set(OF_IDENTITY)


def main() -> None:
    """Full size; exits with 1 where anything was missed or told without cause."""
    arguments = ArgumentParser()
    arguments.add_argument("--persons", type=int, default=5000)
    arguments.add_argument("--years", type=int, default=3)
    arguments.add_argument("--defects", type=float, default=0.03)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    from hoso.bench.bench_house import open_home, temporary_home

    with temporary_home("rules") as home:
        open_home(home)
        settings = ProvinceSettings(persons=given.persons, years=given.years, defects=given.defects, seed=given.seed)
        result = compare(settings, home / "province")
    kinds = Counter(f"{rule}@{tag}" for _, _, rule, tag in result.planted)
    print(f"visits {result.visits}, planted {len(result.planted)} of {len(kinds)} kinds, found {len(result.found)}")
    print(f"missed {sorted(result.missed)[:20]}")
    print(f"false alarms {sorted(result.false_alarms)[:20]}")
    if result.missed or result.false_alarms or result.codes_without_rule:
        raise SystemExit(f"not equal: {result.codes_without_rule}")
    print("what was planted was found, and nothing else")


if __name__ == "__main__":
    main()
