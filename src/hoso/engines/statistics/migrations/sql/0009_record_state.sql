-- How many people of each administrative unit have a record, and of how many it is fresh: counts, never persons. Counted again
-- through its month, then kept: what was true at the end of a month cannot be found afterwards.

CREATE TABLE statistics_record_state (
    place_id   bigint NOT NULL,                                      -- where the people live
    period_id  integer NOT NULL REFERENCES statistics_period,        -- a month
    people     integer NOT NULL CHECK (people >= 0),                 -- with a record, joined persons once, provisional ones not
    fresh      integer NOT NULL CHECK (fresh BETWEEN 0 AND people),  -- of them with a visit in the twelve months up to then
    population numeric CHECK (population >= 0),                      -- last reported (form 1/BCT) by then; NULL: never
    counted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (place_id, period_id)
);
ALTER TABLE statistics_record_state ENABLE ROW LEVEL SECURITY;
CREATE POLICY statistics_read ON statistics_record_state FOR SELECT USING (
    (SELECT statistics_everywhere('statistics.read')) OR place_id = ANY ((SELECT statistics_places('statistics.read'))::bigint[]));
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON statistics_record_state FROM hoso_app;

-- Count for a month. The running one as often as asked, the last one if nobody counted in it, none before. Gives how many
-- units were written; counts themselves are read under row security alone. `left_out`: labels that statistics leave out.
CREATE FUNCTION statistics_count_record(iso text, first date, last date, left_out integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'Asia/Ho_Chi_Minh' AS $$
DECLARE month integer; written integer;
BEGIN
    IF first <> date_trunc('month', first)::date OR last <> (first + interval '1 month')::date - 1 OR iso <> to_char(first, 'YYYYMM')
       OR first > current_date OR last < (date_trunc('month', current_date) - interval '1 day')::date THEN
        RETURN 0;
    END IF;
    INSERT INTO statistics_period (iso, kind, start_day, end_day) VALUES (iso, 'month', first, last) ON CONFLICT DO NOTHING;
    SELECT p.id INTO month FROM statistics_period p WHERE p.iso = statistics_count_record.iso;
    IF last < current_date AND EXISTS (SELECT 1 FROM statistics_record_state WHERE period_id = month) THEN
        RETURN 0;
    END IF;
    WITH living AS (
        SELECT p.place_id, count(*) AS people, count(*) FILTER (WHERE EXISTS (
                   SELECT 1 FROM records_resource r WHERE r.person_id = p.person_id AND r.type = 44 AND NOT r.deleted
                   AND r.happened >= last + 1 - interval '12 months' AND r.happened < last + 1 AND (r.sensitivity & left_out) = 0)) AS fresh
        FROM people_person p WHERE p.merged_into IS NULL AND NOT p.provisional AND p.place_id <> 0 GROUP BY 1),
    reported AS (
        SELECT DISTINCT ON (v.unit_id) v.unit_id AS place_id, v.number
        FROM statistics_value v JOIN statistics_element e ON e.id = v.element_id AND e.code = 'POP_MID'
        JOIN statistics_split s ON s.id = v.split_id JOIN statistics_option o ON o.id = ANY (s.options) AND o.code LIKE '%.total'
        JOIN statistics_period p ON p.id = v.period_id
        WHERE v.unit_id > 0 AND NOT v.deleted AND v.number > 0 AND p.start_day <= last ORDER BY v.unit_id, p.end_day DESC)
    INSERT INTO statistics_record_state (place_id, period_id, people, fresh, population)
    SELECT coalesce(l.place_id, r.place_id), month, coalesce(l.people, 0), coalesce(l.fresh, 0), r.number
    FROM living l FULL JOIN (SELECT r.* FROM reported r JOIN places_place c ON c.id = r.place_id AND c.level = 3) r USING (place_id)
    ON CONFLICT (place_id, period_id) DO UPDATE SET people = excluded.people, fresh = excluded.fresh,
        population = excluded.population, counted_at = clock_timestamp();
    GET DIAGNOSTICS written = ROW_COUNT;
    UPDATE statistics_record_state s SET people = 0, fresh = 0, counted_at = clock_timestamp()  -- who lived there moved away
    WHERE s.period_id = month AND s.counted_at < statement_timestamp() AND s.people > 0
      AND NOT EXISTS (SELECT 1 FROM people_person p WHERE p.place_id = s.place_id AND p.merged_into IS NULL AND NOT p.provisional);
    RETURN written;
END $$;
REVOKE ALL ON FUNCTION statistics_count_record(text, date, date, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION statistics_count_record(text, date, date, integer) TO hoso_app;
