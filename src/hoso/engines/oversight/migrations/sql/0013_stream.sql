-- Sensing on the stream: how far each source's events were sensed as they came (docs/decisions/0202-sensing-on-the-stream.md). A
-- source's events are numbered under the lock of its row, so none with a lower number becomes visible behind the kept place.
CREATE TABLE oversight_streamed (
    source_id smallint PRIMARY KEY REFERENCES oversight_source,
    number    bigint NOT NULL                      -- up to here; of a source without a row: nothing yet
);
ALTER TABLE oversight_streamed ENABLE ROW LEVEL SECURITY;
CREATE POLICY streamed_read ON oversight_streamed FOR SELECT USING ((SELECT access_may('audit.read')));
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON oversight_streamed FROM hoso_app;
-- What was there before is of the hourly look.
INSERT INTO oversight_streamed SELECT s.id, (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM oversight_event_number) FROM oversight_source s;

-- Numbers rise in the order in which rows are written: a few pages for a million events.
CREATE INDEX oversight_event_by_number ON oversight_event USING brin (number) WITH (pages_per_range = 32, autosummarize = on);

-- Whether somebody else than the house's services did anything that was not sensed yet.
CREATE FUNCTION oversight_stream_waits(services text[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM oversight_source s LEFT JOIN oversight_streamed p ON p.source_id = s.id
        JOIN oversight_event e ON e.source_id = s.id AND e.number > coalesce(p.number, 0)
            AND e.number > (SELECT coalesce(min(number), 0) FROM oversight_streamed)
        JOIN oversight_account a ON a.id = e.account_id
        WHERE a.name <> ALL (services))
$$;

-- The next events of every source, at most so many of each, and the place moves: with the transaction in which they are sensed.
CREATE FUNCTION oversight_stream_next(most integer) RETURNS TABLE (number bigint, at timestamptz, account bigint, person bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE source record; upto bigint;
BEGIN
    IF NOT access_may('case.raise') THEN
        RAISE EXCEPTION 'no right to sense' USING ERRCODE = '42501';
    END IF;
    FOR source IN SELECT s.id, coalesce(p.number, 0) AS place FROM oversight_source s
                  LEFT JOIN oversight_streamed p ON p.source_id = s.id ORDER BY s.id LOOP
        SELECT max(n.number) INTO upto FROM (
            SELECT e.number FROM oversight_event e WHERE e.number > source.place AND e.source_id = source.id
            ORDER BY e.number LIMIT most) n;
        CONTINUE WHEN upto IS NULL;
        RETURN QUERY SELECT e.number, e.at, e.account_id, e.person_id FROM oversight_event e
            WHERE e.number > source.place AND e.number <= upto AND e.source_id = source.id;
        INSERT INTO oversight_streamed AS known VALUES (source.id, upto)
            ON CONFLICT (source_id) DO UPDATE SET number = excluded.number;
    END LOOP;
END $$;

DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY ARRAY['oversight_stream_waits(text[])', 'oversight_stream_next(integer)'] LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO hoso_app', name);
    END LOOP;
END $$;
