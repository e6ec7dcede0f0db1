"""The correspondence of two stores' persons: one to one or an error, and every other difference shows."""

from collections import Counter

import pytest

from tests.faults.naming import DISPUTED, NotOneToOne, Persons, names
from tests.faults.order_content import QUESTIONS, Content, differences


def store(*visits: tuple[str, int], disputed: tuple[int, ...] = ()) -> Persons:
    """(MA_LK, person) of one facility; person 7 is Patient p7."""
    return Persons(
        {("80901", ma_lk): (person, f"p{person}") for ma_lk, person in visits},
        {person: f"p{person}" for person in disputed},
    )


def test_a_person_called_otherwise_is_called_as_in_the_first_store() -> None:
    ours, theirs = names(store(("A", 1), ("B", 1), ("C", 2)), store(("A", 9), ("B", 9), ("C", 2)))
    assert (ours.person(1), theirs.person(9), theirs.person(2)) == (1, 1, 2)
    assert theirs.body("p9", b'{"reference":"Patient/p9"}') == b'{"reference":"Patient/p1"}'
    assert theirs.body("p2", b'"p9"') == b'"p9"'  # a name of somebody else in the bytes stays as it is


def test_two_persons_may_have_changed_names_with_each_other() -> None:
    _, theirs = names(store(("A", 1), ("B", 2)), store(("A", 2), ("B", 1)))
    assert (theirs.person(1), theirs.person(2)) == (2, 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (store(("A", 1), ("B", 2)), store(("A", 9), ("B", 9))),
        (store(("A", 1), ("B", 2)), store(("A", 1), ("B", 1))),
        (store(("A", 1), ("B", 1)), store(("A", 1), ("B", 2))),
        (store(("A", 9), ("B", 9)), store(("A", 1), ("B", 2))),
    ],
    ids=["two are one", "two are the first", "one is itself and another", "one is two"],
)
def test_only_one_to_one_is_a_renaming(one: Persons, other: Persons) -> None:
    with pytest.raises(NotOneToOne):
        names(one, other)


def test_sides_of_a_contradiction_are_one_name_and_bind_nobody() -> None:
    ours, theirs = names(
        store(("A", 1), ("B", 2), disputed=(1, 2)), store(("A", 5), ("B", 5), disputed=(5, 6))
    )  # fmt: skip
    assert ours.is_disputed(1) and theirs.is_disputed(6)
    assert theirs.person(5) == DISPUTED


def test_rows_of_one_store_alone_are_told() -> None:
    empty: Content = {table: Counter() for table in QUESTIONS}
    with_one: Content = {**empty, "people_person": Counter([(1, "NGUYỄN VĂN AN")])}
    assert differences(with_one, with_one) == {}
    assert list(differences(with_one, empty)) == list(differences(empty, with_one)) == ["people_person"]
    twice: Content = {**empty, "people_person": Counter([(1, "NGUYỄN VĂN AN")] * 2)}
    assert differences(with_one, twice)["people_person"][:2] == (0, 1)
