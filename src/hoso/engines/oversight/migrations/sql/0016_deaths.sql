-- Who died, out of what the house was given: a visit that ended in death, or a household list that says so. It reaches the memory in
-- which sensors are asked, and nothing else (docs/decisions/0207-who-died-is-watched-and-is-on-duty.md).

-- Whether a visit ended in death: results 5 (died) and 8 (died before arrival) of the exchange decisions, `exp` of HL7.
CREATE FUNCTION oversight_ended_in_death(body bytea) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    -- Asked of every visit that is written: most are told by their bytes, without reading the JSON.
    IF position('"5"'::bytea IN body) = 0 AND position('"8"'::bytea IN body) = 0 AND position('"exp"'::bytea IN body) = 0 THEN
        RETURN false;
    END IF;
    RETURN pg_catalog.convert_from(body, 'UTF8')::jsonb @? '$.hospitalization.dischargeDisposition.coding[*] ?
        ((@.system == "https://hoso.vn/fhir/CodeSystem/ket-qua-dtri" && (@.code == "5" || @.code == "8"))
         || (@.system == "http://terminology.hl7.org/CodeSystem/discharge-disposition" && @.code == "exp"))';
EXCEPTION WHEN data_exception THEN
    RETURN false;
END $$;
CREATE INDEX oversight_death ON records_resource (person_id) WHERE type = 44 AND NOT deleted AND oversight_ended_in_death(body);

-- The day of death of those of `persons` who died. One that a later visit contradicts was said in error and counts not. In a list of
-- households somebody's last span has an end and none begins there: where one moves away, the next begins.
CREATE FUNCTION oversight_deaths(persons bigint[]) RETURNS TABLE (person bigint, died date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH meant AS (SELECT DISTINCT unnest(persons) AS person_id),
    said AS (
        SELECT r.person_id, coalesce(records_visit_day(r.body), timezone('Asia/Ho_Chi_Minh', r.happened)::date) AS day
        FROM meant JOIN records_resource r USING (person_id)
        WHERE r.type = 44 AND NOT r.deleted AND oversight_ended_in_death(r.body)
        UNION ALL
        SELECT m.person_id, m.last_day FROM meant JOIN people_household_member m USING (person_id)
        WHERE m.last_day IS NOT NULL AND NOT EXISTS (
            SELECT FROM people_household_member o WHERE o.source_person_id = m.source_person_id
              AND (o.last_day IS NULL OR (o.first_day = m.last_day AND o.first_day <> m.first_day)))),
    earliest AS (SELECT s.person_id, min(s.day) AS day FROM said s GROUP BY s.person_id)
    SELECT f.person_id, f.day FROM earliest f
    WHERE (SELECT access_may('audit.read')) AND NOT EXISTS (
        SELECT FROM records_resource v WHERE v.person_id = f.person_id AND v.type = 44 AND NOT v.deleted
          AND v.happened >= timezone('Asia/Ho_Chi_Minh', (f.day + 2)::timestamp))
$$;

-- The persons as before (0015_fresh.sql), and when they died.
ALTER FUNCTION oversight_persons_of(bigint[]) RENAME TO oversight_described;
REVOKE EXECUTE ON FUNCTION oversight_described(bigint[]) FROM hoso_app;
CREATE FUNCTION oversight_persons_of(persons bigint[])
RETURNS TABLE (id bigint, surname bigint, household bigint, commune bigint, staff_of bigint, died date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.*, d.died FROM oversight_described(persons) p LEFT JOIN oversight_deaths(persons) d ON d.person = p.id
$$;
DROP FUNCTION oversight_persons(timestamptz);
CREATE FUNCTION oversight_persons(since timestamptz)
RETURNS TABLE (id bigint, surname bigint, household bigint, commune bigint, staff_of bigint, died date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT * FROM oversight_persons_of(oversight_seen(since))
$$;

REVOKE EXECUTE ON FUNCTION oversight_deaths(bigint[]) FROM PUBLIC;
DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY ARRAY['oversight_persons_of(bigint[])', 'oversight_persons(timestamptz)'] LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO hoso_app', name);
    END LOOP;
END $$;
