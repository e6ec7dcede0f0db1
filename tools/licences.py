"""Check the licence of every installed run-time dependency against `licences.toml`; prints each; exit code 1 on refusal.

What a package says of itself is read from its metadata; where that is unclear the list names the package and says why.
"""

import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LIST = Path(__file__).with_name("licences.toml")


def run_time_distributions(root: str = "hoso") -> dict[str, Distribution]:
    """Every installed distribution that the package needs at run time, by its canonical name."""
    found: dict[str, Distribution] = {}
    waiting: list[tuple[str, frozenset[str]]] = [(root, frozenset())]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            one = distribution(name)
        except PackageNotFoundError:
            continue  # for another platform or Python
        found[name] = one
        waiting += [
            (canonicalize_name(needed.name), frozenset(needed.extras))
            for needed in map(Requirement, one.requires or [])
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras | {""})
        ]
    del found[root]
    return dict(sorted(found.items()))


def licence_of(one: Distribution) -> str:
    """What the package says: the SPDX expression, else the classifiers, else the free text's first line."""
    metadata = one.metadata
    if expressions := metadata.get_all("License-Expression"):
        return str(expressions[0])
    named = [
        line.rpartition(" :: ")[2] for line in metadata.get_all("Classifier") or [] if line.startswith("License ::")
    ]
    if named:
        return " AND ".join(sorted(set(named)))
    return ("".join(metadata.get_all("License") or []).strip().splitlines() or ["unknown"])[0]


def refusals() -> Iterator[tuple[str, str, str]]:
    """Yield (package, licence, complaint) for every run-time dependency; the complaint is empty where it is allowed."""
    listed = tomllib.loads(LIST.read_text(encoding="utf-8"))
    for name, one in run_time_distributions().items():
        licence = listed["package"].get(name, {}).get("licence") or licence_of(one)
        yield name, licence, "" if _is_allowed(licence, listed["allowed"]) else f"{licence} is not in {LIST.name}"


def _is_allowed(licence: str, allowed: dict[str, str]) -> bool:
    """All parts of an AND, one part of an OR; a word of the list is taken as a whole."""
    if licence in allowed:
        return True
    if " AND " in licence:
        return all(_is_allowed(part.strip(" ()"), allowed) for part in licence.split(" AND "))
    return " OR " in licence and any(_is_allowed(part.strip(" ()"), allowed) for part in licence.split(" OR "))


if __name__ == "__main__":
    rows = list(refusals())
    for package, stated, complaint in rows:
        print(f"{'refused' if complaint else 'ok':<8} {package:<28} {stated}")
    sys.exit(any(complaint for _, _, complaint in rows))
