-- A grant opens one person to one account, or to those of one facility, for a purpose and a time. It is the only way past
-- a person's facilities and home: break-glass, one-time sharing for one visit, temporary access of outside officers.
-- Facts: the application adds grants and ends them early, through the functions below; it never changes or removes one.

CREATE TABLE access_grant (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id        bigint NOT NULL CHECK (person_id > 0),   -- 0 is nobody: anonymous samples are opened to no one
    source_person_id bigint NOT NULL CHECK (source_person_id > 0),
    account_id       bigint REFERENCES accounts_account,      -- with a facility too: only while at work there
    facility_id      bigint REFERENCES places_facility,
    kind             text NOT NULL CHECK (kind IN ('break_glass', 'one_time', 'temporary')),
    purpose          text NOT NULL CHECK (purpose <> ''),
    permissions      text[] NOT NULL CHECK (cardinality(permissions) > 0),
    labels           integer NOT NULL DEFAULT 0 CHECK (labels >= 0),   -- sensitivity bits it opens; 0: unlabelled records
    encounter        text COLLATE "C",                        -- only this visit; NULL: the whole record
    starts_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    ends_at          timestamptz NOT NULL,
    opened_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    opened_by        bigint NOT NULL,
    reason_code      text NOT NULL CHECK (reason_code <> ''),
    reason           text NOT NULL DEFAULT '',
    source           text NOT NULL DEFAULT '',                -- what it rests on, as Consent/<id>
    revoked_at       timestamptz,
    revoked_by       bigint,
    revoke_reason    text NOT NULL DEFAULT '',
    CONSTRAINT grant_is_to_somebody CHECK (num_nonnulls(account_id, facility_id) > 0),
    CONSTRAINT grant_ends_after_start CHECK (ends_at > starts_at),
    CONSTRAINT grant_is_short CHECK (ends_at <= starts_at + CASE kind
        WHEN 'break_glass' THEN interval '4 hours' WHEN 'one_time' THEN interval '24 hours' ELSE interval '1 year' END),
    CONSTRAINT grant_revocation_is_whole CHECK (num_nonnulls(revoked_at, revoked_by) IN (0, 2)),
    -- Whoever breaks the glass does it for themselves, with words; whoever approves another's access is not that other.
    CONSTRAINT grant_break_glass_is_ones_own CHECK (
        kind <> 'break_glass' OR (account_id IS NOT NULL AND account_id = opened_by AND length(btrim(reason)) >= 10)),
    CONSTRAINT grant_temporary_is_anothers CHECK (
        kind <> 'temporary' OR (account_id IS NOT NULL AND account_id <> opened_by AND reason <> '')),
    -- definitions/sensitivity/labels.yaml: bit 6 is the sex of a fetus (shown to nobody), bit 4 the donor of sperm, egg
    -- or embryo (NĐ 207/2025: no emergency opens it).
    CONSTRAINT grant_never_opens_fetal_sex CHECK ((labels & 64) = 0),
    CONSTRAINT grant_break_glass_never_opens_donors CHECK (kind <> 'break_glass' OR (labels & 16) = 0)
);
CREATE INDEX access_grant_account ON access_grant (account_id) WHERE revoked_at IS NULL;
CREATE INDEX access_grant_facility ON access_grant (facility_id) WHERE revoked_at IS NULL AND account_id IS NULL;
CREATE INDEX access_grant_person ON access_grant (person_id);
CREATE INDEX access_grant_source ON access_grant (source) WHERE source <> '';

-- Nothing but the end of a grant, once, and the person it is kept under (merge) may change.
CREATE FUNCTION access_grant_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'grants are never removed';
    END IF;
    IF (to_jsonb(NEW) - '{person_id,revoked_at,revoked_by,revoke_reason}'::text[])
       IS DISTINCT FROM (to_jsonb(OLD) - '{person_id,revoked_at,revoked_by,revoke_reason}'::text[])
       OR (OLD.revoked_at IS NOT NULL AND (NEW.revoked_at, NEW.revoked_by, NEW.revoke_reason)
           IS DISTINCT FROM (OLD.revoked_at, OLD.revoked_by, OLD.revoke_reason)) THEN
        RAISE EXCEPTION 'of a grant only its end may be set, once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_grant_append_only BEFORE UPDATE OR DELETE ON access_grant
    FOR EACH ROW EXECUTE FUNCTION access_grant_refuse_change();
CREATE TRIGGER access_grant_no_truncate BEFORE TRUNCATE ON access_grant
    FOR EACH STATEMENT EXECUTE FUNCTION access_grant_refuse_change();

-- The grants that count now: the actor's own, and those to a facility where the actor holds a role that sees persons for
-- the grant's purpose. An account without such a role gains nothing by a grant: who runs the house sees no record.
CREATE FUNCTION access_living_grants()
RETURNS TABLE (id bigint, person_id bigint, labels integer, encounter text, permissions text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$
    WITH held AS MATERIALIZED (SELECT facility_id FROM access_assignments() WHERE sees_persons)
    SELECT g.id, g.person_id, g.labels, g.encounter, g.permissions
    FROM access_grant g
    WHERE g.revoked_at IS NULL
      AND (g.account_id = access_actor()
           OR (g.account_id IS NULL AND g.facility_id = ANY (ARRAY(SELECT facility_id FROM held))))
      AND g.purpose = current_setting('hoso.purpose', true)
      AND g.starts_at <= statement_timestamp() AND g.ends_at > statement_timestamp()
      AND EXISTS (SELECT 1 FROM held WHERE g.facility_id IS NULL OR held.facility_id = g.facility_id)
    ORDER BY g.id
$$;

-- The same as three lists of equal length, so that a query asks each once and not for every row.
CREATE FUNCTION access_granted_persons() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT coalesce(array_agg(person_id), '{}') FROM access_living_grants() $$;

CREATE FUNCTION access_granted_labels() RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT coalesce(array_agg(labels), '{}') FROM access_living_grants() $$;

CREATE FUNCTION access_granted_encounters() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT coalesce(array_agg(encounter), '{}') FROM access_living_grants() $$;

-- End one grant now; gives its person, NULL where none is left to end. The application cannot do it otherwise.
CREATE FUNCTION access_revoke_grant(wanted bigint, why text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
AS $$
DECLARE ended bigint;
BEGIN
    IF access_actor() IS NULL THEN
        RAISE EXCEPTION 'nobody is acting' USING ERRCODE = '42501';
    END IF;
    UPDATE access_grant SET revoked_at = clock_timestamp(), revoked_by = access_actor(), revoke_reason = why
    WHERE id = wanted AND revoked_at IS NULL AND ends_at > clock_timestamp() RETURNING person_id INTO ended;
    RETURN ended;
END $$;

-- End every grant that rests on the source, living or to come; gives the ended ones.
CREATE FUNCTION access_end_grants(wanted text, why text) RETURNS TABLE (id bigint, person_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
AS $$
BEGIN
    IF access_actor() IS NULL OR wanted = '' THEN
        RAISE EXCEPTION 'nobody is acting, or no source named' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY UPDATE access_grant g
        SET revoked_at = clock_timestamp(), revoked_by = access_actor(), revoke_reason = why
        WHERE g.source = wanted AND g.revoked_at IS NULL AND g.ends_at > clock_timestamp()
        RETURNING g.id, g.person_id;
END $$;

-- A merge moves the grants of the old person to the new one: who may see the one may see the other for the rest of its time.
CREATE FUNCTION access_move_grants(old bigint, new bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
AS $$
BEGIN
    IF NOT access_may('record.write') AND NOT access_may('conflict.decide') THEN
        RAISE EXCEPTION 'not allowed to move grants' USING ERRCODE = '42501';
    END IF;
    UPDATE access_grant SET person_id = new WHERE person_id = old;
END $$;

-- Holders see their own grants; who reviews or approves access sees all. Everybody else sees none.
ALTER TABLE access_grant ENABLE ROW LEVEL SECURITY;
CREATE POLICY grant_sight ON access_grant FOR SELECT USING (
    account_id = (SELECT access_actor()) OR opened_by = (SELECT access_actor())
    OR (SELECT access_may('grant.review')) OR (SELECT access_may('grant.open'))
);
-- Break-glass needs its permission, temporary access the permission to approve; one-time sharing rests on the person's code.
CREATE POLICY grant_open ON access_grant FOR INSERT WITH CHECK (
    opened_by = (SELECT access_actor())
    AND CASE kind WHEN 'break_glass' THEN (SELECT access_may('record.break_glass'))
                  WHEN 'temporary' THEN (SELECT access_may('grant.open'))
                  ELSE source <> '' END
);
REVOKE UPDATE, DELETE, TRUNCATE ON access_grant FROM hoso_app;

-- The lock of tables with persons, now with living grants. Of a grant to one visit a table shows what it ties to that visit
-- by its column `encounter`; who the person is, and where a resource lies, any grant opens.
CREATE OR REPLACE FUNCTION access_protect_person_table(target regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE visit_alone text := CASE
    WHEN target::text IN ('people_person', 'people_identifier', 'people_token', 'records_location') THEN 'true'
    WHEN EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = target AND attname = 'encounter' AND NOT attisdropped)
        THEN format('granted.encounter = %s.encounter', target)
    ELSE 'false' END;
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('DROP POLICY IF EXISTS person_scope ON %s', target);
    EXECUTE format($policy$
        CREATE POLICY person_scope ON %1$s FOR SELECT USING (
            ((SELECT access_hidden_labels()) <> -1
             AND (sensitivity & (SELECT access_hidden_labels())) = 0
             AND (
                (SELECT access_persons_everywhere())
                OR place_id = ANY ((SELECT access_persons_places())::bigint[])
                OR EXISTS (
                    SELECT 1 FROM access_care_relation care
                    WHERE care.person_id = %1$s.person_id
                      AND care.facility_id = ANY ((SELECT access_persons_facilities())::bigint[])
                )
             ))
            OR (person_id = ANY ((SELECT access_granted_persons())::bigint[])
                AND EXISTS (
                    SELECT 1 FROM unnest((SELECT access_granted_persons())::bigint[],
                                         (SELECT access_granted_labels())::integer[],
                                         (SELECT access_granted_encounters())::text[])
                                  AS granted (person, labels, encounter)
                    WHERE granted.person = %1$s.person_id AND (%1$s.sensitivity & ~granted.labels) = 0
                      AND (granted.encounter IS NULL OR %2$s)
                ))
        )$policy$, target, visit_alone);
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
