-- Where the result of a facility's packages is called in, and every call.
CREATE TABLE notifying_target (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    facility_id bigint NOT NULL REFERENCES places_facility,
    url         text NOT NULL CHECK (url ~ '^https?://'),
    secret      text NOT NULL CHECK (secret LIKE 'enc1:%'),
    set_by      bigint NOT NULL,
    set_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at    timestamptz
);
CREATE UNIQUE INDEX notifying_target_one ON notifying_target (facility_id) WHERE ended_at IS NULL;

-- Written in the transaction that ends the package. A call is delivered, or given up, once.
CREATE TABLE notifying_delivery (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    target_id    bigint NOT NULL REFERENCES notifying_target,
    facility_id  bigint NOT NULL,
    package_id   bigint NOT NULL REFERENCES intake_package,
    body         text NOT NULL,
    noted_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempts     integer NOT NULL DEFAULT 0,
    next_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    problem      text NOT NULL DEFAULT '',          -- of the last attempt
    delivered_at timestamptz,
    dead_at      timestamptz,
    UNIQUE (target_id, package_id),
    CONSTRAINT delivery_has_one_end CHECK (delivered_at IS NULL OR dead_at IS NULL)
);
CREATE INDEX notifying_delivery_open ON notifying_delivery (target_id, id) WHERE delivered_at IS NULL AND dead_at IS NULL;

ALTER TABLE notifying_target ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON notifying_target FOR SELECT USING (
    (SELECT access_may('account.manage')) OR (SELECT access_may('record.write')));
CREATE POLICY manage ON notifying_target FOR INSERT WITH CHECK (
    (SELECT access_may('account.manage')) AND set_by = (SELECT access_actor()));
CREATE POLICY keep ON notifying_target FOR UPDATE USING ((SELECT access_may('account.manage')));
REVOKE UPDATE, DELETE ON notifying_target FROM hoso_app;
GRANT UPDATE (ended_at) ON notifying_target TO hoso_app;

SELECT access_protect_facility_table('notifying_delivery');
REVOKE UPDATE, DELETE ON notifying_delivery FROM hoso_app;
GRANT UPDATE (attempts, next_at, problem, delivered_at, dead_at) ON notifying_delivery TO hoso_app;
