-- How many households live in an administrative unit, of those who live there now.
CREATE FUNCTION people_households_in_places(places bigint[]) RETURNS TABLE (place_id bigint, detail text, number bigint)
LANGUAGE sql STABLE SET search_path = public
AS $$
    SELECT p.place_id, '', count(DISTINCT m.household)
    FROM people_person p JOIN people_household_member m ON m.person_id = p.person_id AND m.last_day IS NULL
    WHERE p.place_id = ANY (places) GROUP BY p.place_id
$$;
REVOKE ALL ON FUNCTION people_households_in_places(bigint[]) FROM PUBLIC;  -- asked by places_used_by alone
INSERT INTO places_use (subject, title_vi, title_en, function, tables)
VALUES ('households', 'Hộ gia đình', 'Households', 'people_households_in_places', '{people_household_member}');
