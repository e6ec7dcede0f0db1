-- A search by a word that thousands share finds persons opened to the actor by a grant too (access_grant).
CREATE OR REPLACE FUNCTION people_in_scope(wanted bigint, words text[], years integer[], most integer) RETURNS SETOF bigint
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
            UNION
            SELECT t.person_id FROM people_token t WHERE t.hash = $1 AND t.person_id = ANY ($7)
        ) known ON known.person_id = p.person_id
        WHERE NOT EXISTS (SELECT 1 FROM unnest($2) AS word WHERE strpos(' ' || p.folded_name, ' ' || word) = 0)
          AND ($3 = '{}' OR extract(year FROM p.birth_date) = ANY ($3))
          AND p.merged_into IS NULL
        ORDER BY p.name_sort, p.birth_date LIMIT $4
    $query$ USING wanted, words, years, most, access_persons_facilities(), access_persons_places(), access_granted_persons();
END $$;
