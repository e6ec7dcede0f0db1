"""DHIS2's bundles of a category model: what it takes is taken, what it refuses is refused and leaves nothing.

Its files are names of cases: all option combinations of a categoryCombo, fewer, more, one twice, one that does not fit; then
changes of a model that is there.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.errors import HosoError
from hoso.engines.statistics.metadata import Taken, import_bundle

pytestmark = pytest.mark.django_db
BUNDLES = Path(__file__).parent / "category_model"
WHOLE = "cat_model_expected_cocs"
REFUSED = [
    "cat_model_fewer_cocs", "cat_model_more_cocs", "cat_model_expected_num_but_duplicate_cocs",
    "cat_model_expected_num_but_invalid_cocs",
]  # fmt: skip
REFUSED_LATER = ["partial_cat_model_fewer_cocs", "update_coc_cc", "update_coc_co", "update_existing_cocs_uids"]
TAKEN_LATER = ["partial_cat_model_expected_cocs", "update_cocs_ignore_approval"]


@pytest.fixture
def designer(actor: Callable[..., Actor]) -> Actor:
    return actor("statistics_designer")


def _send(designer: Actor, name: str) -> dict[str, Taken]:
    return import_bundle(designer, (BUNDLES / f"{name}.json").read_bytes())[0]


def _stored() -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.uid, c.uid, ARRAY(SELECT o.uid FROM unnest(s.options) t(id) JOIN statistics_option o USING (id))::text"
            " FROM statistics_split s JOIN statistics_combo c ON c.id = s.combo_id WHERE c.origin = 'local' ORDER BY 1"
        )
        found: list[tuple[str, ...]] = cursor.fetchall()
        return found


def test_every_file_is_a_case() -> None:
    assert {path.stem for path in BUNDLES.glob("*.json")} == {WHOLE, *REFUSED, *REFUSED_LATER, *TAKEN_LATER}


def test_a_whole_model_is_made(designer: Actor) -> None:
    taken = _send(designer, WHOLE)
    assert sum(one.created for one in taken.values()) == 11 and len(_stored()) == 4


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused_and_leaves_nothing(name: str, designer: Actor) -> None:
    with pytest.raises(HosoError, match="HS7004"):
        _send(designer, name)
    assert _stored() == []


@pytest.mark.parametrize("name", REFUSED_LATER)
def test_what_would_change_the_keys_is_refused(name: str, designer: Actor) -> None:
    _send(designer, WHOLE)
    before = _stored()
    with pytest.raises(HosoError, match="HS7004"):
        _send(designer, name)
    assert _stored() == before


@pytest.mark.parametrize("name", TAKEN_LATER)
def test_the_same_keys_are_taken_again(name: str, designer: Actor) -> None:
    _send(designer, WHOLE)
    before = _stored()
    assert _send(designer, name)["categoryOptionCombos"] == Taken(updated=4)
    assert _stored() == before
