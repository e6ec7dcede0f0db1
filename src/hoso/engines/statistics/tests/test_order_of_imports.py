"""In whatever order imports come, in whatever format, and however often each comes, the store is the same."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoso.core.access.actor import Actor
from hoso.engines.statistics.imports.formats import read_payload
from hoso.engines.statistics.imports.options import read_options
from hoso.engines.statistics.imports.run import import_values
from hoso.engines.statistics.tests.reporting import FORMATS, as_payload, communes, row, seen

pytestmark = pytest.mark.django_db
CELLS = [
    (place, element, month)
    for place in range(3)
    for element in ("DELIV", "BIRTH_CERT")
    for month in ("202601", "202602")
]
# Which import, by its format, tells a cell, its figure, and whether it carries a comment or takes the figure back.
TOLD = st.dictionaries(
    st.sampled_from(CELLS),
    st.tuples(st.sampled_from(list(FORMATS)), st.integers(0, 99), st.sampled_from(["", "kiểm lại"]), st.booleans()),
    min_size=8,  # so that an import tells several cells
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=TOLD, data=st.data())
def test_any_order_of_imports_gives_the_same_store(
    actor: Callable[..., Actor], told: dict[Any, Any], data: st.DataObject
) -> None:
    places = communes("80", 3)
    officer = actor("statistics_officer", place=places[0].parent)
    payloads: dict[str, list[dict[str, Any]]] = {kind: [] for kind in FORMATS}
    for (place, element, month), (kind, figure, comment, gone) in told.items():
        more = {"period": month, **({"comment": comment} if comment else {}), **({"deleted": True} if gone else {})}
        payloads[kind].append({**row(places[place], element, figure), **more})
    assert sum(map(len, payloads.values())) > len(payloads)
    first = _stored(officer, list(payloads.items()))
    shuffled = {kind: data.draw(st.permutations(payload)) for kind, payload in payloads.items()}
    again = data.draw(st.lists(st.sampled_from(list(FORMATS)), max_size=3))
    order = data.draw(st.permutations([*FORMATS, *again]))
    assert _stored(officer, [(kind, shuffled[kind]) for kind in order]) == first


def _stored(officer: Actor, payloads: list[tuple[str, list[dict[str, Any]]]]) -> list[Any]:
    """What is stored after these imports; it is undone."""
    options = read_options({"dataElementIdScheme": "code", "dataSetIdScheme": "code"})
    with transaction.atomic():
        for kind, rows in payloads:
            if rows:
                content_type, text = as_payload(kind, rows)
                report = import_values(officer, read_payload(io.BytesIO(text.encode()), content_type, options), options)
                assert (report.status, report.taken) == ("SUCCESS", len(rows))
        found = seen(
            officer,
            "SELECT v.unit_id, p.iso, e.code, s.uid, t.uid, v.place_id, v.facility_id, v.number, v.text, v.comment, v.follow_up"
            " FROM statistics_value v JOIN statistics_period p ON p.id = v.period_id JOIN statistics_element e ON e.id = v.element_id"
            " JOIN statistics_split s ON s.id = v.split_id JOIN statistics_split t ON t.id = v.attribute_id"
            " WHERE NOT v.deleted ORDER BY 1, 2, 3, 4, 5",
        )
        transaction.set_rollback(True)
    return found
