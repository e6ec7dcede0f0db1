-- A doctor types "nguyen van hu": tens of thousands share the words, a few hundred of them are the hospital's patients.
-- Both lists are ordered by person, so that they are merged from their indexes alone in some 25 ms at a million persons.
CREATE INDEX access_care_relation_facility ON access_care_relation (facility_id, person_id);
CREATE INDEX people_person_place ON people_person (place_id, person_id);

-- Persons with this token whom the actor's facilities know or who live in the actor's places, narrowed to names with
-- words that begin so and to birth years (none: any), the first `most` by name. Applies the actor's scope itself, since
-- row security asked for each of thousands of rows takes a quarter of a second; the persons it names still have to pass
-- their own row security before anything of them is told.
CREATE FUNCTION people_in_scope(wanted bigint, words text[], years integer[], most integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
AS $$
BEGIN
    -- EXECUTE: planned for this very token, of which there may be ten rows or three hundred thousand.
    RETURN QUERY EXECUTE $query$
        SELECT p.person_id FROM people_person p
        JOIN (
            SELECT t.person_id FROM people_token t JOIN access_care_relation c ON c.person_id = t.person_id
            WHERE t.hash = $1 AND c.facility_id = ANY ($5)
            UNION
            SELECT t.person_id FROM people_token t JOIN people_person home ON home.person_id = t.person_id
            WHERE t.hash = $1 AND home.place_id = ANY ($6)
        ) known ON known.person_id = p.person_id
        WHERE NOT EXISTS (SELECT 1 FROM unnest($2) AS word WHERE strpos(' ' || p.folded_name, ' ' || word) = 0)
          AND ($3 = '{}' OR extract(year FROM p.birth_date) = ANY ($3))
          AND p.merged_into IS NULL
        ORDER BY p.name_sort, p.birth_date LIMIT $4
    $query$ USING wanted, words, years, most, access_persons_facilities(), access_persons_places();
END $$;
