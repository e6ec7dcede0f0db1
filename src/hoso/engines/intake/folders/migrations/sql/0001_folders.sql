-- Watched folders: where a facility drops packages, and in whose name they are received.
CREATE TABLE folders_watched (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    facility_id    bigint NOT NULL REFERENCES places_facility,
    account_id     bigint NOT NULL REFERENCES accounts_account,
    path           text NOT NULL CHECK (path LIKE '/%'),
    stated_version text CHECK (stated_version IN ('qd4210', 'qd130', 'qd4750', 'qd3176')),
    settle_seconds integer NOT NULL DEFAULT 30 CHECK (settle_seconds BETWEEN 0 AND 3600),
    added_by       bigint NOT NULL,
    added_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at       timestamptz,
    looked_at      timestamptz,
    trouble        text NOT NULL DEFAULT ''         -- code of the last failure to look there, empty when all is well
);
CREATE UNIQUE INDEX folders_watched_once ON folders_watched (path) WHERE ended_at IS NULL;

-- Every content that was taken out of a folder; the same bytes are one package however often and under whatever name.
CREATE TABLE folders_taken (
    folder_id   bigint NOT NULL REFERENCES folders_watched,
    sha256      bytea NOT NULL,
    facility_id bigint NOT NULL,
    package_id  bigint NOT NULL REFERENCES intake_package,
    file_name   text NOT NULL,
    taken_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    told_at     timestamptz,                        -- when its result lay beside it
    PRIMARY KEY (folder_id, sha256)
);
CREATE INDEX folders_taken_open ON folders_taken (folder_id) WHERE told_at IS NULL;

ALTER TABLE folders_watched ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON folders_watched FOR SELECT USING (
    (SELECT access_may('account.manage')) OR (SELECT access_may('record.write')) OR account_id = (SELECT access_actor()));
CREATE POLICY manage ON folders_watched FOR INSERT WITH CHECK (
    (SELECT access_may('account.manage')) AND added_by = (SELECT access_actor()));
CREATE POLICY keep ON folders_watched FOR UPDATE USING (
    (SELECT access_may('account.manage')) OR account_id = (SELECT access_actor()));
REVOKE UPDATE, DELETE ON folders_watched FROM hoso_app;
GRANT UPDATE (ended_at, looked_at, trouble) ON folders_watched TO hoso_app;

SELECT access_protect_facility_table('folders_taken');
REVOKE UPDATE, DELETE ON folders_taken FROM hoso_app;
GRANT UPDATE (told_at) ON folders_taken TO hoso_app;
