"""Twenty seconds of changed packages; `make fuzz-intake` goes on for ten minutes."""

from random import Random

import pytest

from tests.claim_packages import Claim, package, sample_3176
from tests.hostile import fuzz
from tests.hostile.corpus import WHOLE

SECONDS = 20


def test_the_reader_stands_whatever_comes() -> None:
    assert fuzz.fuzz_by_chance(SECONDS, seed=7, at_least=100) >= 100


def test_the_fuzzer_sees_what_nobody_foresaw(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr(fuzz, "prepare", lambda raw, stated: 1 / 0)
    monkeypatch.chdir(str(tmp_path))
    with pytest.raises(fuzz.Unforeseen):
        fuzz.fuzz_by_chance(SECONDS, seed=1, tell=lambda text: None)


def test_wrong_amounts_beside_a_summary_that_cannot_be_read() -> None:
    """Found by chance: the summary came without a line, and a wrong amount of a drug asked for its first."""
    wrong = sample_3176().changed(2, 1, THANH_TIEN_BV="100", THANH_TIEN_BH="90")
    fuzz.read_whole(package(Claim({2: wrong.tables[2]}, raw=[("XML1", "PFRP==broken")])))


def test_changes_are_the_same_for_the_same_seed() -> None:
    first, second = (fuzz.mutate(Random(3), WHOLE, [WHOLE]) for _ in range(2))
    assert first == second != WHOLE
