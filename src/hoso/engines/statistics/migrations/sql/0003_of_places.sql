-- What has been reported on an administrative unit, by data set: told before a decision moves it, and what keeps it from
-- being undone: figures (a facility's count where it lay), reports said to be complete, data sets the unit was given.
CREATE FUNCTION statistics_in_places(places bigint[]) RETURNS TABLE (place_id bigint, detail text, number bigint)
LANGUAGE sql STABLE SET search_path = public
AS $$
    WITH unit AS (  -- those that may have reported from there: figures are found by their unit
        SELECT unnest(places) AS id UNION SELECT -facility_id FROM places_facility_link l WHERE l.place_id = ANY (places)
    ), reported AS (
        SELECT v.place_id, v.element_id, count(*) AS number FROM unit JOIN statistics_value v ON v.unit_id = unit.id
        WHERE v.place_id = ANY (places) AND NOT v.deleted GROUP BY 1, 2
    ), counted AS (
        SELECT r.place_id, (SELECT min(e.data_set_id) FROM statistics_data_set_element e WHERE e.element_id = r.element_id) AS data_set_id,
               r.number
        FROM reported r
        UNION ALL
        SELECT c.place_id, c.data_set_id, 1 FROM statistics_completion c WHERE c.place_id = ANY (places)
        UNION ALL
        SELECT u.unit_id, u.data_set_id, 1 FROM statistics_data_set_unit u WHERE u.unit_id = ANY (places)
    )
    SELECT c.place_id, coalesce(d.name, ''), sum(c.number)::bigint
    FROM counted c LEFT JOIN statistics_data_set d ON d.id = c.data_set_id GROUP BY 1, 2
$$;
REVOKE ALL ON FUNCTION statistics_in_places(bigint[]) FROM PUBLIC;  -- asked by places_used_by alone
INSERT INTO places_use (subject, title_vi, title_en, function, tables) VALUES ('reports', 'Số liệu thống kê', 'Statistical reports',
    'statistics_in_places', '{statistics_value,statistics_completion,statistics_data_set_unit}');
