-- Row security reads the same rules as the code (definitions/access/rules.yaml, loaded here). The functions are plpgsql, whose
-- plans a session keeps: each is asked once in every query.

CREATE TABLE access_rule (
    id           text NOT NULL,
    effect       text NOT NULL CHECK (effect IN ('permit', 'forbid')),
    role         text NOT NULL DEFAULT '',        -- permit: one row for each role
    roles        text[] NOT NULL DEFAULT '{}',    -- forbid: whom it speaks about; empty: everybody but except_roles
    except_roles text[] NOT NULL DEFAULT '{}',
    purposes     text[] NOT NULL DEFAULT '{}',
    actions      text[] NOT NULL DEFAULT '{}',
    relation     text NOT NULL DEFAULT '',
    state        text NOT NULL DEFAULT '' CHECK (state IN ('', 'in_treatment', 'closed')),  -- of care at the facility; '': any
    opens        integer NOT NULL DEFAULT 0,      -- permit: sensitivity bits that a record may carry
    hides        integer NOT NULL DEFAULT 0,      -- forbid: bits it takes off every permit
    everything   boolean NOT NULL DEFAULT false,  -- forbid: unlabelled records too
    origin       text NOT NULL DEFAULT 'shipped' CHECK (origin IN ('shipped', 'local')),
    PRIMARY KEY (id, role, state)
);
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON access_rule FROM hoso_app;

-- Who treats whom in one visit, until when: filled by what plans and records care.
CREATE TABLE access_care_team (
    person_id        bigint NOT NULL CHECK (person_id > 0),
    source_person_id bigint NOT NULL,
    encounter        text COLLATE "C" NOT NULL,
    account_id       bigint NOT NULL REFERENCES accounts_account,
    kind             text NOT NULL CHECK (kind IN ('own', 'team')),   -- in charge of the visit, or helping
    starts_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    ends_at          timestamptz CHECK (ends_at > starts_at),         -- NULL: while the visit lasts
    added_by         bigint NOT NULL,
    PRIMARY KEY (encounter, account_id, kind, starts_at)
);
CREATE INDEX access_care_team_account ON access_care_team (account_id);
CREATE INDEX access_care_team_person ON access_care_team (person_id);
ALTER TABLE access_care_team ENABLE ROW LEVEL SECURITY;
CREATE POLICY team_sight ON access_care_team FOR SELECT USING (
    account_id = (SELECT access_actor()) OR (SELECT access_may('record.write')) OR (SELECT access_may('team.assign')));
CREATE POLICY team_add ON access_care_team FOR INSERT WITH CHECK (
    added_by = (SELECT access_actor()) AND ((SELECT access_may('record.write')) OR (SELECT access_may('team.assign'))));
CREATE POLICY team_end ON access_care_team FOR UPDATE USING (
    (SELECT access_may('record.write')) OR (SELECT access_may('team.assign')));
REVOKE UPDATE, DELETE, TRUNCATE ON access_care_team FROM hoso_app;
GRANT UPDATE (person_id, ends_at) ON access_care_team TO hoso_app;

-- The labels that the forbidding rules hide from the actor, by every role held today whatever the purpose; NULL: everything.
CREATE FUNCTION access_forbidden() RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
AS $$
DECLARE held text[]; hidden integer; nothing boolean;
BEGIN
    SELECT coalesce(array_agg(a.role), '{}') INTO held FROM accounts_assignment a
    JOIN accounts_account c ON c.id = a.account_id AND c.is_active
    WHERE a.account_id = access_actor() AND a.valid_from <= current_date
      AND (a.valid_to IS NULL OR a.valid_to > current_date);
    SELECT coalesce(bit_or(r.hides), 0), coalesce(bool_or(r.everything), false) INTO hidden, nothing
    FROM access_rule r WHERE r.effect = 'forbid' AND CASE WHEN r.roles = '{}'
        THEN EXISTS (SELECT 1 FROM unnest(held) AS one WHERE one <> ALL (r.except_roles)) ELSE r.roles && held END;
    RETURN CASE WHEN nothing THEN NULL ELSE hidden END;
END $$;

-- The actor's reaches for the stated purpose: by which relation, with which labels at most, at which facility or place.
CREATE FUNCTION access_reaches()
RETURNS TABLE (rule text, relation text, state text, opens integer, facility_id bigint, place_id bigint, actions text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
AS $$
DECLARE hidden integer := access_forbidden();
BEGIN
    IF hidden IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT r.id, r.relation, r.state, r.opens & ~hidden, a.facility_id, a.place_id, r.actions
    FROM accounts_assignment a
    JOIN accounts_account c ON c.id = a.account_id AND c.is_active
    JOIN access_role o ON o.key = a.role AND o.sees_persons
    JOIN access_rule r ON r.role = a.role AND r.effect = 'permit'
    WHERE a.account_id = access_actor()
      AND current_setting('hoso.purpose', true) = ANY (o.purposes)
      AND current_setting('hoso.purpose', true) = ANY (r.purposes)
      AND a.valid_from <= current_date AND (a.valid_to IS NULL OR a.valid_to > current_date)
      AND CASE r.relation WHEN 'everywhere' THEN o.everywhere AND a.facility_id IS NULL AND a.place_id IS NULL
                          WHEN 'facility' THEN a.facility_id IS NOT NULL
                          WHEN 'place' THEN a.place_id IS NOT NULL ELSE true END;
END $$;

-- The labels that every reach of the relation opens: what is true of a row without looking further. NULL: no such reach.
CREATE FUNCTION access_common(wanted text) RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
AS $$ BEGIN RETURN (SELECT bit_and(opens) FROM access_reaches() WHERE relation = wanted AND state = ''); END $$;

CREATE FUNCTION access_common_facilities() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
AS $$ BEGIN RETURN (SELECT coalesce(array_agg(DISTINCT facility_id), '{}') FROM access_reaches()
                    WHERE relation = 'facility' AND state = ''); END $$;

-- The reaches that open more than all of their relation do, or care in one state alone; most actors have none.
CREATE TYPE access_reach AS (relation text, state text, opens integer, facility_id bigint, places bigint[]);
CREATE FUNCTION access_special() RETURNS access_reach[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
AS $$ BEGIN RETURN (
    SELECT coalesce(array_agg(ROW(r.relation, r.state, r.opens, r.facility_id,
                                  CASE WHEN r.relation = 'place' THEN places_within(ARRAY[r.place_id]) END)::access_reach), '{}')
    FROM (SELECT one.*, bit_and(one.opens) FILTER (WHERE one.state = '') OVER (PARTITION BY one.relation) AS common
          FROM access_reaches() one WHERE one.relation IN ('everywhere', 'facility', 'place')) r
    WHERE r.state <> '' OR r.opens <> r.common); END $$;

CREATE OR REPLACE FUNCTION access_persons_everywhere() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
AS $$ BEGIN RETURN EXISTS (SELECT 1 FROM access_reaches() WHERE relation = 'everywhere'); END $$;

CREATE OR REPLACE FUNCTION access_persons_facilities() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
AS $$ BEGIN RETURN (SELECT coalesce(array_agg(DISTINCT facility_id), '{}') FROM access_reaches()
                    WHERE relation = 'facility'); END $$;

CREATE OR REPLACE FUNCTION access_persons_places() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
AS $$
DECLARE held bigint[];
BEGIN
    SELECT coalesce(array_agg(DISTINCT place_id), '{}') INTO held FROM access_reaches() WHERE relation = 'place';
    RETURN CASE WHEN held = '{}' THEN held ELSE places_within(held) END;
END $$;

-- The labels hidden from the actor by whatever reach; -1: there is none, not even unlabelled records are seen.
CREATE OR REPLACE FUNCTION access_hidden_labels() RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
AS $$ BEGIN RETURN coalesce((SELECT bit_and(~opens) FROM access_reaches()), -1); END $$;

-- A rule may open unlabelled records alone: it hides every label and reaches its facility's persons all the same.
ALTER POLICY care_scope ON access_care_relation USING (
    (SELECT access_persons_everywhere()) OR facility_id = ANY ((SELECT access_persons_facilities())::bigint[])
);

-- What is opened to the actor beside the reaches by row: living grants, and the visits in whose treating team the actor is.
-- With an action, only where rule and grant allow that action; a grant's labels never pass those of the rule.
CREATE FUNCTION access_openings(wanted text DEFAULT NULL)
RETURNS TABLE (person_id bigint, labels integer, encounter text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
AS $$
BEGIN
    RETURN QUERY
    WITH reach AS MATERIALIZED (
        SELECT r.relation, r.opens, r.facility_id FROM access_reaches() r
        WHERE r.relation IN ('granted', 'own', 'team') AND (wanted IS NULL OR wanted = ANY (r.actions)))
    SELECT g.person_id, g.labels & r.opens, g.encounter
    FROM access_grant g JOIN reach r ON r.relation = 'granted' AND (g.facility_id IS NULL OR r.facility_id = g.facility_id)
    WHERE g.revoked_at IS NULL
      AND (g.account_id = access_actor()
           OR (g.account_id IS NULL AND g.facility_id = ANY (ARRAY(SELECT reach.facility_id FROM reach))))
      AND g.purpose = current_setting('hoso.purpose', true)
      AND g.starts_at <= statement_timestamp() AND g.ends_at > statement_timestamp()
      AND (wanted IS NULL OR wanted = ANY (g.permissions))
    UNION
    SELECT t.person_id, r.opens, t.encounter
    FROM access_care_team t JOIN reach r ON r.relation = t.kind
    WHERE t.account_id = access_actor()
      AND t.starts_at <= statement_timestamp() AND (t.ends_at IS NULL OR t.ends_at > statement_timestamp())
    ORDER BY 1, 2, 3;
END $$;

CREATE FUNCTION access_opened_persons(wanted text DEFAULT NULL) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
AS $$ BEGIN RETURN (SELECT coalesce(array_agg(person_id), '{}') FROM access_openings(wanted)); END $$;

CREATE FUNCTION access_opened_labels(wanted text DEFAULT NULL) RETURNS integer[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
AS $$ BEGIN RETURN (SELECT coalesce(array_agg(labels), '{}') FROM access_openings(wanted)); END $$;

CREATE FUNCTION access_opened_encounters(wanted text DEFAULT NULL) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
AS $$ BEGIN RETURN (SELECT coalesce(array_agg(encounter), '{}') FROM access_openings(wanted)); END $$;

CREATE OR REPLACE FUNCTION access_granted_persons() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
AS $$ BEGIN RETURN access_opened_persons(); END $$;

-- A merge moves grants and treating teams of the old person to the new one.
CREATE OR REPLACE FUNCTION access_move_grants(old bigint, new bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
AS $$
BEGIN
    IF NOT access_may('record.write') AND NOT access_may('conflict.decide') THEN
        RAISE EXCEPTION 'not allowed to move grants' USING ERRCODE = '42501';
    END IF;
    UPDATE access_grant SET person_id = new WHERE person_id = old;
    UPDATE access_care_team SET person_id = new WHERE person_id = old;
END $$;

-- The lock of tables with persons, by the rules. Of an opening to one visit a table shows what it ties to that visit by its
-- column `encounter`; who the person is, and where a resource lies, any opening shows.
CREATE OR REPLACE FUNCTION access_protect_person_table(target regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE of_visit text := CASE
    WHEN target::text IN ('people_person', 'people_identifier', 'people_token', 'records_location') THEN 'true'
    WHEN EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = target AND attname = 'encounter' AND NOT attisdropped)
        THEN format('opened.encounter = %s.encounter', target)
    ELSE 'false' END;
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('DROP POLICY IF EXISTS person_scope ON %s', target);
    EXECUTE format($policy$
        CREATE POLICY person_scope ON %1$s FOR SELECT USING (
            (sensitivity & ~(SELECT access_common('everywhere'))) = 0
            OR ((sensitivity & ~(SELECT access_common('facility'))) = 0 AND EXISTS (
                SELECT 1 FROM access_care_relation care
                WHERE care.person_id = %1$s.person_id
                  AND care.facility_id = ANY ((SELECT access_common_facilities())::bigint[])))
            OR ((sensitivity & ~(SELECT access_common('place'))) = 0
                AND place_id = ANY ((SELECT access_persons_places())::bigint[]))
            OR (person_id = ANY ((SELECT access_opened_persons())::bigint[]) AND EXISTS (
                SELECT 1 FROM unnest((SELECT access_opened_persons())::bigint[],
                                     (SELECT access_opened_labels())::integer[],
                                     (SELECT access_opened_encounters())::text[]) AS opened (person, labels, encounter)
                WHERE opened.person = %1$s.person_id AND (%1$s.sensitivity & ~opened.labels) = 0
                  AND (opened.encounter IS NULL OR %2$s)))
            OR ((SELECT cardinality(access_special())) > 0 AND EXISTS (
                SELECT 1 FROM unnest((SELECT access_special())::access_reach[]) AS special
                WHERE (%1$s.sensitivity & ~special.opens) = 0 AND CASE special.relation
                    WHEN 'everywhere' THEN true
                    WHEN 'place' THEN %1$s.place_id = ANY (special.places)
                    ELSE EXISTS (
                        SELECT 1 FROM access_care_relation care
                        WHERE care.person_id = %1$s.person_id AND care.facility_id = special.facility_id
                          AND CASE special.state WHEN 'in_treatment' THEN care.last_day >= current_date
                                                 WHEN 'closed' THEN care.last_day < current_date ELSE true END) END))
        )$policy$, target, of_visit);
    IF NOT EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = target AND polname = 'file_insert') THEN
        EXECUTE format('CREATE POLICY file_insert ON %s FOR INSERT WITH CHECK ((SELECT access_may(''record.write'')))', target);
        EXECUTE format('CREATE POLICY file_update ON %s FOR UPDATE USING ((SELECT access_may(''record.write'')))', target);
        EXECUTE format('CREATE POLICY file_delete ON %s FOR DELETE USING ((SELECT access_may(''record.write'')))', target);
    END IF;
END $$;

DO $$
DECLARE target regclass;
BEGIN
    FOR target IN SELECT polrelid::regclass FROM pg_policy WHERE polname = 'person_scope' ORDER BY 1 LOOP
        PERFORM access_protect_person_table(target);
    END LOOP;
END $$;
DROP FUNCTION access_granted_labels(), access_granted_encounters(), access_living_grants();
