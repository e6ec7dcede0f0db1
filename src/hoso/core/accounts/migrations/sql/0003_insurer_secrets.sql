-- How often something was tried in its running window (rate limits of the insurer's gateway). No person's data.
CREATE TABLE accounts_try (
    key          text PRIMARY KEY,
    window_start timestamptz NOT NULL,
    tries        integer NOT NULL CHECK (tries > 0)
);
CREATE INDEX accounts_try_old ON accounts_try (window_start);
