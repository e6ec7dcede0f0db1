-- What a Subscription resource asks for, in the form in which it is acted upon; its secrets stand here alone, encrypted.
CREATE TABLE subscriptions_subscription (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fhir_id    text NOT NULL UNIQUE,
    account_id bigint NOT NULL REFERENCES accounts_account,  -- whose access decides what is told
    purpose    text NOT NULL,
    type       smallint NOT NULL,
    criteria   text NOT NULL,                                 -- the search behind the type's question mark
    url        text NOT NULL CHECK (url ~ '^https?://'),
    content    boolean NOT NULL,                              -- the resource goes along; else its id alone
    headers    text NOT NULL DEFAULT '' CHECK (headers = '' OR headers LIKE 'enc1:%'),
    ends_at    timestamptz,
    active     boolean NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Written in the transaction that moves the consumer behind the change. Ends once: delivered, given up, or found to be not
-- for the subscriber (passed_at).
CREATE TABLE subscriptions_delivery (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subscription_id bigint NOT NULL REFERENCES subscriptions_subscription,
    type            smallint NOT NULL,
    resource_id     text NOT NULL,
    version         integer NOT NULL,
    noted_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempts        integer NOT NULL DEFAULT 0,
    next_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    problem         text NOT NULL DEFAULT '',
    delivered_at    timestamptz,
    dead_at         timestamptz,
    told            boolean NOT NULL DEFAULT true,            -- false: delivered_at says when it was passed over
    UNIQUE (subscription_id, type, resource_id, version),
    CONSTRAINT delivery_has_one_end CHECK (delivered_at IS NULL OR dead_at IS NULL)
);
CREATE INDEX subscriptions_delivery_open ON subscriptions_delivery (subscription_id, id)
    WHERE delivered_at IS NULL AND dead_at IS NULL;

ALTER TABLE subscriptions_subscription ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON subscriptions_subscription FOR SELECT USING (
    (SELECT access_may('account.manage')) OR (SELECT access_may('record.write')));
CREATE POLICY make ON subscriptions_subscription FOR INSERT WITH CHECK (
    (SELECT access_may('record.write')) AND account_id = (SELECT access_actor()));
CREATE POLICY keep ON subscriptions_subscription FOR UPDATE USING (
    (SELECT access_may('account.manage')) OR (SELECT access_may('record.write')));
REVOKE DELETE ON subscriptions_subscription FROM hoso_app;

ALTER TABLE subscriptions_delivery ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON subscriptions_delivery FOR SELECT USING (
    (SELECT access_may('account.manage')) OR (SELECT access_may('record.write')));
CREATE POLICY make ON subscriptions_delivery FOR INSERT WITH CHECK ((SELECT access_may('record.write')));
CREATE POLICY keep ON subscriptions_delivery FOR UPDATE USING (
    (SELECT access_may('account.manage')) OR (SELECT access_may('record.write')));
REVOKE UPDATE, DELETE ON subscriptions_delivery FROM hoso_app;
GRANT UPDATE (attempts, next_at, problem, delivered_at, dead_at, told) ON subscriptions_delivery TO hoso_app;
