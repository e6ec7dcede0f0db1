"""Equal content has an equal hash whatever its packaging; any other value has another one."""

from hypothesis import given
from hypothesis import strategies as st

from hoso.engines.intake.content import content_hash
from hoso.engines.intake.exchange import load_decisions
from hoso.engines.intake.sent import PackageHeader, SentVisit, Values

DECISION = load_decisions()["qd3176"]
VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
NAMES = {
    number: [field.name for field in DECISION.tables[number].fields][:6] + ["UNKNOWN_TAG"] for number in (1, 2, 3, 5)
}


@st.composite
def tables(draw: st.DrawFn) -> dict[int, list[Values]]:
    return {
        number: draw(st.lists(st.dictionaries(st.sampled_from(names), VALUES), min_size=1, max_size=3))
        for number, names in NAMES.items()
        if draw(st.booleans()) or number == 1
    }


def hash_of(content: dict[int, list[Values]]) -> bytes:
    return content_hash(SentVisit(PackageHeader("", None, None), 1, content), DECISION)


def meaning(content: dict[int, list[Values]]) -> object:
    """What counts: tables, the order of lines, and every tag with something in it (an unknown one even when empty)."""
    return sorted(
        (number, tuple(tuple(sorted((n, v) for n, v in row.items() if v or n == "UNKNOWN_TAG")) for row in rows))
        for number, rows in content.items()
    )


@given(tables(), st.randoms())
def test_the_order_of_tables_and_tags_does_not_count(content: dict[int, list[Values]], random: object) -> None:
    turned = {
        number: [dict(reversed(row.items())) for row in content[number]] for number in sorted(content, reverse=True)
    }
    assert hash_of(turned) == hash_of(content)


@given(tables(), tables())
def test_two_contents_have_equal_hashes_only_when_they_say_the_same(
    one: dict[int, list[Values]], other: dict[int, list[Values]]
) -> None:
    assert (hash_of(one) == hash_of(other)) == (meaning(one) == meaning(other))


@given(tables(), st.data())
def test_one_value_changed_changes_the_hash(content: dict[int, list[Values]], data: st.DataObject) -> None:
    number = data.draw(st.sampled_from(sorted(content)))
    row = data.draw(st.integers(0, len(content[number]) - 1))
    name = data.draw(st.sampled_from(NAMES[number]))
    other = {key: [dict(line) for line in lines] for key, lines in content.items()}
    other[number][row][name] = other[number][row].get(name, "") + "x"
    assert hash_of(other) != hash_of(content)
