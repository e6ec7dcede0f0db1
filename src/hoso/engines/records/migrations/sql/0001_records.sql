-- The FHIR R4 store. Current versions in one table, past ones in another, both hash-partitioned by person, the
-- physical key of nearly every question. `body` holds the bytes without `id` and `meta`, which are spliced in on reading.

CREATE TABLE records_resource (
    person_id        bigint NOT NULL,               -- the person now; 0 where a resource is about nobody
    type             smallint NOT NULL,             -- resource_types.py
    id               text COLLATE "C" NOT NULL,
    version          integer NOT NULL CHECK (version > 0),
    deleted          boolean NOT NULL DEFAULT false,
    last_updated     timestamptz NOT NULL,
    happened         timestamptz NOT NULL,          -- clinical time; of writing where the resource names none
    encounter        text COLLATE "C",              -- id of the Encounter it belongs to
    source_person_id bigint NOT NULL,
    facility_id      bigint NOT NULL,
    place_id         bigint NOT NULL,
    sensitivity      integer NOT NULL,
    package_id       bigint NOT NULL,
    source_table     smallint NOT NULL,
    source_line      integer NOT NULL,
    hash             bytea NOT NULL,                -- SHA-256 of body
    body             bytea NOT NULL,
    PRIMARY KEY (person_id, type, id)
) PARTITION BY HASH (person_id);

CREATE TABLE records_resource_version (
    LIKE records_resource INCLUDING CONSTRAINTS,
    superseded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    arrived_late  boolean NOT NULL DEFAULT false,   -- came after a newer one, so was never the current version
    PRIMARY KEY (person_id, type, id, version)
) PARTITION BY HASH (person_id);

-- Where a resource lies, for a read by id; also makes (type, id) unique over all partitions.
CREATE TABLE records_location (
    type             smallint NOT NULL,
    id               text COLLATE "C" NOT NULL,
    person_id        bigint NOT NULL,
    source_person_id bigint NOT NULL,
    facility_id      bigint NOT NULL,
    place_id         bigint NOT NULL,
    sensitivity      integer NOT NULL,
    package_id       bigint NOT NULL,
    source_line      integer NOT NULL,
    PRIMARY KEY (type, id)
);

-- Search across persons: one row per hashed (type, parameter, system, code).
CREATE TABLE records_token (
    hash             bigint NOT NULL,
    person_id        bigint NOT NULL,
    type             smallint NOT NULL,
    id               text COLLATE "C" NOT NULL,
    happened         timestamptz NOT NULL,
    source_person_id bigint NOT NULL,
    facility_id      bigint NOT NULL,
    place_id         bigint NOT NULL,
    sensitivity      integer NOT NULL,
    package_id       bigint NOT NULL,
    source_line      integer NOT NULL,
    PRIMARY KEY (person_id, type, id, hash)
) PARTITION BY HASH (person_id);

DO $$
DECLARE n int; parent text;
BEGIN
    FOREACH parent IN ARRAY ARRAY['records_resource', 'records_resource_version', 'records_token'] LOOP
        FOR n IN 0..15 LOOP
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS 16, REMAINDER %s)',
                           parent || '_' || lpad(n::text, 2, '0'), parent, n);
        END LOOP;
        PERFORM access_protect_person_table(parent::regclass);
        PERFORM access_hide_partitions(parent::regclass);
    END LOOP;
END $$;
CREATE INDEX records_resource_time ON records_resource (person_id, type, happened DESC, id);
CREATE INDEX records_token_hash ON records_token (hash, happened DESC);
SELECT access_protect_person_table('records_location');
REVOKE DELETE ON records_resource, records_resource_version FROM hoso_app;
-- Past versions are facts: only the person they are shown under (merge) and that person's home may change.
REVOKE UPDATE ON records_resource_version FROM hoso_app;
GRANT UPDATE (person_id, place_id) ON records_resource_version TO hoso_app;
