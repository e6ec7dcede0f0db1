-- What the house has to tell an account: shown to it alone, once for each key. SMS and mail are other channels of the
-- same row, sent by their gateways once those are there.

CREATE TABLE messages_notice (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts_account,
    key        text NOT NULL,                -- what it is about; telling it twice is telling it once
    channel    text NOT NULL DEFAULT 'page' CHECK (channel IN ('page', 'mail', 'sms')),
    text_vi    text NOT NULL,
    text_en    text NOT NULL,
    link       text NOT NULL DEFAULT '',
    left_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    sent_at    timestamptz,
    read_at    timestamptz,
    UNIQUE (account_id, key, channel)
);
CREATE INDEX messages_notice_unread ON messages_notice (account_id, id DESC) WHERE read_at IS NULL;

ALTER TABLE messages_notice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_notices ON messages_notice FOR SELECT USING (account_id = (SELECT access_actor()));
CREATE POLICY read_notices ON messages_notice FOR UPDATE USING (account_id = (SELECT access_actor()));
CREATE POLICY leave_notices ON messages_notice FOR INSERT WITH CHECK (true);
REVOKE DELETE, UPDATE ON messages_notice FROM hoso_app;
GRANT UPDATE (read_at) ON messages_notice TO hoso_app;
