-- Who an account's holder is as a person, and what the desks of the house had to do with whom: as ids and numbers that mean
-- nothing outside of the memory in which explanations and sensors are asked (docs/decisions/0201-holders-by-hashed-number.md).

-- The holder as a person: found by the keyed hash of the personal number, which the account and the person's number have in common.
-- A link holds while the account has the number by which it was found.
CREATE TABLE oversight_holder (
    account_id  bigint PRIMARY KEY REFERENCES accounts_account,
    person_id   bigint NOT NULL,
    number_hash text COLLATE "C" NOT NULL CHECK (number_hash <> ''),
    found_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX oversight_holder_person ON oversight_holder (person_id);
ALTER TABLE oversight_holder ENABLE ROW LEVEL SECURITY;
CREATE POLICY holder_read ON oversight_holder FOR SELECT USING ((SELECT access_may('audit.read')));
CREATE POLICY holder_found ON oversight_holder FOR INSERT WITH CHECK ((SELECT access_may('case.raise')));
CREATE POLICY holder_moved ON oversight_holder FOR UPDATE USING ((SELECT access_may('case.raise')));
REVOKE DELETE, TRUNCATE ON oversight_holder FROM hoso_app;

-- The personal numbers of who was looked at since then and of who lives with them now, to be hashed: for the house's own service
-- alone, no overseer sees a number. Nothing is kept of them but the holder's link.
CREATE FUNCTION oversight_numbers(since timestamptz) RETURNS TABLE (person bigint, number text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH seen AS (SELECT DISTINCT e.person_id FROM oversight_event e WHERE e.at >= since AND e.person_id IS NOT NULL)
    SELECT i.person_id, i.value FROM people_identifier i
    WHERE (SELECT access_may('case.raise')) AND i.kind = 'personal_number' AND NOT i.contested
      AND (i.valid_to IS NULL OR i.valid_to > current_date)
      AND i.person_id IN (
        SELECT person_id FROM seen
        UNION SELECT other.person_id FROM seen
              JOIN people_household_member own ON own.person_id = seen.person_id AND own.last_day IS NULL
              JOIN people_household_member other ON other.household = own.household AND other.last_day IS NULL)
$$;

-- The holders that are known, and where they live.
CREATE FUNCTION oversight_holders() RETURNS TABLE (account bigint, person bigint, commune bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT h.account_id, h.person_id, nullif(p.place_id, 0) FROM oversight_holder h
    JOIN accounts_account a ON a.id = h.account_id AND a.personal_number_hash = h.number_hash
    LEFT JOIN people_person p ON p.person_id = h.person_id
    WHERE (SELECT access_may('audit.read'))
$$;

-- Who was looked at since then, and the holders: surname and household as numbers that tell the same from another and nothing else,
-- where they live, and the facility where they work now.
CREATE FUNCTION oversight_persons(since timestamptz)
RETURNS TABLE (id bigint, surname bigint, household bigint, commune bigint, staff_of bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH holder AS (SELECT * FROM oversight_holders()),
    seen AS (SELECT e.person_id FROM oversight_event e WHERE e.at >= since AND e.person_id IS NOT NULL
             UNION SELECT h.person FROM holder h),
    staff AS (
        SELECT h.person, min(s.facility_id) AS facility FROM holder h
        JOIN accounts_account a ON a.id = h.account AND a.is_active AND a.kind <> 'citizen'
        JOIN accounts_assignment s ON s.account_id = a.id AND s.valid_from <= current_date
            AND (s.valid_to IS NULL OR s.valid_to > current_date)
        GROUP BY h.person)
    SELECT seen.person_id, hashtextextended(min(nullif(split_part(p.folded_name, ' ', 1), '')), 0),
           hashtextextended(min(m.household), 0), min(nullif(p.place_id, 0)), min(staff.facility)
    FROM seen LEFT JOIN people_person p ON p.person_id = seen.person_id
    LEFT JOIN people_household_member m ON m.person_id = seen.person_id AND m.last_day IS NULL
    LEFT JOIN staff ON staff.person = seen.person_id
    WHERE (SELECT access_may('audit.read')) GROUP BY seen.person_id
$$;

-- Work at the desks, for whoever did it: a visit returned or rechecked, a withdrawal (claim); two persons told apart or joined
-- (identity); a request of the person's own about their data (record_request).
CREATE FUNCTION oversight_work(since timestamptz)
RETURNS TABLE (kind text, first timestamptz, last timestamptz, account bigint, person bigint, facility bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH visit AS (
        SELECT v.package_id, v.ordinal, coalesce(nullif(v.person_id, 0), c.person_id) AS person
        FROM intake_visit v LEFT JOIN intake_current_visit c ON c.facility_id = v.facility_id AND c.ma_lk = v.ma_lk)
    SELECT told.* FROM (
        SELECT 'claim', a.acted_at, a.acted_at, a.acted_by, v.person, a.facility_id
        FROM intake_desk_act a JOIN visit v USING (package_id, ordinal) WHERE a.acted_at >= since
        UNION ALL
        SELECT 'claim', did.at, did.at, did.account, v.person, w.facility_id
        FROM intake_withdrawal w JOIN visit v USING (package_id, ordinal)
        CROSS JOIN LATERAL (VALUES (w.asked_by, w.asked_at), (w.decided_by, w.decided_at), (w.undone_by, w.undone_at)) did (account, at)
        WHERE did.at >= since
        UNION ALL
        SELECT 'identity', f.decided_at, f.decided_at, f.decided_by, two.person, NULL
        FROM (SELECT decided_at, decided_by, source_person_id, other_person_id FROM people_conflict
              UNION ALL SELECT decided_at, decided_by, source_person_id, other_person_id FROM people_pair
              UNION ALL SELECT joined_at, joined_by, source_person_id, into_person_id FROM people_join
              UNION ALL SELECT parted_at, parted_by, source_person_id, into_person_id FROM people_join) f
        CROSS JOIN LATERAL (VALUES (f.source_person_id), (f.other_person_id)) two (person)
        WHERE f.decided_at >= since AND f.decided_by > 0
        UNION ALL
        SELECT DISTINCT 'record_request', r.received_at, coalesce(r.decided_at, (r.due + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'), e.actor_id, r.person_id,
               nullif(r.facility_id, 0)
        FROM rights_request r JOIN rights_event e ON e.request_id = r.id
        WHERE coalesce(r.decided_at, now()) >= since
    ) AS told (kind, first, last, account, person, facility)
    WHERE told.person IS NOT NULL AND (SELECT access_may('audit.read'))
$$;

DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY ARRAY['oversight_numbers(timestamptz)', 'oversight_holders()', 'oversight_persons(timestamptz)',
                                'oversight_work(timestamptz)'] LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO hoso_app', name);
    END LOOP;
END $$;
