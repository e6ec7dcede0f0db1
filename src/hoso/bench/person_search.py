"""Finding a person among a million, over HTTP, signed in, row security on: p95 of a doctor's mix of questions.

The doctor works at a hospital that knows a twentieth of them; an intake officer, who may find everybody, is measured
beside. Half of the questions are names as typed (without accents, two words, half typed, with a birth year), half are
numbers (personal, insurance, card, phone).
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import urlencode

import psycopg

from hoso.bench.bench_house import administrator_url, begin, disk_bytes, is_ready, kept_home, mark_ready, open_home
from hoso.bench.figure import Figure, Size
from hoso.bench.latencies import print_latencies, summary
from hoso.bench.served_house import Visitor, make_account, serving
from hoso.bench.tables import print_table

PERSONS = {"small": 20_000, "full": 1_000_000}
EACH_KIND = 50  # requests of each kind and role
WARM_UP = 30
NUMBERS = ("personal number", "card", "insurance number")
RECIPE = "person-search 1"  # another recipe, another data folder


@dataclass(frozen=True)
class Answer:
    """One answer: how long it took, whether the person asked about is among the hits, whether there are hits."""

    kind: str
    milliseconds: float
    shown: bool
    has_hits: bool


def prepare(size: Size) -> str:
    """Build the persons once; returns what was built, its size on disk and how long it took."""
    from hoso.bench import synthetic_people as people

    home = kept_home("person-search", size, RECIPE)
    if is_ready(home):
        return f"{home}: {(home / 'ready').read_text()}"
    begin(home)
    began = time.perf_counter()
    sample = _spread(list(people.residents(min(PERSONS[size], 20_000))), people.SAMPLE)
    with psycopg.connect(administrator_url(), autocommit=True) as connection:
        people.seed(connection, 0)  # facilities
        real = people.rows_of_real_path(sample)
        people.seed(connection, PERSONS[size])
        seeded = people.rows_of(connection.cursor(), people.person_ids(sample))
    if real != seeded:
        raise RuntimeError(f"seeded rows differ from those of the real path: {sorted(real ^ seeded)[:4]}")
    told = (
        f"{PERSONS[size]:,} persons, {disk_bytes(home) / 1e9:.2f} GB, loaded in {time.perf_counter() - began:.0f} s,"
        f" {people.SAMPLE} of them ({len(real):,} rows) equal to what the real path files"
    )
    mark_ready(home, told)
    return f"{home}: {told}"


def measure(size: Size) -> Figure:
    """p95 of the doctor's mix, in milliseconds."""
    from hoso.bench import synthetic_people as people

    print(prepare(size), flush=True)
    home = kept_home("person-search", size, RECIPE)
    open_home(home)
    doctor = make_account("bench.doctor", "clinical", "doctor", people.DOCTORS_HOSPITAL)
    officer = make_account("bench.officer", "technical", "intake_officer")
    everybody = list(people.residents(PERSONS[size]))
    patients = [resident for resident in everybody if resident.known_to_doctor]
    with serving(home) as port:
        answers = {
            "doctor": _ask(Visitor(port, "bench.doctor", doctor), "/people/", patients),
            "intake officer": _ask(Visitor(port, "bench.officer", officer), "/intake/people/", everybody),
        }
    print(f"{len(everybody):,} persons, {len(patients):,} of them the doctor's hospital's")
    kinds = _by_kind(answers)
    print_latencies({kind: [one.milliseconds for one in found] for kind, found in kinds.items()})
    print()
    _print_found(kinds)
    details = {kind: summary([one.milliseconds for one in found]) for kind, found in kinds.items()}
    return Figure("person-search", details["doctor: all"]["p95"], "ms", details=details)


def _ask(visitor: Visitor, path: str, people: Sequence[Any]) -> list[Answer]:
    """Answers in the order of asking; a number must find its person."""
    from hoso.bench.synthetic_people import person_ids

    rng = Random("questions")
    asked = [(kind, *question) for _ in range(EACH_KIND) for kind, question in _questions(rng, people)]
    for _, text, _ in asked[:WARM_UP]:
        visitor.get(f"{path}?{urlencode({'q': text})}")
    rng.shuffle(asked)
    answers = []
    for kind, text, resident in asked:
        spent, page = visitor.get(f"{path}?{urlencode({'q': text})}")
        (person_id,) = person_ids([resident])
        answers.append(Answer(kind, spent, f"/{person_id}/" in page, 'class="hit"' in page))
        if kind in NUMBERS and not answers[-1].shown:
            raise RuntimeError(f"the {kind} {text} did not find its person")
    return answers


def _by_kind(answers: dict[str, list[Answer]]) -> dict[str, list[Answer]]:
    kinds: dict[str, list[Answer]] = {}
    for who, given in answers.items():
        for kind in sorted({one.kind for one in given}):
            kinds[f"{who}: {kind}"] = [one for one in given if one.kind == kind]
        kinds[f"{who}: all"] = given
    return kinds


def _print_found(kinds: dict[str, list[Answer]]) -> None:
    """What the answers were worth: a name that thousands share gives others, or the wish for one more word."""
    rows = [
        [kind, *(round(100 * sum(chosen) / len(found)) for chosen in _worth(found))] for kind, found in kinds.items()
    ]
    print_table(("% of the answers", "person shown", "others shown", "one more word asked for"), rows)


def _worth(found: Sequence[Answer]) -> tuple[list[bool], list[bool], list[bool]]:
    return (
        [one.shown for one in found],
        [one.has_hits and not one.shown for one in found],
        [not one.has_hits for one in found],
    )


def _questions(rng: Random, people: Sequence[Any]) -> list[tuple[str, tuple[str, Any]]]:
    """One question of each kind, each about another person."""
    from hoso.bench.synthetic_people import SEEN_ON
    from hoso.core.vietnamese.folding import fold

    day = SEEN_ON.date()

    def somebody() -> Any:
        while True:
            one = rng.choice(people)
            if one.person.id_on(day) and one.person.card_on(day) and one.person.phone:
                return one

    who = [somebody() for _ in range(8)]
    names = [fold(one.person.name) for one in who]
    words = names[1].split()
    return [
        ("full name", (names[0], who[0])),
        ("two words", (" ".join(words[-2:]), who[1])),
        ("half typed", (names[2][: -rng.randint(1, 2)], who[2])),
        ("name and birth year", (f"{names[3]} {who[3].person.born.year}", who[3])),
        ("personal number", (who[4].person.personal_id, who[4])),
        ("card", (who[5].person.card_on(day), who[5])),
        ("insurance number", (who[6].person.insurance_number, who[6])),
        ("phone", (who[7].person.phone, who[7])),
    ]


def _spread(people: Sequence[Any], count: int) -> list[Any]:
    return list(people[:: max(1, len(people) // count)][:count])
