-- Imports that are done by a job, in the name of who sent them and no further than their token allowed. What was sent is kept until
-- the import is over; that it is over, and what came of it, commits together with what was imported. Only the account itself sees them.
CREATE TABLE statistics_deferred_import (
    uid          text PRIMARY KEY CHECK (uid ~ '^[A-Za-z][A-Za-z0-9]{10}$'),
    account_id   bigint NOT NULL REFERENCES accounts_account,
    account_name text NOT NULL,
    scopes       text[],                              -- of the token; NULL: all that the account may
    warrant      text NOT NULL,                       -- by what it acts (core/accounts/authorization/warrants.py)
    source       text NOT NULL,
    device       text NOT NULL,
    request_id   uuid NOT NULL,
    content_type text NOT NULL,
    parameters   jsonb NOT NULL,                      -- of the address, as they were sent
    payload      bytea CHECK (octet_length(payload) <= 67108864),
    sent_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    begun_at     timestamptz,                         -- the last try
    ended_at     timestamptz,
    summary      jsonb,                               -- DHIS2's ImportSummary
    CONSTRAINT what_is_over_has_a_summary CHECK ((ended_at IS NULL) = (summary IS NULL)),
    CONSTRAINT what_is_over_is_not_kept CHECK ((ended_at IS NULL) = (payload IS NOT NULL))
);
CREATE INDEX statistics_deferred_import_account ON statistics_deferred_import (account_id, sent_at);

ALTER TABLE statistics_deferred_import ENABLE ROW LEVEL SECURITY;
CREATE POLICY statistics_read ON statistics_deferred_import FOR SELECT USING (account_id = access_actor());
CREATE POLICY statistics_insert ON statistics_deferred_import FOR INSERT
    WITH CHECK (account_id = access_actor() AND ended_at IS NULL AND (SELECT access_may('statistics.write')));
CREATE POLICY statistics_update ON statistics_deferred_import FOR UPDATE
    USING (account_id = access_actor() AND ended_at IS NULL) WITH CHECK (account_id = access_actor());
CREATE POLICY statistics_remove ON statistics_deferred_import FOR DELETE USING (account_id = access_actor());
REVOKE UPDATE, TRUNCATE ON statistics_deferred_import FROM hoso_app;
GRANT UPDATE (payload, begun_at, ended_at, summary) ON statistics_deferred_import TO hoso_app;
