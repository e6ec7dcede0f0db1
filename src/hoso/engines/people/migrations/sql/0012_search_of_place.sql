-- Who lives in a commune, by name. The scope of the asker is applied here, as in people_in_scope and for its reason: row
-- security asked for each of the tens of thousands who live in one would take a second. The persons it names still have to pass
-- their own row security before anything of them is told.
CREATE FUNCTION people_living_in(places bigint[], words text[], years integer[], most integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
AS $$
BEGIN
    -- EXECUTE: planned for these very places, which may hold nobody or fifty thousand.
    RETURN QUERY EXECUTE $query$
        SELECT p.person_id FROM people_person p
        WHERE p.place_id = ANY ($1) AND p.merged_into IS NULL
          AND NOT EXISTS (SELECT 1 FROM unnest($2) AS word WHERE strpos(' ' || p.folded_name, ' ' || word) = 0)
          AND ($3 = '{}' OR p.born_in = ANY ($3))
          AND ($5 OR p.place_id = ANY ($7) OR p.person_id = ANY ($8)
               OR EXISTS (SELECT 1 FROM access_care_relation c WHERE c.facility_id = ANY ($6) AND c.person_id = p.person_id))
        ORDER BY p.name_sort, p.birth_date LIMIT $4
    $query$ USING places, words, years, most, access_persons_everywhere(), access_persons_facilities(),
                  access_persons_places(), access_granted_persons();
END $$;
