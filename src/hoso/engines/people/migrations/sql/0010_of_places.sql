-- How many persons live in an administrative unit: told before a decision moves them, and what keeps it from being undone.
CREATE FUNCTION people_in_places(places bigint[]) RETURNS TABLE (place_id bigint, detail text, number bigint)
LANGUAGE sql STABLE SET search_path = public
AS $$
    SELECT p.place_id, '', count(*) FROM people_person p
    WHERE p.place_id = ANY (places) AND p.merged_into IS NULL GROUP BY p.place_id
$$;
REVOKE ALL ON FUNCTION people_in_places(bigint[]) FROM PUBLIC;  -- asked by places_used_by alone, which counts past row security
INSERT INTO places_use (subject, title_vi, title_en, function, tables)
VALUES ('persons', 'Người', 'Persons', 'people_in_places', '{people_person}');
