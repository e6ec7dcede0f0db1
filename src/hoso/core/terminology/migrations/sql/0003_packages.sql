-- Packages of products by GTIN; and the feed of changes that other systems follow by sequence number.

CREATE FUNCTION terminology_gtin_holds(gtin text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
    SELECT gtin ~ '^[0-9]{14}$' AND (
        SELECT sum(substr(gtin, place, 1)::int * CASE place % 2 WHEN 1 THEN 3 ELSE 1 END) % 10 = 0
        FROM generate_series(1, 14) place)
$$;

-- A GTIN tells one product. One that is somebody else's already waits as a case ('contested') until a person decides; a
-- product that renews another takes its packages over ('passed_on').
CREATE TABLE terminology_package (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    gtin        text COLLATE "C" NOT NULL CHECK (terminology_gtin_holds(gtin)),
    system_id   bigint NOT NULL REFERENCES terminology_system,
    code        text COLLATE "C" NOT NULL,
    packaging   text NOT NULL DEFAULT '',
    version_id  bigint NOT NULL REFERENCES terminology_version,  -- that said so first
    state       text NOT NULL CHECK (state IN ('held', 'contested', 'refused', 'passed_on')),
    since       timestamptz NOT NULL DEFAULT clock_timestamp(),
    decided_at  timestamptz,
    decided_by  text,
    reason      text,
    UNIQUE (gtin, system_id, code),
    CONSTRAINT package_decision CHECK (num_nonnulls(decided_at, decided_by, reason) IN (0, 3)),
    CONSTRAINT package_refused_by_somebody CHECK (state <> 'refused' OR decided_at IS NOT NULL)
);
CREATE UNIQUE INDEX terminology_package_held ON terminology_package (gtin) WHERE state = 'held';
CREATE INDEX terminology_package_contested ON terminology_package (since) WHERE state = 'contested';
CREATE INDEX terminology_package_code ON terminology_package (system_id, code);
REVOKE DELETE, TRUNCATE ON terminology_package FROM hoso_app;
GRANT SELECT ON terminology_package TO hoso_reader;

-- One number after the other, without gaps, in the order of the commits: whoever has read up to a number has read everything.
CREATE TABLE terminology_feed (
    sequence bigint PRIMARY KEY,
    at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    kind     text NOT NULL CHECK (kind IN ('published', 'retired', 'package')),
    system   text NOT NULL,
    version  text NOT NULL DEFAULT '',
    code     text NOT NULL DEFAULT '',
    gtin     text NOT NULL DEFAULT ''
);
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON terminology_feed FROM hoso_app;
GRANT SELECT ON terminology_feed TO hoso_reader;

CREATE FUNCTION terminology_tell(kind text, system text, version text, code text, gtin text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('terminology_feed'));  -- until the commit: numbers are in its order
    INSERT INTO terminology_feed (sequence, kind, system, version, code, gtin)
    SELECT coalesce(max(sequence), 0) + 1, $1, $2, $3, $4, $5 FROM terminology_feed;
END $$;
REVOKE ALL ON FUNCTION terminology_tell(text, text, text, text, text) FROM PUBLIC;

CREATE FUNCTION terminology_tell_version() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
AS $$
BEGIN
    IF NEW.status <> 'draft' AND (TG_OP = 'INSERT' OR OLD.status <> NEW.status) THEN
        PERFORM terminology_tell(NEW.status, (SELECT name FROM terminology_system WHERE id = NEW.system_id), NEW.version, '', '');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER terminology_version_told AFTER INSERT OR UPDATE OF status ON terminology_version
    FOR EACH ROW EXECUTE FUNCTION terminology_tell_version();

CREATE FUNCTION terminology_tell_package() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
AS $$
BEGIN
    IF NEW.state = 'held' AND (TG_OP = 'INSERT' OR OLD.state <> 'held') THEN
        PERFORM terminology_tell('package', (SELECT name FROM terminology_system WHERE id = NEW.system_id), '', NEW.code, NEW.gtin);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER terminology_package_told AFTER INSERT OR UPDATE OF state ON terminology_package
    FOR EACH ROW EXECUTE FUNCTION terminology_tell_package();

-- What is in force already when the feed begins.
DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT s.name, v.version, v.status FROM terminology_version v JOIN terminology_system s ON s.id = v.system_id
               WHERE v.status <> 'draft' ORDER BY v.valid_from, s.name LOOP
        PERFORM terminology_tell(one.status, one.name, one.version, '', '');
    END LOOP;
END $$;

-- A published version is not used any more from a day on; what it meant before stays.
CREATE FUNCTION terminology_retire(wanted bigint, day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
AS $$
BEGIN
    UPDATE terminology_version SET status = 'retired', valid_to = least(valid_to, day)
    WHERE id = wanted AND status = 'published' AND valid_from < day;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no published version to retire' USING ERRCODE = 'no_data_found';
    END IF;
    INSERT INTO changes_change (topic, key, payload)
    SELECT 'terminology.retired', s.name || '/' || v.version, jsonb_build_object('system', s.name, 'version', v.version)
    FROM terminology_version v JOIN terminology_system s ON s.id = v.system_id WHERE v.id = wanted;
END $$;
REVOKE ALL ON FUNCTION terminology_retire(bigint, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION terminology_retire(bigint, date) TO hoso_app;
