-- Servers of hospitals from which packages are fetched, and every version of every file seen there.
ALTER TABLE intake_package DROP CONSTRAINT intake_package_channel_check;
ALTER TABLE intake_package ADD CONSTRAINT intake_package_channel_check
    CHECK (channel IN ('command', 'upload', 'api', 'gateway', 'folder', 'pull'));

CREATE TABLE pulls_source (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    facility_id    bigint NOT NULL REFERENCES places_facility,
    account_id     bigint NOT NULL REFERENCES accounts_account,
    host           text NOT NULL CHECK (host <> ''),
    port           integer NOT NULL CHECK (port BETWEEN 1 AND 65535),
    username       text NOT NULL,
    folder         text NOT NULL CHECK (folder <> ''),
    host_key       text NOT NULL CHECK (host_key <> ''),   -- as in known_hosts: kind and base64
    secret_kind    text NOT NULL CHECK (secret_kind IN ('key', 'password')),
    secret_file    text NOT NULL CHECK (secret_file LIKE '/%'),  -- where the secret lies; the secret is not here
    stated_version text CHECK (stated_version IN ('qd4210', 'qd130', 'qd4750', 'qd3176')),
    every_minutes  integer NOT NULL CHECK (every_minutes BETWEEN 1 AND 1440),
    settle_seconds integer NOT NULL CHECK (settle_seconds BETWEEN 0 AND 3600),
    tells_results  boolean NOT NULL,
    added_by       bigint NOT NULL,
    added_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at       timestamptz,
    paused_at      timestamptz,
    next_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    looked_at      timestamptz,
    good_at        timestamptz,                            -- of the last look without trouble
    trouble        text NOT NULL DEFAULT ''                -- code of the last failure, empty when all is well
);
CREATE UNIQUE INDEX pulls_source_once ON pulls_source (host, port, username, folder) WHERE ended_at IS NULL;

-- A file there as it was seen: another size or time is another version. The same bytes are one package.
CREATE TABLE pulls_file (
    source_id   bigint NOT NULL REFERENCES pulls_source,
    name        text NOT NULL,
    size_bytes  bigint NOT NULL,
    changed     bigint NOT NULL,                           -- the server's own time of change, in seconds since 1970
    facility_id bigint NOT NULL,
    seen_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    sha256      bytea,
    package_id  bigint REFERENCES intake_package,
    taken_at    timestamptz,
    told_at     timestamptz,                               -- when its result lay beside it
    PRIMARY KEY (source_id, name, size_bytes, changed),
    CHECK ((taken_at IS NULL) = (package_id IS NULL) AND (sha256 IS NULL) = (package_id IS NULL)),
    CHECK (told_at IS NULL OR taken_at IS NOT NULL)
);
CREATE INDEX pulls_file_content ON pulls_file (source_id, sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX pulls_file_open ON pulls_file (source_id) WHERE told_at IS NULL;

ALTER TABLE pulls_source ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON pulls_source FOR SELECT USING (
    (SELECT access_may('account.manage')) OR (SELECT access_may('record.write')) OR account_id = (SELECT access_actor()));
CREATE POLICY manage ON pulls_source FOR INSERT WITH CHECK (
    (SELECT access_may('account.manage')) AND added_by = (SELECT access_actor()));
CREATE POLICY keep ON pulls_source FOR UPDATE USING (
    (SELECT access_may('account.manage')) OR account_id = (SELECT access_actor()));
REVOKE UPDATE, DELETE ON pulls_source FROM hoso_app;
GRANT UPDATE (ended_at, paused_at, next_at, looked_at, good_at, trouble) ON pulls_source TO hoso_app;

SELECT access_protect_facility_table('pulls_file');
REVOKE UPDATE, DELETE ON pulls_file FROM hoso_app;
GRANT UPDATE (sha256, package_id, taken_at, told_at) ON pulls_file TO hoso_app;
