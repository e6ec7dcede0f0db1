-- Comments on a question about figures: whoever may ask it, for every place that is in it, reads and writes them. A change is a
-- new version, the one before is kept; a comment is withdrawn and never deleted.

-- Whether all of an area lies within what the asker reads: the country, places, facilities (at their place of today).
CREATE FUNCTION statistics_reads_all(whole boolean, places bigint[], facilities bigint[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT statistics_everywhere('statistics.read') OR (
        NOT whole AND cardinality(places) + cardinality(facilities) > 0
        AND places <@ statistics_places('statistics.read')
        AND NOT EXISTS (
            SELECT 1 FROM unnest(facilities) AS f (id)
            WHERE f.id <> ALL (statistics_facilities('statistics.read')) AND NOT EXISTS (
                SELECT 1 FROM places_facility_link l
                WHERE l.facility_id = f.id AND (l.valid_to IS NULL OR l.valid_to > current_date)
                  AND l.place_id = ANY (statistics_places('statistics.read')))))
$$;

-- The account of a name that may read all of an area, for it to be told; NULL for every other name, whether it exists or not.
CREATE FUNCTION statistics_reader_named(wanted text, whole boolean, places bigint[], facilities bigint[]) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    asker text := current_setting('hoso.actor', true);
    found bigint := (SELECT id FROM accounts_account WHERE username = wanted AND is_active);
    reads boolean;
BEGIN
    IF found IS NULL OR NOT statistics_reads_all(whole, places, facilities) THEN
        RETURN NULL;
    END IF;
    PERFORM set_config('hoso.actor', found::text, true);
    reads := statistics_reads_all(whole, places, facilities);
    PERFORM set_config('hoso.actor', asker, true);
    RETURN CASE WHEN reads THEN found END;
END $$;

CREATE TABLE statistics_comment (
    id         uuid PRIMARY KEY,
    thread     bytea NOT NULL CHECK (octet_length(thread) = 32),  -- SHA-256 of the question's canonical words
    address    text NOT NULL CHECK (length(address) BETWEEN 1 AND 4000),  -- the page as its writer saw it, with its day
    whole      boolean NOT NULL,
    places     bigint[] NOT NULL,
    facilities bigint[] NOT NULL,
    author_id  bigint NOT NULL REFERENCES accounts_account,
    version    integer NOT NULL DEFAULT 1 CHECK (version > 0),
    body       text NOT NULL CONSTRAINT comment_length CHECK (length(body) BETWEEN 1 AND 2000),
    withdrawn  boolean NOT NULL DEFAULT false,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX statistics_comment_thread ON statistics_comment (thread, written_at);
CREATE TABLE statistics_comment_history (LIKE statistics_comment, PRIMARY KEY (id, version));

CREATE FUNCTION statistics_keep_comment() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.withdrawn OR NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'each change of a comment is the next version, and a withdrawn one stays so' USING ERRCODE = 'check_violation';
    END IF;
    NEW.changed_at := clock_timestamp();
    INSERT INTO statistics_comment_history SELECT OLD.*;
    RETURN NEW;
END $$;
CREATE TRIGGER statistics_comment_versions BEFORE UPDATE ON statistics_comment
    FOR EACH ROW EXECUTE FUNCTION statistics_keep_comment();

ALTER TABLE statistics_comment ENABLE ROW LEVEL SECURITY;
-- The same as statistics_reads_all, with the reader's places looked up once a query.
CREATE POLICY statistics_read ON statistics_comment FOR SELECT USING (
    (SELECT statistics_everywhere('statistics.read'))
    OR (NOT whole AND places <@ (SELECT statistics_places('statistics.read'))::bigint[]
        AND ((cardinality(facilities) = 0 AND cardinality(places) > 0) OR statistics_reads_all(whole, places, facilities))));
CREATE POLICY statistics_insert ON statistics_comment FOR INSERT WITH CHECK (
    author_id = access_actor() AND version = 1 AND NOT withdrawn AND statistics_reads_all(whole, places, facilities));
CREATE POLICY statistics_update ON statistics_comment FOR UPDATE
    USING (author_id = access_actor()) WITH CHECK (author_id = access_actor() AND statistics_reads_all(whole, places, facilities));
REVOKE UPDATE, DELETE, TRUNCATE ON statistics_comment FROM hoso_app;
GRANT UPDATE (version, body, withdrawn) ON statistics_comment TO hoso_app;
ALTER TABLE statistics_comment_history ENABLE ROW LEVEL SECURITY;
CREATE POLICY statistics_read ON statistics_comment_history FOR SELECT USING (
    (SELECT statistics_everywhere('statistics.read'))
    OR (NOT whole AND places <@ (SELECT statistics_places('statistics.read'))::bigint[]
        AND ((cardinality(facilities) = 0 AND cardinality(places) > 0) OR statistics_reads_all(whole, places, facilities))));
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON statistics_comment_history FROM hoso_app;
