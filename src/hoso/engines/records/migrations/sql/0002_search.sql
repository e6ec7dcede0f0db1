-- Search across persons. Rows of records_token are made by one function from a resource's bytes (fhir/search/index_rows.py):
-- a hash of type, parameter and value, ordered by a moment (the beginning of a date's span, else when it happened).
-- Bigints, moments and ids compare without leaking, so the index serves under row security (ADR 11).

ALTER TABLE records_token ADD COLUMN encounter text COLLATE "C";
SELECT access_protect_person_table('records_token');  -- an opening to one visit now opens that visit's rows

-- A type walked through by its last change: what changed since, and what no row finds.
CREATE INDEX records_resource_changed ON records_resource (type, last_updated DESC, id);

-- How far the rows are of the scheme in use. A store that is empty has nothing to make anew.
CREATE TABLE records_index_state (
    scheme      smallint PRIMARY KEY,
    type        smallint NOT NULL DEFAULT 0,              -- every resource up to this type and id has its rows
    id          text COLLATE "C" NOT NULL DEFAULT '',
    complete    boolean NOT NULL DEFAULT false,
    moved_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
REVOKE DELETE, TRUNCATE ON records_index_state FROM hoso_app;
INSERT INTO records_index_state (scheme, complete) SELECT 2, NOT EXISTS (SELECT 1 FROM records_location);

-- Whether a row was written by a transaction that the snapshot of a search's first page saw: its later pages show no other.
-- A row carries the lower half of its transaction's number; what was last changed an hour before needs no question.
CREATE FUNCTION records_seen(written xid, seen pg_snapshot) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN written::text::bigint < 3 THEN true ELSE pg_visible_in_snapshot((
        (now_at.high - CASE WHEN written::text::bigint > now_at.low + 2147483648 THEN 1
                            WHEN written::text::bigint < now_at.low - 2147483648 THEN -1 ELSE 0 END) * 4294967296
        + written::text::bigint)::text::xid8, seen) END
    FROM (SELECT pg_snapshot_xmax(seen)::text::bigint / 4294967296 AS high,
                 pg_snapshot_xmax(seen)::text::bigint % 4294967296 AS low) AS now_at
$$;
