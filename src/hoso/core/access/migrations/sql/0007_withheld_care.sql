-- Care that came from withheld visits alone is no tie for who may not see their labels: else a ward colleague finds in the
-- list somebody without a visit, and knows why (Luật phòng, chống HIV/AIDS Đ30; docs/decisions/0062).
-- `sensitivity`: the labels that every visit of the person at the facility is withheld by; 0 as soon as one is not.
ALTER TABLE access_care_relation ADD COLUMN sensitivity integer NOT NULL DEFAULT 0 CHECK (sensitivity >= 0);
CREATE INDEX access_care_relation_of_person ON access_care_relation (person_id, facility_id) INCLUDE (sensitivity, last_day);

-- The labels that some reach by facility opens.
CREATE FUNCTION access_facility_opens() RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
AS $$ BEGIN RETURN (SELECT coalesce(bit_or(opens), 0) FROM access_reaches() WHERE relation = 'facility'); END $$;

-- Every list and every other lock asks this table for ties, so that it is judged here alone.
ALTER POLICY care_scope ON access_care_relation USING (
    EXISTS (SELECT 1 FROM access_scope() AS scope WHERE scope.reaches_everybody OR (facility_id = ANY (scope.known_to)
        AND (sensitivity = 0 OR (sensitivity & ~(SELECT access_facility_opens())) = 0)))
);

-- The functions that look past row security judge it too.
CREATE OR REPLACE FUNCTION access_ties(wanted bigint) RETURNS TABLE (relation text, facility_id bigint, state text, kind text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
AS $$
BEGIN
    RETURN QUERY
    SELECT 'facility', care.facility_id,
           CASE WHEN max(care.last_day) >= current_date THEN 'in_treatment' ELSE 'closed' END, ''
    FROM access_care_relation care
    WHERE care.person_id = wanted AND care.facility_id = ANY (access_persons_facilities())
      AND (care.sensitivity & ~access_facility_opens()) = 0
    GROUP BY care.facility_id
    UNION ALL
    SELECT t.kind, NULL, '', '' FROM access_care_team t
    WHERE t.person_id = wanted AND t.account_id = access_actor() AND (t.ends_at IS NULL OR t.ends_at > statement_timestamp())
    UNION ALL
    SELECT 'granted', g.facility_id, '', g.kind FROM access_grant g
    WHERE g.person_id = wanted AND g.revoked_at IS NULL AND g.purpose = current_setting('hoso.purpose', true)
      AND (g.account_id = access_actor() OR g.account_id IS NULL)
      AND g.starts_at <= statement_timestamp() AND g.ends_at > statement_timestamp();
END $$;
