-- Mail on its way: a row is asked for in the transaction of the act it tells of, a job hands it over (ADR 65). Address and
-- text are encrypted while they wait and gone once the mail left or was given up; what stays is that it was.

CREATE TABLE messages_mail (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id  bigint NOT NULL REFERENCES accounts_account,
    key         text NOT NULL,               -- what it is about; asking twice is asking once
    kind        text NOT NULL CHECK (kind IN ('invitation', 'break_glass', 'out_of_hours')),
    sent_to     text NOT NULL CHECK (sent_to = '' OR starts_with(sent_to, 'enc1:')),
    text        text NOT NULL CHECK (text = '' OR starts_with(text, 'enc1:')),
    asked_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    tries       int NOT NULL DEFAULT 0,
    next_try_at timestamptz DEFAULT clock_timestamp(),
    problem     text NOT NULL DEFAULT '',    -- of the last try, a word of ours, never the server's
    sent_at     timestamptz,
    gave_up_at  timestamptz,
    UNIQUE (account_id, key),
    CONSTRAINT mail_waits_or_is_done CHECK (
        (next_try_at IS NOT NULL AND sent_at IS NULL AND gave_up_at IS NULL AND sent_to <> '' AND text <> '')
        OR (next_try_at IS NULL AND (sent_at IS NULL) <> (gave_up_at IS NULL) AND sent_to = '' AND text = '')
    )
);
CREATE INDEX messages_mail_due ON messages_mail (next_try_at) WHERE next_try_at IS NOT NULL;
CREATE INDEX messages_mail_of_account ON messages_mail (account_id, id DESC);

ALTER TABLE messages_mail ENABLE ROW LEVEL SECURITY;
CREATE POLICY mail_ask ON messages_mail FOR INSERT WITH CHECK (tries = 0 AND sent_at IS NULL AND gave_up_at IS NULL);
CREATE POLICY mail_see ON messages_mail FOR SELECT USING ((SELECT access_may('account.manage')));
CREATE POLICY mail_send ON messages_mail FOR UPDATE USING ((SELECT access_may('account.manage')));
REVOKE UPDATE, DELETE ON messages_mail FROM hoso_app;
GRANT UPDATE (sent_to, text, tries, next_try_at, problem, sent_at, gave_up_at) ON messages_mail TO hoso_app;
