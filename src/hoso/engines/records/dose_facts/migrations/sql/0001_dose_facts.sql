-- Vaccine doses as they are counted. One view says what is known of each; it is read in two ways: summed up for whoever
-- writes a facility's statistics, who sees no person, and line by line under row security by whoever may see the persons.

-- When a dose was given, as far as it says a day. NULL: it tells a month, a year or words alone.
CREATE FUNCTION records_dose_time(told text) RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET timezone = 'Asia/Ho_Chi_Minh' AS $$
BEGIN
    RETURN CASE WHEN told ~ '^\d{4}-\d\d-\d\d($|T)' THEN told::timestamptz END;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END $$;

-- The day on which a dose counts, in Viet Nam.
CREATE FUNCTION records_dose_day(body bytea) RETURNS date
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET timezone = 'Asia/Ho_Chi_Minh' AS $$
BEGIN
    RETURN public.records_dose_time(pg_catalog.convert_from(body, 'UTF8')::jsonb ->> 'occurrenceDateTime')::date;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END $$;
CREATE INDEX records_dose_given ON records_resource (facility_id, records_dose_day(body)) WHERE type = 62 AND NOT deleted;

-- Given here, and whole: not what was refused, entered in error or too weak to count, and not what was only told
-- (`primarySource` false: a mother's book, another facility's summary), which counts where it was given.
-- `numbers`: which dose it was, of each of its diseases' series; `reasons`: ICD-10; `months`: completed, at the dose;
-- `newborn`: within 24 hours of birth; on the day of birth or the next where one of the hours is not known.
CREATE VIEW records_given_dose WITH (security_invoker = true) AS
    SELECT r.person_id, r.id AS dose, r.encounter, r.facility_id, r.place_id, r.source_person_id, r.sensitivity, r.happened,
           records_dose_day(r.body) AS given,
           ARRAY(SELECT coalesce(c ->> 'system', '') || '|' || coalesce(c ->> 'code', '')
                 FROM jsonb_path_query(b.body, '$.vaccineCode.coding[*]') c ORDER BY 1) AS vaccines,
           coalesce(b.body #>> '{vaccineCode,text}', (SELECT min(c ->> 'display') FROM jsonb_path_query(b.body, '$.vaccineCode.coding[*]') c), '')
               AS vaccine,
           ARRAY(SELECT DISTINCT n::integer FROM jsonb_path_query(b.body, '$.protocolApplied[*]') p,
                        LATERAL coalesce(p ->> 'doseNumberPositiveInt', p ->> 'doseNumberString') n
                 WHERE n ~ '^[1-9]\d?$' ORDER BY 1) AS numbers,
           ARRAY(SELECT DISTINCT c ->> 'code' FROM jsonb_path_query(b.body, '$.reasonCode[*].coding[*]') c
                 WHERE c ->> 'system' = 'http://hl7.org/fhir/sid/icd-10' AND c ->> 'code' <> '' ORDER BY 1) AS reasons,
           coalesce(p.sex, 3)::smallint AS sex,
           CASE WHEN p.birth_precision >= 3 AND records_dose_day(r.body) >= p.birth_date
                THEN (extract(year FROM age(records_dose_day(r.body), p.birth_date)) * 12
                      + extract(month FROM age(records_dose_day(r.body), p.birth_date)))::integer END AS months,
           coalesce(CASE
               WHEN p.birth_precision < 3 THEN false
               WHEN p.birth_precision = 4 AND p.birth_time ~ '^[0-2]\d[0-5]\d$' AND b.body ->> 'occurrenceDateTime' LIKE '%T%'
                   THEN records_dose_time(b.body ->> 'occurrenceDateTime')
                        - ((p.birth_date + left(p.birth_time, 2)::integer * interval '1 hour' + right(p.birth_time, 2)::integer * interval '1 minute')
                           AT TIME ZONE 'Asia/Ho_Chi_Minh') BETWEEN interval '0' AND interval '24 hours'
               ELSE records_dose_day(r.body) - p.birth_date BETWEEN 0 AND 1 END, false) AS newborn
    FROM records_resource r
    CROSS JOIN LATERAL (SELECT convert_from(r.body, 'UTF8')::jsonb AS body) b
    LEFT JOIN people_person p ON p.person_id = r.person_id
    WHERE r.type = 62 AND NOT r.deleted AND r.person_id > 0 AND b.body ->> 'status' = 'completed'
      AND coalesce(b.body ->> 'primarySource', '') <> 'false' AND coalesce(b.body ->> 'isSubpotent', '') <> 'true';

-- Doses of these facilities on these days, added up by what is alike; none of a facility that the asker writes no
-- statistics of, and none with a label that statistics leave out. Who had it stays inside.
CREATE FUNCTION records_count_doses(facilities bigint[], first date, last date, left_out integer)
RETURNS TABLE (vaccines text[], numbers integer[], reasons text[], sex smallint, months integer, newborn boolean, doses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT v.vaccines, v.numbers, v.reasons, v.sex, v.months, v.newborn, count(*)
    FROM records_given_dose v
    WHERE v.facility_id = ANY (ARRAY(SELECT f FROM unnest(facilities) f WHERE records_may_count(f, last)))
      AND v.given BETWEEN first AND last AND (v.sensitivity & left_out) = 0
    GROUP BY 1, 2, 3, 4, 5, 6
$$;
