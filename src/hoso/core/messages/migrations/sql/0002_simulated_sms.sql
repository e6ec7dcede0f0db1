-- The telephone of a demonstration. A house with real persons never writes here (config/settings.py); number and text are
-- encrypted all the same.

CREATE TABLE messages_simulated_sms (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    sent_to text NOT NULL CHECK (starts_with(sent_to, 'enc1:')),
    text    text NOT NULL CHECK (starts_with(text, 'enc1:'))
);
REVOKE UPDATE, DELETE ON messages_simulated_sms FROM hoso_app;
