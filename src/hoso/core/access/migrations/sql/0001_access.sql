-- Roles as data, the relation of persons to those who care for them, and what row security asks.
-- The scope of an actor is looked up here from actor and purpose, never taken from the caller.

CREATE TABLE access_role (
    key           text PRIMARY KEY,
    title_vi      text NOT NULL,
    title_en      text NOT NULL,
    everywhere    boolean NOT NULL,        -- an assignment without facility and place reaches every person
    permissions   text[] NOT NULL,
    purposes      text[] NOT NULL,
    sees_persons  boolean NOT NULL,        -- without it the role reaches no person, however far it goes
    hidden_labels integer NOT NULL,        -- sensitivity bits this role never sees
    second_factor boolean NOT NULL,
    origin        text NOT NULL CHECK (origin IN ('shipped', 'local'))
);
REVOKE INSERT, UPDATE, DELETE ON access_role FROM hoso_app;  -- what a role may do is set by the owner alone

CREATE TABLE access_care_relation (
    person_id        bigint NOT NULL,
    source_person_id bigint NOT NULL,
    facility_id      bigint NOT NULL,
    kind             text NOT NULL CHECK (kind IN ('visit')),
    first_day        date NOT NULL,
    last_day         date NOT NULL CHECK (last_day >= first_day),
    package_id       bigint NOT NULL,
    PRIMARY KEY (person_id, facility_id, kind, source_person_id)
);

CREATE FUNCTION access_actor() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('hoso.actor', true), '')::bigint $$;

-- The roles that count now: held by the actor today, for the stated purpose.
CREATE FUNCTION access_assignments()
RETURNS TABLE (role text, everywhere boolean, sees_persons boolean, facility_id bigint, place_id bigint,
               permissions text[], hidden_labels int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$
    SELECT r.key, r.everywhere, r.sees_persons, a.facility_id, a.place_id, r.permissions, r.hidden_labels
    FROM accounts_assignment a
    JOIN accounts_account ON accounts_account.id = a.account_id AND accounts_account.is_active
    JOIN access_role r ON r.key = a.role
    WHERE a.account_id = access_actor()
      AND current_setting('hoso.purpose', true) = ANY (r.purposes)
      AND a.valid_from <= current_date AND (a.valid_to IS NULL OR a.valid_to > current_date)
$$;

CREATE FUNCTION access_scope_everywhere() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT coalesce(bool_or(everywhere AND facility_id IS NULL AND place_id IS NULL), false) FROM access_assignments() $$;

CREATE FUNCTION access_scope_facilities() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT coalesce(array_agg(facility_id) FILTER (WHERE facility_id IS NOT NULL), '{}') FROM access_assignments() $$;

-- The same for persons: only roles that see persons at all count.
CREATE FUNCTION access_persons_everywhere() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$
    SELECT coalesce(bool_or(everywhere AND facility_id IS NULL AND place_id IS NULL), false)
    FROM access_assignments() WHERE sees_persons
$$;

CREATE FUNCTION access_persons_facilities() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$
    SELECT coalesce(array_agg(facility_id) FILTER (WHERE facility_id IS NOT NULL), '{}')
    FROM access_assignments() WHERE sees_persons
$$;

CREATE FUNCTION access_persons_places() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$
    SELECT places_within(coalesce(array_agg(place_id) FILTER (WHERE place_id IS NOT NULL), '{}'))
    FROM access_assignments() WHERE sees_persons
$$;

-- Labels hidden by every role the actor holds; without any role all are hidden. A role that hides all of them (-1)
-- sees no record at all, unlabelled ones neither.
CREATE FUNCTION access_hidden_labels() RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT coalesce(bit_and(hidden_labels), -1) FROM access_assignments() WHERE sees_persons $$;

CREATE FUNCTION access_may(permission text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT coalesce(bool_or(permission = ANY (permissions)), false) FROM access_assignments() $$;

-- The standard lock of every table that holds persons; (SELECT …) makes each scope one look-up a query, not one a row.
CREATE FUNCTION access_protect_person_table(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format($policy$
        CREATE POLICY person_scope ON %1$s FOR SELECT USING (
            (SELECT access_hidden_labels()) <> -1
            AND (sensitivity & (SELECT access_hidden_labels())) = 0
            AND (
                (SELECT access_persons_everywhere())
                OR place_id = ANY ((SELECT access_persons_places())::bigint[])
                OR EXISTS (
                    SELECT 1 FROM access_care_relation care
                    WHERE care.person_id = %1$s.person_id
                      AND care.facility_id = ANY ((SELECT access_persons_facilities())::bigint[])
                )
            )
        )$policy$, target);
    EXECUTE format('CREATE POLICY file_insert ON %s FOR INSERT WITH CHECK ((SELECT access_may(''record.write'')))', target);
    EXECUTE format('CREATE POLICY file_update ON %s FOR UPDATE USING ((SELECT access_may(''record.write'')))', target);
    EXECUTE format('CREATE POLICY file_delete ON %s FOR DELETE USING ((SELECT access_may(''record.write'')))', target);
END $$;

-- The lock of tables that belong to a facility's own work (its packages, its findings).
CREATE FUNCTION access_protect_facility_table(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format($policy$
        CREATE POLICY facility_scope ON %1$s USING (
            ((SELECT access_may('package.read')) OR (SELECT access_may('record.write')))
            AND ((SELECT access_scope_everywhere()) OR facility_id = ANY ((SELECT access_scope_facilities())::bigint[]))
        ) WITH CHECK (
            (SELECT access_may('record.write')) OR facility_id = ANY ((SELECT access_scope_facilities())::bigint[])
        )$policy$, target);
END $$;

-- Partitions are reached through their parent only, where the policies stand.
CREATE FUNCTION access_hide_partitions(target regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE part regclass;
BEGIN
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = target LOOP
        EXECUTE format('REVOKE ALL ON %s FROM hoso_app, hoso_reader', part);
    END LOOP;
END $$;

ALTER TABLE access_care_relation ENABLE ROW LEVEL SECURITY;
CREATE POLICY care_scope ON access_care_relation FOR SELECT USING (
    (SELECT access_hidden_labels()) <> -1
    AND ((SELECT access_persons_everywhere()) OR facility_id = ANY ((SELECT access_persons_facilities())::bigint[]))
);
CREATE POLICY file_insert ON access_care_relation FOR INSERT WITH CHECK ((SELECT access_may('record.write')));
CREATE POLICY file_update ON access_care_relation FOR UPDATE USING ((SELECT access_may('record.write')));
