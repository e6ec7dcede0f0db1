-- Boards and reports that their readers get by mail on a day (ADR 204): to an address that was shown to be theirs, once a day each.

CREATE TABLE statistics_mail_address (
    account_id   bigint PRIMARY KEY,
    address_hash text NOT NULL CHECK (length(address_hash) = 64),   -- the address that the code went to; another is not confirmed
    code_hash    text NOT NULL CHECK (length(code_hash) = 64),
    asked_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    confirmed_at timestamptz
);
CREATE TABLE statistics_mailing (
    id          uuid PRIMARY KEY,
    account_id  bigint NOT NULL,
    subject     text NOT NULL CHECK (subject <> ''),                -- the key of a board or report
    weekday     smallint CHECK (weekday BETWEEN 1 AND 7),           -- ISO 8601: Monday is 1
    month_day   smallint CHECK (month_day BETWEEN 1 AND 28),        -- a day that every month has
    language    text NOT NULL CHECK (language IN ('vi', 'en')),
    made_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    stopped_at  timestamptz,
    CONSTRAINT one_kind_of_day CHECK (num_nonnulls(weekday, month_day) = 1)
);
CREATE UNIQUE INDEX statistics_mailing_once ON statistics_mailing (account_id, subject) WHERE stopped_at IS NULL;
CREATE TABLE statistics_mailing_day (
    mailing_id uuid NOT NULL REFERENCES statistics_mailing,
    day        date NOT NULL,
    outcome    text NOT NULL CHECK (outcome IN ('asked', 'no_address', 'not_shown')),
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (mailing_id, day)
);

ALTER TABLE statistics_mail_address ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON statistics_mail_address USING (account_id = access_actor()) WITH CHECK (account_id = access_actor());
REVOKE DELETE, TRUNCATE ON statistics_mail_address FROM hoso_app;
ALTER TABLE statistics_mailing ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON statistics_mailing FOR SELECT USING (account_id = access_actor());
CREATE POLICY own_insert ON statistics_mailing FOR INSERT
    WITH CHECK (account_id = access_actor() AND stopped_at IS NULL AND (SELECT access_may('statistics.read')));
CREATE POLICY own_update ON statistics_mailing FOR UPDATE USING (account_id = access_actor()) WITH CHECK (account_id = access_actor());
REVOKE UPDATE, DELETE, TRUNCATE ON statistics_mailing FROM hoso_app;
GRANT UPDATE (stopped_at) ON statistics_mailing TO hoso_app;
ALTER TABLE statistics_mailing_day ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON statistics_mailing_day USING (EXISTS (
    SELECT 1 FROM statistics_mailing m WHERE m.id = mailing_id AND m.account_id = access_actor()));
REVOKE DELETE, TRUNCATE ON statistics_mailing_day FROM hoso_app;

-- For the house's job: whose mailings fall on a day and were not looked at. Of closed accounts none.
CREATE FUNCTION statistics_mailings_due(wanted date) RETURNS TABLE (id uuid, account_id bigint, username text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.id, m.account_id, a.username FROM statistics_mailing m JOIN accounts_account a ON a.id = m.account_id AND a.is_active
    WHERE access_may('account.manage') AND m.stopped_at IS NULL
      AND (m.weekday = extract(isodow FROM wanted) OR m.month_day = extract(day FROM wanted))
      AND NOT EXISTS (SELECT 1 FROM statistics_mailing_day d WHERE d.mailing_id = m.id AND d.day = wanted)
    ORDER BY m.made_at, m.id
$$;
