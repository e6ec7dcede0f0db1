-- Who is on duty where and when, as facilities give it month by month: a month given again is another version, and the newest is in force.
-- Nothing is changed or removed. Working hours of staff: for the desk, which gives them in, and for who senses.
CREATE TABLE oversight_rota (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    facility_id bigint NOT NULL REFERENCES places_facility,
    month       date NOT NULL CHECK (extract(day FROM month) = 1),
    version     integer NOT NULL CHECK (version > 0),
    sha256      text NOT NULL,                              -- of its shifts: the same month given again is no new version
    given_by    bigint NOT NULL REFERENCES accounts_account,
    given_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT rota_version_once UNIQUE (facility_id, month, version)
);
CREATE TABLE oversight_shift (
    rota_id    bigint NOT NULL REFERENCES oversight_rota,
    account_id bigint NOT NULL REFERENCES accounts_account,
    ward       text NOT NULL,                               -- MA_KHOA as visits name it; empty: the whole facility
    first      timestamptz NOT NULL,
    last       timestamptz NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('duty', 'on_call')),
    PRIMARY KEY (rota_id, account_id, first, ward),
    CONSTRAINT shift_of_two_days_at_most CHECK (last > first AND last <= first + interval '48 hours')
);
ALTER TABLE oversight_rota ENABLE ROW LEVEL SECURITY;
ALTER TABLE oversight_shift ENABLE ROW LEVEL SECURITY;
CREATE POLICY rota_read ON oversight_rota FOR SELECT USING ((SELECT access_may('case.handle')) OR (SELECT access_may('case.raise')));
CREATE POLICY shift_read ON oversight_shift FOR SELECT USING ((SELECT access_may('case.handle')) OR (SELECT access_may('case.raise')));
CREATE POLICY rota_give ON oversight_rota FOR INSERT WITH CHECK ((SELECT access_may('case.handle')) AND given_by = (SELECT access_actor()));
-- Shifts come with their rota, in its transaction.
CREATE POLICY shift_give ON oversight_shift FOR INSERT WITH CHECK ((SELECT access_may('case.handle'))
    AND EXISTS (SELECT FROM oversight_rota r WHERE r.id = rota_id AND r.given_by = (SELECT access_actor()) AND r.given_at >= now()));
REVOKE ALL ON oversight_rota, oversight_shift FROM hoso_app, hoso_reader;
GRANT SELECT, INSERT ON oversight_rota, oversight_shift TO hoso_app;
CREATE TRIGGER rota_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON oversight_rota FOR EACH STATEMENT EXECUTE FUNCTION oversight_stays();
CREATE TRIGGER shift_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON oversight_shift FOR EACH STATEMENT EXECUTE FUNCTION oversight_stays();

-- The shifts in force that end after a moment, and for who has any: each month that no rota of the facility covers, as one long shift of no
-- ward. Who was on duty when nobody said so was not therefore off duty, and S9 says nothing of such a month.
CREATE FUNCTION oversight_shifts(since timestamptz)
RETURNS TABLE (account bigint, facility bigint, ward text, first timestamptz, last timestamptz, kind text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH rota AS (
        SELECT DISTINCT ON (r.facility_id, r.month) r.id, r.facility_id, r.month FROM oversight_rota r
        ORDER BY r.facility_id, r.month, r.version DESC),
    shift AS (SELECT s.*, r.facility_id FROM oversight_shift s JOIN rota r ON r.id = s.rota_id WHERE s.last >= since),
    months AS (
        SELECT generate_series(date_trunc('month', timezone('Asia/Ho_Chi_Minh', since)), timezone('Asia/Ho_Chi_Minh', now()),
                               interval '1 month') AS month)
    SELECT s.account_id, s.facility_id, s.ward, s.first, s.last, s.kind FROM shift s WHERE (SELECT access_may('audit.read'))
    UNION ALL
    SELECT who.account_id, who.facility_id, '', timezone('Asia/Ho_Chi_Minh', m.month),
           timezone('Asia/Ho_Chi_Minh', m.month + interval '1 month'), 'not_given'
    FROM (SELECT DISTINCT account_id, facility_id FROM shift) who CROSS JOIN months m
    WHERE (SELECT access_may('audit.read'))
      AND NOT EXISTS (SELECT FROM rota r WHERE r.facility_id = who.facility_id AND r.month = m.month)
$$;

-- Visits by ward, at facilities that gave a rota: what a shift in the same ward explains. NULL: of everybody who came since.
CREATE FUNCTION oversight_ward_visits(persons bigint[], since timestamptz)
RETURNS TABLE (first timestamptz, last timestamptz, person bigint, facility bigint, ward text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH meant AS (SELECT DISTINCT p FROM unnest(coalesce(persons, oversight_seen(since))) AS p)
    SELECT v.happened, coalesce(timezone('Asia/Ho_Chi_Minh', (records_visit_day(v.body) + 1)::timestamp), now()), v.person_id, v.facility_id,
           code ->> 'code'
    FROM meant JOIN records_resource v ON v.person_id = meant.p
    CROSS JOIN LATERAL jsonb_path_query(convert_from(v.body, 'UTF8')::jsonb,
        '$.serviceType.coding[*] ? (@.system == "https://hoso.vn/fhir/CodeSystem/ma-khoa")') code
    WHERE v.type = 44 AND NOT v.deleted AND v.happened >= since - interval '120 days'
      AND v.facility_id IN (SELECT r.facility_id FROM oversight_rota r)
      AND (SELECT EXISTS (SELECT FROM oversight_rota)) AND (SELECT access_may('audit.read'))
$$;

DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY ARRAY['oversight_shifts(timestamptz)', 'oversight_ward_visits(bigint[], timestamptz)'] LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO hoso_app', name);
    END LOOP;
END $$;
