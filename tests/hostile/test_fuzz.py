"""Twenty seconds of changed packages; `make fuzz-intake` goes on for ten minutes."""

from random import Random

import pytest

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


def test_changes_are_the_same_for_the_same_seed() -> None:
    first, second = (fuzz.mutate(Random(3), WHOLE, [WHOLE]) for _ in range(2))
    assert first == second != WHOLE
