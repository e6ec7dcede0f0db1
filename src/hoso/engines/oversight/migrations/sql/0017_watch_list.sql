-- Persons whose records are watched (public figures, patients in the news, staff as patients): kept by the case desk. A row is a version of
-- an entry and stays as it is; what ends one is another version. The desk alone sees them, and who senses; nobody sees their own.
CREATE TABLE oversight_watch (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry      bigint NOT NULL REFERENCES oversight_watch,   -- the entry's first version
    version    integer NOT NULL CHECK (version > 0),
    person_id  bigint NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('public_figure', 'in_the_news', 'staff', 'other')),
    first_day  date NOT NULL,
    last_day   date CHECK (last_day >= first_day),           -- that day still counts; NULL: until it is ended
    reason     text NOT NULL CHECK (length(btrim(reason)) >= 10),  -- of this version: why it is watched, why it ends
    written_by bigint NOT NULL REFERENCES accounts_account,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT watch_version_once UNIQUE (entry, version),
    CONSTRAINT watch_begins_with_itself CHECK ((version = 1) = (entry = id))
);
CREATE INDEX oversight_watch_person ON oversight_watch (person_id);

-- The person as whom an account's holder is known; policies ask.
CREATE FUNCTION oversight_own_person() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT h.person_id FROM oversight_holder h JOIN accounts_account a ON a.id = h.account_id AND a.personal_number_hash = h.number_hash
      WHERE h.account_id = access_actor() $$;

ALTER TABLE oversight_watch ENABLE ROW LEVEL SECURITY;
CREATE POLICY watch_read ON oversight_watch FOR SELECT USING (
    ((SELECT access_may('case.handle')) OR (SELECT access_may('case.raise'))) AND person_id IS DISTINCT FROM (SELECT oversight_own_person()));
CREATE POLICY watch_write ON oversight_watch FOR INSERT WITH CHECK (
    (SELECT access_may('case.handle')) AND person_id IS DISTINCT FROM (SELECT oversight_own_person()));
REVOKE ALL ON oversight_watch FROM hoso_app, hoso_reader;
GRANT SELECT, INSERT ON oversight_watch TO hoso_app;

CREATE FUNCTION oversight_watch_rules() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE latest oversight_watch;
BEGIN
    IF NEW.written_by IS DISTINCT FROM access_actor() THEN
        RAISE EXCEPTION 'the watch list is written in one''s own name';
    END IF;
    NEW.written_at := clock_timestamp();
    PERFORM pg_advisory_xact_lock(hashtextextended('oversight_watch ' || NEW.person_id, 0));
    IF NEW.entry IS NULL THEN
        IF EXISTS (SELECT FROM oversight_watch w WHERE w.person_id = NEW.person_id AND (w.last_day IS NULL OR w.last_day >= current_date)
                     AND NOT EXISTS (SELECT FROM oversight_watch n WHERE n.entry = w.entry AND n.version > w.version)) THEN
            RAISE EXCEPTION 'the person is watched already' USING ERRCODE = '23514', CONSTRAINT = 'watch_one_at_a_time';
        END IF;
        NEW.entry := NEW.id;
        NEW.version := 1;
    ELSE
        SELECT * INTO latest FROM oversight_watch WHERE entry = NEW.entry ORDER BY version DESC LIMIT 1;
        IF latest.last_day < current_date OR NEW.last_day IS NULL THEN
            RAISE EXCEPTION 'an entry that ended stays so' USING ERRCODE = '23514', CONSTRAINT = 'watch_ends_once';
        END IF;
        IF (latest.person_id, latest.kind, latest.first_day) IS DISTINCT FROM (NEW.person_id, NEW.kind, NEW.first_day) THEN
            RAISE EXCEPTION 'a version that ends an entry changes nothing else';
        END IF;
        NEW.version := latest.version + 1;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER watch_rules BEFORE INSERT ON oversight_watch FOR EACH ROW EXECUTE FUNCTION oversight_watch_rules();
CREATE TRIGGER watch_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON oversight_watch
    FOR EACH STATEMENT EXECUTE FUNCTION oversight_stays();

-- Whom a code means, for the desk, which sees nothing else of a person: a HoSo number, or the number by which events speak of a person.
CREATE FUNCTION oversight_person_by_code(code text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(p.merged_into, p.person_id) FROM people_person p
    WHERE (SELECT access_may('case.handle')) AND p.person_id = (
        SELECT i.person_id FROM people_identifier i WHERE i.kind = 'hoso_number' AND i.value = code AND NOT i.contested
        UNION ALL SELECT CASE WHEN code ~ '^[0-9]{1,19}$' AND code::numeric < 2::numeric ^ 63 THEN code::bigint END LIMIT 1)
$$;

-- Who is watched today, also under the number of whom they were joined to since; for the function below alone.
CREATE FUNCTION oversight_watched_today() RETURNS TABLE (person bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT both_of.person FROM oversight_watch w
    LEFT JOIN people_person p ON p.person_id = w.person_id
    CROSS JOIN LATERAL (VALUES (w.person_id), (p.merged_into)) both_of (person)
    WHERE ((SELECT access_may('case.handle')) OR (SELECT access_may('case.raise'))) AND both_of.person IS NOT NULL
      AND current_date BETWEEN w.first_day AND coalesce(w.last_day, current_date)
      AND NOT EXISTS (SELECT FROM oversight_watch n WHERE n.entry = w.entry AND n.version > w.version)
$$;

-- The persons as before (0016_deaths.sql), and whether they are watched.
DROP FUNCTION oversight_persons(timestamptz);
DROP FUNCTION oversight_persons_of(bigint[]);
CREATE FUNCTION oversight_persons_of(persons bigint[])
RETURNS TABLE (id bigint, surname bigint, household bigint, commune bigint, staff_of bigint, died date, vip boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.*, d.died, p.id IN (SELECT person FROM oversight_watched_today())
    FROM oversight_described(persons) p LEFT JOIN oversight_deaths(persons) d ON d.person = p.id
$$;
CREATE FUNCTION oversight_persons(since timestamptz)
RETURNS TABLE (id bigint, surname bigint, household bigint, commune bigint, staff_of bigint, died date, vip boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT * FROM oversight_persons_of(oversight_seen(since))
$$;

REVOKE EXECUTE ON FUNCTION oversight_watched_today() FROM PUBLIC;
DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY ARRAY['oversight_persons_of(bigint[])', 'oversight_persons(timestamptz)', 'oversight_person_by_code(text)',
                                'oversight_own_person()'] LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO hoso_app', name);
    END LOOP;
END $$;
