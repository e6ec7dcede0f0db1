-- Every way an account can prove itself, of people and of software, in one list; no secret in it.
-- As the asker: whoever may not read the tables below reads nothing here.
CREATE VIEW accounts_credential_overview WITH (security_invoker = true) AS
SELECT a.id                     AS account_id,
       'password'::text         AS kind,
       ''::text                 AS name,
       NULL::timestamptz        AS created_at,
       NULL::timestamptz        AS expires_at,
       NULL::timestamptz        AS revoked_at,
       a.last_login             AS last_used_at
FROM accounts_account a
WHERE a.password <> '' AND a.password NOT LIKE '!%'     -- '!' marks an account without a password
UNION ALL
SELECT m.user_id, m.type, '', m.created_at, NULL, NULL, m.last_used_at      -- totp, recovery_codes
FROM mfa_authenticator m
UNION ALL
SELECT c.account_id, c.kind, c.name, c.created_at, c.expires_at, c.revoked_at, c.last_used_at
FROM accounts_credential c;
