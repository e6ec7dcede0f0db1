"""What each check of metadata asks the database: one name for each thing that is not in order."""

ASKED_OF_DATABASE: dict[str, str] = {
    "categories_no_options": "SELECT name FROM statistics_dimension WHERE options = '{}'",
    "categories_same_category_options": """
        SELECT string_agg(name, ' = ' ORDER BY name)
        FROM (SELECT name, ARRAY(SELECT unnest(options) ORDER BY 1) AS held FROM statistics_dimension WHERE options <> '{}') d
        GROUP BY held HAVING count(*) > 1""",
    "category_options_shared_within_category_combo": """
        SELECT c.name FROM statistics_combo c WHERE EXISTS (
            SELECT 1 FROM statistics_dimension a JOIN statistics_dimension b ON b.id > a.id AND a.options && b.options
            WHERE a.id = ANY (c.dimensions) AND b.id = ANY (c.dimensions))""",
    "categories_unique_category_combo": """
        SELECT string_agg(name, ' = ' ORDER BY name)
        FROM (SELECT name, ARRAY(SELECT unnest(dimensions) ORDER BY 1) AS held FROM statistics_combo) c
        GROUP BY held HAVING count(*) > 1""",
    "category_combos_unused": """
        SELECT c.name FROM statistics_combo c WHERE c.dimensions <> '{}' AND c.id NOT IN (
            SELECT combo_id FROM statistics_element UNION SELECT combo_id FROM statistics_data_set
            UNION SELECT combo_id FROM statistics_data_set_element WHERE combo_id IS NOT NULL)""",
    "invalid_category_combos": """
        SELECT name FROM statistics_combo c WHERE uid <> %(default_combo)s AND (dimensions = '{}' OR EXISTS (
            SELECT unnest(c.dimensions) EXCEPT SELECT id FROM statistics_dimension))""",
    "cocs_wrong_cardinality": """
        SELECT s.name || ' ' || s.uid FROM statistics_split s JOIN statistics_combo c ON c.id = s.combo_id
        WHERE cardinality(s.options) <> cardinality(c.dimensions)""",
    "category_option_combos_disjoint": """
        SELECT s.name || ' ' || s.uid FROM statistics_split s JOIN statistics_combo c ON c.id = s.combo_id WHERE EXISTS (
            SELECT 1 FROM unnest(c.dimensions, s.options) t(dimension, option)
            LEFT JOIN statistics_dimension d ON d.id = t.dimension
            WHERE t.option IS NOT NULL AND t.option <> ALL (coalesce(d.options, '{}')))""",
    "category_option_combos_no_names": "SELECT uid FROM statistics_split WHERE trim(name) = ''",
    "category_options_no_categories": """
        SELECT o.name FROM statistics_option o
        WHERE NOT EXISTS (SELECT 1 FROM statistics_dimension d WHERE o.id = ANY (d.options))""",
    "data_elements_can_aggregate_with_none_operator": """
        SELECT name FROM statistics_element WHERE aggregation = 'none' AND value_type = ANY (%(numeric)s)""",
    "data_elements_cannot_aggregate_operator_not_none": """
        SELECT name FROM statistics_element WHERE aggregation <> 'none' AND value_type <> ALL (%(numeric)s)""",
    "data_elements_aggregate_with_different_period_types": """
        SELECT e.name || ': ' || string_agg(DISTINCT d.name, ', ' ORDER BY d.name)
        FROM statistics_element e JOIN statistics_data_set_element m ON m.element_id = e.id
        JOIN statistics_data_set d ON d.id = m.data_set_id
        GROUP BY e.id HAVING count(DISTINCT ARRAY(SELECT unnest(d.period_kinds) ORDER BY 1)) > 1""",
    "data_elements_without_datasets": """
        SELECT name FROM statistics_element e
        WHERE NOT EXISTS (SELECT 1 FROM statistics_data_set_element m WHERE m.element_id = e.id)""",
    "data_elements_aggregate_no_data": """
        SELECT name FROM statistics_element e
        WHERE NOT EXISTS (SELECT 1 FROM statistics_value v WHERE v.element_id = e.id AND NOT v.deleted)""",
    "datasets_empty": """
        SELECT name FROM statistics_data_set d
        WHERE NOT EXISTS (SELECT 1 FROM statistics_data_set_element m WHERE m.data_set_id = d.id)""",
    "datasets_not_assigned_to_org_units": """
        SELECT name FROM statistics_data_set d WHERE tiers = '{}'
          AND NOT EXISTS (SELECT 1 FROM statistics_data_set_unit u WHERE u.data_set_id = d.id)""",
    "datasets_same_name": "SELECT name FROM statistics_data_set GROUP BY name HAVING count(*) > 1",
    "orgunits_null_island": """
        SELECT address FROM places_place WHERE abs(longitude) < 1 AND abs(latitude) < 1""",
    "orgunits_no_coordinates": """
        SELECT address FROM places_place WHERE valid_to IS NULL AND (longitude IS NULL OR latitude IS NULL)""",
    "orgunits_multiple_spaces": "SELECT name FROM statistics_unit WHERE valid_to IS NULL AND name LIKE '%%  %%'",
    "orgunits_trailing_spaces": "SELECT name FROM statistics_unit WHERE valid_to IS NULL AND name <> trim(name)",
    "orgunits_same_name_and_parent": """
        SELECT min(address) FROM places_place WHERE valid_to IS NULL GROUP BY full_name, parent_id HAVING count(*) > 1""",
    "orgunits_orphaned": """
        SELECT c.address FROM places_place c JOIN places_place p ON p.id = c.parent_id
        WHERE c.valid_to IS NULL AND p.valid_to IS NOT NULL
        UNION ALL SELECT f.name FROM places_facility f WHERE (f.closed IS NULL OR f.closed > current_date) AND NOT EXISTS (
            SELECT 1 FROM places_facility_link l WHERE l.facility_id = f.id AND (l.valid_to IS NULL OR l.valid_to > current_date))""",
    "periods_3y_future": "SELECT iso FROM statistics_period WHERE end_day >= current_date + interval '3 years'",
    "periods_distant_past": "SELECT iso FROM statistics_period WHERE end_day <= current_date - interval '30 years'",
    "periods_same_start_date_period_type": """
        SELECT string_agg(iso, ' = ' ORDER BY iso) FROM statistics_period GROUP BY kind, start_day HAVING count(*) > 1""",
}
