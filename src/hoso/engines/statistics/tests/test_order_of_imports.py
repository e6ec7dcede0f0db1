"""In whatever order imports come, and however often each comes, the store is the same."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoso.core.access.actor import Actor
from hoso.engines.statistics.tests.reporting import communes, row, seen, send

pytestmark = pytest.mark.django_db
CELLS = [
    (place, element, month)
    for place in range(3)
    for element in ("DELIV", "BIRTH_CERT")
    for month in ("202601", "202602")
]
# Which import tells a cell, its figure, and whether it carries a comment or takes the figure back.
TOLD = st.dictionaries(
    st.sampled_from(CELLS),
    st.tuples(st.integers(0, 3), st.integers(0, 99), st.sampled_from(["", "kiểm lại"]), st.booleans()),
    min_size=1,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=TOLD, data=st.data())
def test_any_order_of_imports_gives_the_same_store(
    actor: Callable[..., Actor], told: dict[Any, Any], data: st.DataObject
) -> None:
    places = communes("80", 3)
    officer = actor("statistics_officer", place=places[0].parent)
    payloads: list[list[dict[str, Any]]] = [[] for _ in range(4)]
    for (place, element, month), (number, figure, comment, gone) in told.items():
        more = {"period": month, **({"comment": comment} if comment else {}), **({"deleted": True} if gone else {})}
        payloads[number].append({**row(places[place], element, figure), **more})
    first = _stored(officer, payloads)
    shuffled = [data.draw(st.permutations(payload)) for payload in payloads]
    order = data.draw(st.permutations([*range(4), *data.draw(st.lists(st.integers(0, 3), max_size=3))]))
    assert _stored(officer, [shuffled[number] for number in order]) == first


def _stored(officer: Actor, payloads: list[list[dict[str, Any]]]) -> list[Any]:
    """What is stored after these imports; it is undone."""
    with transaction.atomic():
        for payload in payloads:
            if payload:
                send(officer, payload)
        found = seen(
            officer,
            "SELECT v.unit_id, p.iso, e.code, s.uid, t.uid, v.place_id, v.facility_id, v.number, v.text, v.comment, v.follow_up"
            " FROM statistics_value v JOIN statistics_period p ON p.id = v.period_id JOIN statistics_element e ON e.id = v.element_id"
            " JOIN statistics_split s ON s.id = v.split_id JOIN statistics_split t ON t.id = v.attribute_id"
            " WHERE NOT v.deleted ORDER BY 1, 2, 3, 4, 5",
        )
        transaction.set_rollback(True)
    return found
