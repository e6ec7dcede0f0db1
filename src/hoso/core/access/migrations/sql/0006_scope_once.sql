-- What row security asks about the actor is looked up once in a transaction and kept in a setting that only these functions
-- can seal (docs/decisions/0060-one-look-up-a-transaction.md). Before, each query asked about ten functions.

-- Seals what is kept. Nobody but the owner reads it: a setting written by the application itself does not fit.
CREATE TABLE access_scope_key (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    key      bytea NOT NULL CHECK (octet_length(key) = 64)
);
REVOKE ALL ON access_scope_key FROM PUBLIC, hoso_app, hoso_reader, hoso_audit;
INSERT INTO access_scope_key (key)
    SELECT decode(string_agg(replace(gen_random_uuid()::text, '-', ''), ''), 'hex') FROM generate_series(1, 4);

-- All that the policies need to know, and for which actor, purpose and transaction it holds. Masks are the labels that every
-- reach of the relation opens (NULL: there is none), `special` the reaches that open more or care in one state alone.
CREATE TYPE access_scope AS (
    actor             bigint,
    purpose           text,
    backend           integer,
    transaction_began timestamptz,
    good_until        timestamptz,
    everywhere        integer,
    facility          integer,
    facilities        bigint[],
    place             integer,
    places            bigint[],
    special           access_reach[],
    opened_persons    bigint[],       -- of openings three lists of equal length
    opened_labels     integer[],
    opened_encounters text[],
    reaches_everybody boolean,        -- by whatever reach, as the three that follow
    known_to          bigint[]        -- facilities whose persons are in reach
);

-- Openings by given reaches: living grants, and the visits in whose treating team the actor is.
CREATE FUNCTION access_openings_by(relations text[], masks integer[], held_at bigint[], wanted text)
RETURNS TABLE (person_id bigint, labels integer, encounter text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
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
    FROM access_care_team t JOIN reach r ON r.relation = t.kind
    WHERE t.account_id = access_actor()
      AND t.starts_at <= statement_timestamp() AND (t.ends_at IS NULL OR t.ends_at > statement_timestamp())
    ORDER BY 1, 2, 3;
END $$;
REVOKE EXECUTE ON FUNCTION access_openings_by(text[], integer[], bigint[], text) FROM PUBLIC;

CREATE OR REPLACE FUNCTION access_openings(wanted text DEFAULT NULL)
RETURNS TABLE (person_id bigint, labels integer, encounter text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE relations text[]; masks integer[]; held_at bigint[];
BEGIN
    SELECT array_agg(r.relation), array_agg(r.opens), array_agg(r.facility_id) INTO relations, masks, held_at
    FROM access_reaches() r
    WHERE r.relation IN ('granted', 'own', 'team') AND (wanted IS NULL OR wanted = ANY (r.actions));
    IF relations IS NOT NULL THEN
        RETURN QUERY SELECT * FROM access_openings_by(relations, masks, held_at, wanted);
    END IF;
END $$;

-- The look-up itself, from the tables alone.
CREATE FUNCTION access_scope_looked_up() RETURNS access_scope
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    found access_scope; reach record; homes bigint[] := '{}'; is_special boolean := false;
    relations text[] := '{}'; masks integer[] := '{}'; held_at bigint[] := '{}';
BEGIN
    found.facilities := '{}';
    found.known_to := '{}';
    found.reaches_everybody := false;
    FOR reach IN SELECT r.relation, r.state, r.opens, r.facility_id, r.place_id FROM access_reaches() r LOOP
        is_special := is_special OR reach.state <> '';
        CASE reach.relation
        WHEN 'everywhere' THEN
            is_special := is_special OR coalesce(found.everywhere <> reach.opens, false);
            found.everywhere := coalesce(found.everywhere & reach.opens, reach.opens);
            found.reaches_everybody := true;
        WHEN 'facility' THEN
            found.known_to := found.known_to || reach.facility_id;
            IF reach.state = '' THEN
                is_special := is_special OR coalesce(found.facility <> reach.opens, false);
                found.facility := coalesce(found.facility & reach.opens, reach.opens);
                found.facilities := found.facilities || reach.facility_id;
            END IF;
        WHEN 'place' THEN
            is_special := is_special OR coalesce(found.place <> reach.opens, false);
            found.place := coalesce(found.place & reach.opens, reach.opens);
            homes := homes || reach.place_id;
        ELSE
            relations := relations || reach.relation;
            masks := masks || reach.opens;
            held_at := held_at || reach.facility_id;
        END CASE;
    END LOOP;
    found.places := CASE WHEN homes = '{}' THEN homes ELSE places_within(homes) END;
    found.special := CASE WHEN is_special THEN access_special() ELSE '{}' END;
    IF relations <> '{}' THEN
        SELECT array_agg(o.person_id), array_agg(o.labels), array_agg(o.encounter)
        INTO found.opened_persons, found.opened_labels, found.opened_encounters
        FROM access_openings_by(relations, masks, held_at, NULL) o;
    END IF;
    found.actor := access_actor();
    found.purpose := current_setting('hoso.purpose', true);
    found.backend := pg_backend_pid();
    found.transaction_began := transaction_timestamp();
    -- What ends by the clock, or by another's hand, ends within a second even where a transaction goes on for long.
    found.good_until := statement_timestamp() + interval '1 second';
    RETURN found;
END $$;
REVOKE EXECUTE ON FUNCTION access_scope_looked_up() FROM PUBLIC;

-- The scope of the present actor and purpose: as it was kept in this very transaction, or looked up now and kept.
-- `hoso.scope` holds the seal (64 hexadecimal digits), then what is sealed. Without an actor nothing is kept.
CREATE FUNCTION access_scope() RETURNS access_scope
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    kept text := current_setting('hoso.scope', true);
    secret bytea := (SELECT key FROM access_scope_key);
    found access_scope;
BEGIN
    IF kept <> '' AND left(kept, 64)
                      = encode(sha256(secret || sha256(secret || convert_to(substr(kept, 65), 'UTF8'))), 'hex') THEN
        found := substr(kept, 65)::access_scope;
        IF found.actor = access_actor() AND found.purpose = current_setting('hoso.purpose', true)
           AND found.backend = pg_backend_pid() AND found.transaction_began = transaction_timestamp()
           AND found.good_until > statement_timestamp() THEN
            RETURN found;
        END IF;
    END IF;
    found := access_scope_looked_up();
    IF found.actor IS NOT NULL THEN
        kept := found::text;
        PERFORM set_config(
            'hoso.scope', encode(sha256(secret || sha256(secret || convert_to(kept, 'UTF8'))), 'hex') || kept, true);
    END IF;
    RETURN found;
END $$;

-- What a transaction changes itself counts from its next statement on.
CREATE FUNCTION access_forget_scope() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('hoso.scope', '', true);
    RETURN NULL;
END $$;
DO $$
DECLARE source text;
BEGIN
    FOREACH source IN ARRAY ARRAY['access_grant', 'access_care_team', 'access_role', 'access_rule', 'accounts_assignment'] LOOP
        EXECUTE format('CREATE TRIGGER forget_scope AFTER INSERT OR UPDATE OR DELETE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION access_forget_scope()', source);
    END LOOP;
    CREATE TRIGGER forget_scope AFTER UPDATE OF is_active ON accounts_account
        FOR EACH STATEMENT EXECUTE FUNCTION access_forget_scope();
END $$;

CREATE OR REPLACE FUNCTION access_persons_everywhere() RETURNS boolean LANGUAGE plpgsql STABLE
AS $$ DECLARE scope access_scope := access_scope(); BEGIN RETURN scope.reaches_everybody; END $$;
CREATE OR REPLACE FUNCTION access_persons_facilities() RETURNS bigint[] LANGUAGE plpgsql STABLE
AS $$ DECLARE scope access_scope := access_scope(); BEGIN RETURN scope.known_to; END $$;
CREATE OR REPLACE FUNCTION access_persons_places() RETURNS bigint[] LANGUAGE plpgsql STABLE
AS $$ DECLARE scope access_scope := access_scope(); BEGIN RETURN scope.places; END $$;
CREATE OR REPLACE FUNCTION access_granted_persons() RETURNS bigint[] LANGUAGE plpgsql STABLE
AS $$ DECLARE scope access_scope := access_scope(); BEGIN RETURN coalesce(scope.opened_persons, '{}'); END $$;

-- The rare ways to a row, asked only where there are some: an opening of this person, a reach beside the common ones. They
-- run with the rights of who asks, so that a made-up scope tells nothing.
CREATE FUNCTION access_is_opened(scope access_scope, of_person bigint, labels integer, visit text, any_visit boolean)
RETURNS boolean LANGUAGE plpgsql STABLE
AS $$
BEGIN
    RETURN EXISTS (
        SELECT 1 FROM unnest(scope.opened_persons, scope.opened_labels, scope.opened_encounters) AS opened (person, labels, encounter)
        WHERE opened.person = of_person AND (access_is_opened.labels & ~opened.labels) = 0
          AND (opened.encounter IS NULL OR any_visit OR opened.encounter = visit));
END $$;

CREATE FUNCTION access_is_special(scope access_scope, of_person bigint, labels integer, place bigint)
RETURNS boolean LANGUAGE plpgsql STABLE
AS $$
BEGIN
    RETURN EXISTS (
        SELECT 1 FROM unnest(scope.special) AS special
        WHERE (labels & ~special.opens) = 0 AND CASE special.relation
            WHEN 'everywhere' THEN true
            WHEN 'place' THEN access_is_special.place = ANY (special.places)
            ELSE EXISTS (
                SELECT 1 FROM access_care_relation care
                WHERE care.person_id = of_person AND care.facility_id = special.facility_id
                  AND CASE special.state WHEN 'in_treatment' THEN care.last_day >= current_date
                                         WHEN 'closed' THEN care.last_day < current_date ELSE true END) END);
END $$;

ALTER POLICY care_scope ON access_care_relation USING (
    EXISTS (SELECT 1 FROM access_scope() AS scope WHERE scope.reaches_everybody OR facility_id = ANY (scope.known_to)));

-- The lock of tables with persons, by the rules. Of an opening to one visit a table shows what it ties to that visit by its
-- column `encounter`; who the person is, and where a resource lies, any opening shows. The scope is scanned as a table of
-- one row, which the database keeps for the whole query; its columns need no look-up of their own.
CREATE OR REPLACE FUNCTION access_protect_person_table(target regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    any_visit boolean := target::text IN ('people_person', 'people_identifier', 'people_token', 'records_location');
    visit text := CASE
        WHEN EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = target AND attname = 'encounter' AND NOT attisdropped)
            THEN format('%s.encounter', target) ELSE 'NULL' END;
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('DROP POLICY IF EXISTS person_scope ON %s', target);
    EXECUTE format($policy$
        CREATE POLICY person_scope ON %1$s FOR SELECT USING (EXISTS (
            SELECT 1 FROM access_scope() AS scope
            WHERE (%1$s.sensitivity & ~scope.everywhere) = 0
               OR ((%1$s.sensitivity & ~scope.facility) = 0 AND EXISTS (
                    SELECT 1 FROM access_care_relation care
                    WHERE care.person_id = %1$s.person_id AND care.facility_id = ANY (scope.facilities)))
               OR ((%1$s.sensitivity & ~scope.place) = 0 AND %1$s.place_id = ANY (scope.places))
               OR (%1$s.person_id = ANY (scope.opened_persons)
                   AND access_is_opened(scope, %1$s.person_id, %1$s.sensitivity, %2$s, %3$L))
               OR (cardinality(scope.special) > 0
                   AND access_is_special(scope, %1$s.person_id, %1$s.sensitivity, %1$s.place_id)))
        )$policy$, target, visit, any_visit);
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
DROP FUNCTION access_common(text), access_common_facilities(), access_opened_persons(text), access_opened_labels(text),
    access_opened_encounters(text);

-- What an active account holds today: each assignment with its role, most permissions first. With the rights of who asks.
CREATE FUNCTION access_held(account bigint)
RETURNS TABLE (role text, facility_id bigint, place_id bigint, everywhere boolean, sees_persons boolean, title_vi text,
               title_en text, permissions text[], purposes text[], second_factor boolean)
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    RETURN QUERY
    SELECT r.key, a.facility_id, a.place_id, r.everywhere, r.sees_persons, r.title_vi, r.title_en, r.permissions, r.purposes,
           r.second_factor
    FROM accounts_assignment a
    JOIN accounts_account c ON c.id = a.account_id AND c.is_active
    JOIN access_role r ON r.key = a.role
    WHERE a.account_id = account AND a.valid_from <= current_date AND (a.valid_to IS NULL OR a.valid_to > current_date)
    ORDER BY cardinality(r.permissions) DESC, r.key, a.facility_id, a.place_id;
END $$;
