-- The treating team of a visit as hospitals write it: by licence numbers, whose holders are looked up when somebody asks. So
-- filing needs no look-up, a licence given later counts for visits filed before, and one that ends ends at once
-- (docs/decisions/0080-treating-team-by-licence.md).
ALTER TABLE access_care_team
    DROP CONSTRAINT access_care_team_pkey,
    ALTER COLUMN account_id DROP NOT NULL,
    ADD COLUMN licence text COLLATE "C",
    ADD COLUMN facility_id bigint,          -- counts only by a role held there; NULL: wherever the role is held
    ADD CONSTRAINT team_is_of_somebody CHECK (num_nonnulls(account_id, licence) = 1),
    ADD CONSTRAINT team_by_licence_is_of_a_facility CHECK (licence IS NULL OR facility_id IS NOT NULL);
CREATE UNIQUE INDEX access_care_team_by_account ON access_care_team (encounter, account_id, kind, starts_at) WHERE licence IS NULL;
CREATE UNIQUE INDEX access_care_team_by_licence ON access_care_team (encounter, licence) WHERE licence IS NOT NULL;
CREATE INDEX access_care_team_licence ON access_care_team (licence) WHERE licence IS NOT NULL;
REVOKE UPDATE (person_id, ends_at) ON access_care_team FROM hoso_app;
GRANT UPDATE (person_id, kind, facility_id, ends_at) ON access_care_team TO hoso_app;
CREATE TRIGGER forget_scope AFTER INSERT OR UPDATE ON accounts_licence
    FOR EACH STATEMENT EXECUTE FUNCTION access_forget_scope();

-- The number by which the actor stands in what is sent; NULL without one.
CREATE FUNCTION access_actors_licence() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ BEGIN RETURN (SELECT number FROM accounts_licence WHERE account_id = access_actor() AND ended_at IS NULL); END $$;

CREATE OR REPLACE FUNCTION access_openings_by(relations text[], masks integer[], held_at bigint[], wanted text)
RETURNS TABLE (person_id bigint, labels integer, encounter text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE own_licence text := access_actors_licence();
BEGIN
    RETURN QUERY
    WITH reach AS MATERIALIZED (
        SELECT r.relation, r.opens, r.facility_id FROM unnest(relations, masks, held_at) AS r (relation, opens, facility_id))
    SELECT g.person_id, g.labels & r.opens, g.encounter
    FROM access_grant g JOIN reach r ON r.relation = 'granted' AND (g.facility_id IS NULL OR r.facility_id = g.facility_id)
    WHERE g.revoked_at IS NULL
      AND (g.account_id = access_actor() OR (g.account_id IS NULL AND g.facility_id = ANY (held_at)))
      AND g.purpose = current_setting('hoso.purpose', true)
      AND g.starts_at <= statement_timestamp() AND g.ends_at > statement_timestamp()
      AND (wanted IS NULL OR wanted = ANY (g.permissions))
    UNION
    SELECT t.person_id, r.opens, t.encounter
    FROM access_care_team t JOIN reach r ON r.relation = t.kind AND (t.facility_id IS NULL OR r.facility_id = t.facility_id)
    WHERE (t.account_id = access_actor() OR t.licence = own_licence)
      AND t.starts_at <= statement_timestamp() AND (t.ends_at IS NULL OR t.ends_at > statement_timestamp())
    ORDER BY 1, 2, 3;
END $$;

CREATE OR REPLACE FUNCTION access_ties(wanted bigint) RETURNS TABLE (relation text, facility_id bigint, state text, kind text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE own_licence text := access_actors_licence();
BEGIN
    RETURN QUERY
    SELECT 'facility', care.facility_id,
           CASE WHEN max(care.last_day) >= current_date THEN 'in_treatment' ELSE 'closed' END, ''
    FROM access_care_relation care
    WHERE care.person_id = wanted AND care.facility_id = ANY (access_persons_facilities())
      AND (care.sensitivity & ~access_facility_opens()) = 0
    GROUP BY care.facility_id
    UNION ALL
    SELECT t.kind, t.facility_id, '', '' FROM access_care_team t
    WHERE t.person_id = wanted AND (t.account_id = access_actor() OR t.licence = own_licence)
      AND (t.facility_id IS NULL OR t.facility_id = ANY (access_scope_facilities()))
      AND (t.ends_at IS NULL OR t.ends_at > statement_timestamp())
    UNION ALL
    SELECT 'granted', g.facility_id, '', g.kind FROM access_grant g
    WHERE g.person_id = wanted AND g.revoked_at IS NULL AND g.purpose = current_setting('hoso.purpose', true)
      AND (g.account_id = access_actor() OR g.account_id IS NULL)
      AND g.starts_at <= statement_timestamp() AND g.ends_at > statement_timestamp();
END $$;
