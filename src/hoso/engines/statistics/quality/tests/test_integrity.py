"""Each check of the catalogue finds what is planted for it, and had not found it before."""

from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest
from tests.database import Database

from hoso.core.access.actor import Actor
from hoso.engines.statistics.indicator_catalogue import reckoned_indicators
from hoso.engines.statistics.quality.integrity import check_integrity, checks, same_formula, same_terms
from hoso.engines.statistics.quality.integrity_queries import ASKED_OF_DATABASE
from hoso.engines.statistics.uids import DEFAULT_COMBO
from hoso.engines.statistics.value_types import NUMERIC, YES_NO

OPTION = "INSERT INTO statistics_option (uid, name, origin) VALUES ('{0}', '{1}', 'local')"
OPTIONS = [OPTION.format("Opt00000001", "trồng 1"), OPTION.format("Opt00000002", "trồng 2")]
BOTH = "(SELECT array_agg(id ORDER BY uid) FROM statistics_option WHERE uid LIKE 'Opt0%')"
DIMENSION = (
    "INSERT INTO statistics_dimension (uid, name, options, origin) VALUES ('Dim0000000{0}', 'trồng {0}', {1}, 'local')"
)
DIMENSIONS = [*OPTIONS, DIMENSION.format(1, BOTH), DIMENSION.format(2, BOTH)]
OF = "(SELECT array_agg(id ORDER BY uid) FROM statistics_dimension WHERE uid LIKE 'Dim0%')"
COMBO = (
    "INSERT INTO statistics_combo (uid, name, dimensions, origin) VALUES ('Com0000000{0}', 'trồng {0}', {1}, 'local')"
)
COMBOS = [*DIMENSIONS, COMBO.format(1, OF)]
SPLIT = (
    "INSERT INTO statistics_split (uid, name, combo_id, options)"
    " SELECT 'Spl00000001', '{0}', id, {1} FROM statistics_combo WHERE uid = '{2}'"
)
ELEMENT = (
    "INSERT INTO statistics_element (uid, name, value_type, aggregation, combo_id, origin)"
    f" SELECT 'Ele00000001', 'trồng', '{{0}}', '{{1}}', id, 'local' FROM statistics_combo WHERE uid = '{DEFAULT_COMBO}'"
)
SET = (
    "INSERT INTO statistics_data_set (uid, name, period_kinds, combo_id, origin)"
    f" SELECT 'Set0000000{{0}}', 'trồng', ARRAY['{{1}}'], id, 'local' FROM statistics_combo WHERE uid = '{DEFAULT_COMBO}'"
)
MEMBER = (
    "INSERT INTO statistics_data_set_element (data_set_id, element_id, position)"
    " SELECT d.id, e.id, 1 FROM statistics_data_set d, statistics_element e WHERE d.uid LIKE 'Set0%' AND e.uid = 'Ele00000001'"
)
PERIOD = "INSERT INTO statistics_period (iso, kind, start_day, end_day) VALUES ('{0}', 'month', {1}, {1} + 30)"
FACILITY = (
    "INSERT INTO places_facility (code, name, folded_name, kind, confirmed, origin)"
    " VALUES ('80997', '{0}', 'trong', 'hospital', true, 'local')"
)
MOVED = "UPDATE places_place SET {0} WHERE id = (SELECT min(id) FROM places_place WHERE level = 3 AND valid_to IS NULL)"
PLANTED: dict[str, list[str]] = {
    "categories_no_options": [DIMENSION.format(1, "'{}'")],
    "categories_same_category_options": DIMENSIONS,
    "category_options_shared_within_category_combo": COMBOS,
    "categories_unique_category_combo": [*COMBOS, COMBO.format(2, OF)],
    "category_combos_unused": COMBOS,
    "invalid_category_combos": [COMBO.format(1, "'{}'")],
    "cocs_wrong_cardinality": [*COMBOS, SPLIT.format("trồng", f"({BOTH})[1:1]", "Com00000001")],
    "category_option_combos_disjoint": [
        *COMBOS, OPTION.format("Oth00000001", "lạ"),
        SPLIT.format("trồng", "(SELECT array_agg(id) || array_agg(id) FROM statistics_option WHERE uid = 'Oth00000001')", "Com00000001"),
    ],
    "category_option_combos_no_names": [*COMBOS, SPLIT.format(" ", BOTH, "Com00000001")],
    "category_options_no_categories": OPTIONS,
    "data_elements_can_aggregate_with_none_operator": [ELEMENT.format("NUMBER", "none")],
    "data_elements_cannot_aggregate_operator_not_none": [ELEMENT.format("TEXT", "sum")],
    "data_elements_aggregate_with_different_period_types": [
        ELEMENT.format("NUMBER", "sum"), SET.format(1, "month"), SET.format(2, "year"), MEMBER,
    ],
    "data_elements_without_datasets": [ELEMENT.format("NUMBER", "sum")],
    "data_elements_aggregate_no_data": [ELEMENT.format("NUMBER", "sum")],
    "datasets_empty": [SET.format(1, "month")],
    "datasets_not_assigned_to_org_units": [SET.format(1, "month")],
    "datasets_same_name": [SET.format(1, "month"), SET.format(2, "month")],
    "orgunits_null_island": [MOVED.format("longitude = 0.2, latitude = 0.1")],
    "orgunits_no_coordinates": [MOVED.format("longitude = NULL")],
    "orgunits_multiple_spaces": [FACILITY.format("Trạm  hai dấu cách")],
    "orgunits_trailing_spaces": [FACILITY.format("Trạm ")],
    "orgunits_same_name_and_parent": [
        MOVED.format("full_name = (SELECT n.full_name FROM places_place n WHERE n.parent_id = places_place.parent_id"
                     " AND n.valid_to IS NULL AND n.id <> places_place.id LIMIT 1)"),
    ],
    "orgunits_orphaned": [FACILITY.format("Trạm không ở đâu")],
    "periods_3y_future": [PERIOD.format("xa", "current_date + 1100")],
    "periods_distant_past": [PERIOD.format("xưa", "date '1980-01-01'")],
    "periods_same_start_date_period_type": [PERIOD.format("một", "date '2026-01-01'"), PERIOD.format("hai", "date '2026-01-01'")],
}  # fmt: skip


def test_the_list_is_whole() -> None:
    assert len(checks()) == len(ASKED_OF_DATABASE) + 2
    assert PLANTED.keys() == ASKED_OF_DATABASE.keys()


def test_each_check_finds_what_is_planted(own_database: Database) -> None:
    with psycopg.connect(own_database.admin_url, autocommit=True) as connection:
        for name, statements in PLANTED.items():
            with connection.transaction(force_rollback=True):
                before = _asked(connection, name)
                for statement in statements:
                    connection.execute(statement)
                new = _asked(connection, name) - before
                assert len(new) == 1 + (name == "category_options_no_categories"), (name, new)


def _asked(connection: psycopg.Connection, name: str) -> set[str]:
    parameters = {"numeric": [*NUMERIC, *YES_NO], "default_combo": DEFAULT_COMBO}
    return {thing for (thing,) in connection.execute(ASKED_OF_DATABASE[name], parameters)}


@pytest.mark.django_db
def test_a_new_installation_is_in_order_but_for_what_nobody_has_reported(actor: Callable[..., Actor]) -> None:
    found = {one.check.name: one.found for one in check_integrity(actor("statistics_approver")) if one.found}
    assert found.pop("data_elements_aggregate_no_data") > 100
    assert found == {}


def test_indicators_of_one_formula_or_the_same_terms() -> None:
    one, other = list(reckoned_indicators().values())[:2]
    alike = replace(one, title_vi="trồng", numerator=one.numerator.replace("+", "  + "))
    assert list(same_formula([one, alike, other])) == [f"{one.title_vi} = trồng"]
    assert list(same_formula([one, replace(alike, factor=7), other])) == []
    turned = [
        replace(one, title_vi=title, numerator=formula) for title, formula in (("a", "#{A} + #{B}"), ("b", "#{B}+#{A}"))
    ]
    assert list(same_terms(turned)) == ["a = b"] and list(same_formula(turned)) == []
    assert list(same_terms([turned[0], replace(turned[1], numerator="#{A} + #{C}")])) == []
