-- Ended visits as they are counted. One view says what is known of each; it is read in two ways: summed up for whoever
-- writes a facility's statistics, who sees no person, and line by line under row security by whoever may see the persons.

-- The day on which a visit counts: the one on which it ended, in Viet Nam. NULL: it has not, or says no day.
CREATE FUNCTION records_visit_day(body bytea) RETURNS date
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET timezone = 'Asia/Ho_Chi_Minh' AS $$
DECLARE told text;
BEGIN
    told := pg_catalog.convert_from(body, 'UTF8')::jsonb #>> '{period,end}';
    RETURN CASE WHEN told ~ '^\d{4}-\d\d-\d\d$' THEN told::date
                WHEN told ~ '^\d{4}-\d\d-\d\dT' THEN told::timestamptz::date END;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END $$;
CREATE INDEX records_visit_ended ON records_resource (facility_id, records_visit_day(body)) WHERE type = 44 AND NOT deleted;

-- `main`: the ICD-10 code of the main diagnosis: the one used as DD, or the only one where nothing says how it is used.
-- `kinds` and `outcomes` are codes as `system|code`; `age` is in completed years at the beginning of the visit.
CREATE VIEW records_ended_visit WITH (security_invoker = true) AS
    SELECT r.person_id, r.id AS encounter, r.facility_id, r.place_id, r.source_person_id, r.sensitivity, r.happened,
           records_visit_day(r.body) AS ended,
           coalesce(b.body #>> '{class,code}', '') AS class,
           ARRAY(SELECT coalesce(c ->> 'system', '') || '|' || coalesce(c ->> 'code', '')
                 FROM jsonb_path_query(b.body, '$.type[*].coding[*]') c ORDER BY 1) AS kinds,
           ARRAY(SELECT coalesce(c ->> 'system', '') || '|' || coalesce(c ->> 'code', '')
                 FROM jsonb_path_query(b.body, '$.hospitalization.dischargeDisposition.coding[*]') c ORDER BY 1) AS outcomes,
           coalesce(CASE
               WHEN main.condition <> '' THEN (
                   SELECT min(code ->> 'code') FROM records_resource d,
                          jsonb_path_query(convert_from(d.body, 'UTF8')::jsonb, '$.code.coding[*]') code
                   WHERE d.person_id = r.person_id AND d.type = 28 AND d.id = main.condition AND NOT d.deleted
                     AND code ->> 'system' = 'http://hl7.org/fhir/sid/icd-10')
               WHEN b.body -> 'diagnosis' IS NULL THEN (
                   SELECT CASE WHEN count(*) = 1 THEN min(code ->> 'code') END
                   FROM jsonb_path_query(b.body, '$.reasonCode[*].coding[*]') code
                   WHERE code ->> 'system' = 'http://hl7.org/fhir/sid/icd-10') END, '') AS main,
           coalesce(p.sex, 3)::smallint AS sex,
           CASE WHEN p.birth_precision > 0
                THEN extract(year FROM age((r.happened AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, p.birth_date))::integer END AS age,
           coalesce((SELECT min((e ->> 'valueDecimal')::numeric) FROM jsonb_path_query(b.body, '$.extension[*]') e
                     WHERE e ->> 'url' = 'https://hoso.vn/fhir/StructureDefinition/treatment-days'), 0) AS days
    FROM records_resource r
    CROSS JOIN LATERAL (SELECT convert_from(r.body, 'UTF8')::jsonb AS body) b
    CROSS JOIN LATERAL (
        SELECT coalesce(min(split_part(d #>> '{condition,reference}', '/', 2)), '') AS condition
        FROM jsonb_path_query(b.body, '$.diagnosis[*]') d
        WHERE d @? '$.use.coding[*] ? (@.system == "http://terminology.hl7.org/CodeSystem/diagnosis-role" && @.code == "DD")') main
    LEFT JOIN people_person p ON p.person_id = r.person_id
    WHERE r.type = 44 AND NOT r.deleted AND r.person_id > 0 AND b.body ->> 'status' = 'finished';

-- Whether the asker writes statistics of a facility for the purpose stated: there, in a place it lies in, or everywhere.
CREATE FUNCTION records_may_count(facility bigint, day date) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM access_assignments() a WHERE 'statistics.write' = ANY (a.permissions) AND (
            a.facility_id = facility
            OR (a.everywhere AND a.facility_id IS NULL AND a.place_id IS NULL)
            OR EXISTS (SELECT 1 FROM places_facility_link l
                       WHERE l.facility_id = facility AND a.place_id IS NOT NULL
                         AND (l.valid_from IS NULL OR l.valid_from <= day) AND (l.valid_to IS NULL OR l.valid_to > day)
                         AND l.place_id = ANY ((SELECT places_within(ARRAY[a.place_id]::bigint[]))::bigint[]))))
$$;

-- Ended visits of these facilities on these days, added up by what is alike; none of a facility that the asker writes no
-- statistics of, and none with a label that statistics leave out. Who came, and which visit it was, stays inside.
CREATE FUNCTION records_count_visits(facilities bigint[], first date, last date, left_out integer)
RETURNS TABLE (class text, kinds text[], outcomes text[], main text, sex smallint, age integer, days numeric, visits bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT v.class, v.kinds, v.outcomes, v.main, v.sex, v.age, sum(v.days), count(*)
    FROM records_ended_visit v
    WHERE v.facility_id = ANY (ARRAY(SELECT f FROM unnest(facilities) f WHERE records_may_count(f, last)))
      AND v.ended BETWEEN first AND last AND (v.sensitivity & left_out) = 0
    GROUP BY 1, 2, 3, 4, 5, 6
$$;
