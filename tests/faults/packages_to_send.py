"""What the proofs send: packages of a synthetic province, some small, some of two hundred visits, one to be refused."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from hoso.bench.envelopes import claims_of, write_envelope
from hoso.demo.listings import write_refused
from hoso.demo.planted import LEAST_PERSONS
from hoso.demo.province import ProvinceSettings, generate_packages
from hoso.demo.settings import GeneratedPackage

MOST_VISITS = 200
EARLY = 3


@dataclass(frozen=True)
class Sent:
    """A package file and how many visits a reader finds in it (none in one that is refused)."""

    path: Path
    visits: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


def write_packages(folder: Path, visits: int, seed: int) -> list[Sent]:
    """Write packages with about `visits` visits in order of sending; the same arguments give the same bytes.

    Some visits come in a later package again, corrected or unchanged; some come before what they correct;
    some visits go to quarantine, some contradict in identity.
    """
    rng = Random(f"{seed}/packages")
    packages = list(generate_packages(_settings(visits, seed)))
    early = [package for package in packages if package.visits == 1][-EARLY:]  # most of them were sent again
    groups = [*([one] for one in early), *_groups([one for one in packages if one not in early], rng)]
    sent: list[Sent] = []
    for number, group in enumerate(groups, start=1):
        path = folder / f"{number:04d}.xml"
        made = date.fromisoformat(Path(group[-1].file_name).name[:8])
        write_envelope(path, group[0].facility, made, map(claims_of, group))
        sent.append(Sent(path, sum(package.visits for package in group)))
    refused = folder / "9999.xml"
    write_refused(refused)
    middle = len(sent) // 2
    return [*sent[:middle], Sent(refused, 0), *sent[middle:]]


def _settings(visits: int, seed: int) -> ProvinceSettings:
    persons, years = max(LEAST_PERSONS, visits // 3), 2
    # A fifth of the visits planned fall outside the period.
    return ProvinceSettings(
        persons=persons, years=years, visits_per_person_year=1.25 * visits / persons / years, seed=seed
    )


def _groups(packages: Sequence[GeneratedPackage], rng: Random) -> Iterator[list[GeneratedPackage]]:
    group: list[GeneratedPackage] = []
    wanted = rng.choice((1, 60, MOST_VISITS))
    for package in packages:
        group.append(package)
        if sum(one.visits for one in group) >= wanted:
            yield group
            group, wanted = [], rng.choice((1, 60, MOST_VISITS))
    if group:
        yield group
