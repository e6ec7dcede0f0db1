"""The measuring itself: percentiles, steps, files, persons."""

import time
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from types import SimpleNamespace

import pytest

from hoso.bench.claim_files import make_claim_files
from hoso.bench.envelopes import claims_of, write_envelope
from hoso.bench.figure import Figure
from hoso.bench.latencies import percentile
from hoso.bench.stopwatch import Stopwatch
from hoso.bench.synthetic_people import person_ids, residents
from hoso.demo.province import ProvinceSettings, generate_packages
from hoso.engines.intake.envelope import read_visits


def test_percentiles_are_values_that_occurred() -> None:
    values = [float(number) for number in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.95), percentile(values, 1)) == (50, 95, 100)
    assert percentile([7.0], 0.95) == 7
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_a_step_counts_without_the_steps_inside_it() -> None:
    watch = Stopwatch()
    work = SimpleNamespace(inner=lambda: time.sleep(0.05))
    watch.wrap(work, "inner", "inside")

    def outer() -> None:
        time.sleep(0.01)
        work.inner()

    work.outer = outer
    watch.wrap(work, "outer", "outside")
    work.outer()
    assert watch.seconds["inside"] >= 0.05
    assert 0.01 <= watch.seconds["outside"] < 0.05


def test_the_time_of_a_generator_is_the_time_of_its_items() -> None:
    watch = Stopwatch()

    def items() -> Iterator[int]:
        for number in range(3):
            time.sleep(0.01)
            yield number

    work = SimpleNamespace(items=items)
    watch.wrap(work, "items", "items")
    assert len(list(work.items())) == 3
    assert watch.seconds["items"] >= 0.03


def test_the_line_of_a_figure() -> None:
    line = Figure("intake", 151.25, "HOSO/s").line()
    assert line == "BENCH name=intake value=151.25 unit=HOSO/s peer=none ratio=none"


def test_packages_put_together_hold_every_visit(tmp_path: Path) -> None:
    packages = list(islice(generate_packages(ProvinceSettings(persons=100, years=1)), 5))
    size = write_envelope(tmp_path / "one.xml", "80901", date(2026, 11, 3), map(claims_of, packages))
    assert size == (tmp_path / "one.xml").stat().st_size
    with (tmp_path / "one.xml").open("rb") as stream:
        assert sum(1 for _ in read_visits(stream)) == sum(package.visits for package in packages)


def test_claim_files_say_what_they_hold(tmp_path: Path) -> None:
    made = make_claim_files(tmp_path, visits=120, per_file=50)
    files = sorted(tmp_path.iterdir())
    assert (made.files, made.size_bytes) == (len(files), sum(file.stat().st_size for file in files))
    assert made.visits >= 120
    assert 28 <= made.lines / made.visits <= 33


def test_persons_are_the_same_every_time_and_each_somebody_else() -> None:
    first, again = list(residents(3000)), list(residents(3000))
    assert first == again
    assert len(set(person_ids(first))) == 3000
    assert 0.03 < sum(one.known_to_doctor for one in first) / 3000 < 0.07
