"""What a claim contradicts, the ids of persons, and the hashed tokens of names."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.engines.people.claimed import ClaimedIdentity, differences, ids_from
from hoso.engines.people.models import BirthDate
from hoso.engines.people.name_tokens import MAX_WORDS, token_of_query, tokens_of_name

BORN = BirthDate(date(1985, 3, 12), 3)
WORDS = st.lists(st.text("abcdeghiklmnopqrstuvxy", min_size=1, max_size=6), min_size=1, max_size=MAX_WORDS, unique=True)


def claim(name: str = "NGUYỄN THỊ MAI", birth: BirthDate = BORN, sex: int = 2, number: str = "1") -> ClaimedIdentity:
    numbers = (("facility_number", number),)
    return ClaimedIdentity(name, birth, sex, numbers, "01000", "", "", datetime(2025, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("other", "fields"),
    [
        (claim(), set()),
        (claim(sex=1), set()),
        (claim(birth=BirthDate(date(1950, 3, 12), 3)), set()),
        (claim(birth=BirthDate(None, 0), sex=1), set()),
        (claim(birth=BirthDate(date(1950, 3, 12), 3), sex=3), set()),
        (claim(name=""), set()),
        (claim(birth=BirthDate(date(1950, 3, 12), 3), sex=1), {"sex", "birth_year"}),
        (claim(name="LÊ VĂN HÙNG"), {"name"}),
        (claim(name="LÊ VĂN HÙNG", sex=1), {"name", "sex"}),
    ],
)
def test_what_contradicts(other: ClaimedIdentity, fields: set[str]) -> None:
    assert set(differences(other, "Nguyễn Thị Mai", BORN, 2)) == fields


@given(st.text(max_size=30))
def test_ids_of_a_person_are_the_same_for_the_same_seed(seed: str) -> None:
    person_id, patient_id = ids_from(seed)
    assert (person_id, patient_id) == ids_from(seed)
    assert 0 < person_id < 2**63
    assert UUID(patient_id).version == 8
    assert ids_from(seed + "x") != (person_id, patient_id)


def test_a_number_of_a_facility_makes_other_persons_in_other_facilities() -> None:
    here, there = claim(), replace(claim(), facility_code="01999")
    assert here.seed() != there.seed()
    assert here.keys(7) != there.keys(8)
    assert claim(number="2").seed() != here.seed()


@given(WORDS, st.data())
def test_any_words_of_a_name_have_a_token_among_those_of_the_name(words: list[str], data: st.DataObject) -> None:
    asked = data.draw(st.lists(st.sampled_from(words), min_size=1, unique=True))
    assert token_of_query(asked) in tokens_of_name(" ".join(words))


@given(WORDS)
def test_there_is_one_token_for_each_word_pair_and_triple(words: list[str]) -> None:
    groups = sum(len(list(combinations(words, size))) for size in (1, 2, 3))
    assert len(tokens_of_name(" ".join(words))) == groups


def test_no_words_have_no_token() -> None:
    assert token_of_query([]) is None
    assert tokens_of_name("  ") == set()
