-- What the stream asks about the few persons of its fresh events, without going through everybody of the last hour or of sixty days
-- (docs/decisions/0202-sensing-on-the-stream.md). The hourly look asks the same about all.

-- What an account created explains its later looks: few among the looks, and asked for by account.
CREATE INDEX oversight_event_created ON oversight_event (account_id, at DESC) WHERE action = 'create';

-- What explains accesses out of the house's own tables; `until`: to when it can explain. For the functions below alone.
CREATE VIEW oversight_fact WITH (security_invoker = true) AS
    SELECT 'visit' AS kind, c.first_day::timestamptz AS first, c.last_day::timestamptz + interval '1 day' AS last, NULL::bigint AS account,
           c.person_id AS person, c.facility_id AS facility, c.last_day::timestamptz AS until
    FROM access_care_relation c
    UNION ALL
    SELECT CASE t.kind WHEN 'own' THEN 'visit' ELSE 'team' END, t.starts_at, coalesce(t.ends_at, now()),
           coalesce(t.account_id, l.account_id), t.person_id, t.facility_id, coalesce(t.ends_at, now())
    FROM access_care_team t LEFT JOIN accounts_licence l ON l.number = t.licence AND l.ended_at IS NULL
    WHERE coalesce(t.account_id, l.account_id) IS NOT NULL
    UNION ALL
    SELECT CASE g.kind WHEN 'break_glass' THEN 'break_glass' ELSE 'grant' END, g.starts_at, coalesce(g.revoked_at, g.ends_at),
           g.account_id, g.person_id, g.facility_id, g.ends_at
    FROM access_grant g WHERE g.account_id IS NOT NULL
    UNION ALL
    SELECT DISTINCT 'case', c.opened_at, greatest(p.decided_at + interval '30 days', now()), NULL::bigint, e.person_id, NULL::bigint,
           coalesce(p.decided_at + interval '30 days', now())
    FROM oversight_case c JOIN oversight_evidence e ON e.case_id = c.id AND e.person_id IS NOT NULL
    LEFT JOIN oversight_proposal p ON p.case_id = c.id AND p.kind = 'close' AND p.agreed;
REVOKE ALL ON oversight_fact FROM PUBLIC, hoso_app;

CREATE OR REPLACE FUNCTION oversight_facts(since timestamptz)
RETURNS TABLE (kind text, first timestamptz, last timestamptz, account bigint, person bigint, facility bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT f.kind, f.first, f.last, f.account, f.person, f.facility FROM oversight_fact f
    WHERE f.until >= since AND (SELECT access_may('audit.read'))
$$;

CREATE FUNCTION oversight_facts_of(persons bigint[], since timestamptz)
RETURNS TABLE (kind text, first timestamptz, last timestamptz, account bigint, person bigint, facility bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT f.kind, f.first, f.last, f.account, f.person, f.facility FROM oversight_fact f
    WHERE f.person = ANY (persons) AND f.until >= since AND (SELECT access_may('audit.read'))
$$;

-- These persons and the holders: surname and household as numbers that tell the same from another and nothing else, where they
-- live, and the facility where they work now.
CREATE FUNCTION oversight_persons_of(persons bigint[])
RETURNS TABLE (id bigint, surname bigint, household bigint, commune bigint, staff_of bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH holder AS MATERIALIZED (SELECT * FROM oversight_holders()),
    meant AS (SELECT unnest(persons) AS person_id UNION SELECT h.person FROM holder h),
    staff AS (
        SELECT h.person, min(s.facility_id) AS facility FROM holder h
        JOIN accounts_account a ON a.id = h.account AND a.is_active AND a.kind <> 'citizen'
        JOIN accounts_assignment s ON s.account_id = a.id AND s.valid_from <= current_date
            AND (s.valid_to IS NULL OR s.valid_to > current_date)
        GROUP BY h.person)
    SELECT meant.person_id, hashtextextended(min(nullif(split_part(p.folded_name, ' ', 1), '')), 0),
           hashtextextended(min(m.household), 0), min(nullif(p.place_id, 0)), min(staff.facility)
    FROM meant LEFT JOIN people_person p ON p.person_id = meant.person_id
    LEFT JOIN people_household_member m ON m.person_id = meant.person_id AND m.last_day IS NULL
    LEFT JOIN staff ON staff.person = meant.person_id
    WHERE (SELECT access_may('audit.read')) GROUP BY meant.person_id
$$;

CREATE FUNCTION oversight_seen(since timestamptz) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT e.person_id), '{}') FROM oversight_event e
    WHERE e.at >= since AND e.person_id IS NOT NULL AND (SELECT access_may('audit.read'))
$$;

CREATE OR REPLACE FUNCTION oversight_persons(since timestamptz)
RETURNS TABLE (id bigint, surname bigint, household bigint, commune bigint, staff_of bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT * FROM oversight_persons_of(oversight_seen(since))
$$;

-- The personal numbers of these persons and of who lives with them now, to be hashed: for the house's own service alone, no overseer
-- sees a number. Nothing is kept of them but the holder's link.
CREATE FUNCTION oversight_numbers_of(persons bigint[]) RETURNS TABLE (person bigint, number text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT i.person_id, i.value FROM people_identifier i
    WHERE (SELECT access_may('case.raise')) AND i.kind = 'personal_number' AND NOT i.contested
      AND (i.valid_to IS NULL OR i.valid_to > current_date)
      AND i.person_id IN (
        SELECT unnest(persons)
        UNION SELECT other.person_id FROM unnest(persons) AS seen (person_id)
              JOIN people_household_member own ON own.person_id = seen.person_id AND own.last_day IS NULL
              JOIN people_household_member other ON other.household = own.household AND other.last_day IS NULL)
$$;
DROP FUNCTION oversight_numbers(timestamptz);

DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY ARRAY['oversight_facts_of(bigint[], timestamptz)', 'oversight_persons_of(bigint[])', 'oversight_seen(timestamptz)',
                                'oversight_numbers_of(bigint[])'] LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO hoso_app', name);
    END LOOP;
END $$;
