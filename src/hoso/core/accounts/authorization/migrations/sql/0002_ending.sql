-- Closing an account or a client ends all that was granted, at once and for good, whoever closes it and how:
-- opening it again brings no old token back to life.
CREATE FUNCTION authorization_end_of_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE authorization_grant SET revoked_at = now(), revoked_because = 'account closed'
    WHERE account_id = NEW.id AND revoked_at IS NULL;
    UPDATE accounts_credential SET revoked_at = now() WHERE account_id = NEW.id AND revoked_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER authorization_end_of_account AFTER UPDATE OF is_active ON accounts_account
    FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active) EXECUTE FUNCTION authorization_end_of_account();

CREATE FUNCTION authorization_end_of_client() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE authorization_grant SET revoked_at = now(), revoked_because = 'client closed'
    WHERE client_id = NEW.id AND revoked_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER authorization_end_of_client AFTER UPDATE OF closed_at ON authorization_client
    FOR EACH ROW WHEN (OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL) EXECUTE FUNCTION authorization_end_of_client();

-- What ended stays ended; a used code or refresh token stays used.
CREATE FUNCTION authorization_stays_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at)
       OR (TG_ARGV[0] = 'code' AND (to_jsonb(OLD) -> 'code_used_at') <> 'null'::jsonb
           AND (to_jsonb(NEW) -> 'code_used_at') IS DISTINCT FROM (to_jsonb(OLD) -> 'code_used_at'))
       OR (TG_ARGV[0] = 'token' AND (to_jsonb(OLD) -> 'used_at') <> 'null'::jsonb
           AND (to_jsonb(NEW) -> 'used_at') IS DISTINCT FROM (to_jsonb(OLD) -> 'used_at')) THEN
        RAISE EXCEPTION 'a grant, code or token that ended cannot come back';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER authorization_grant_stays_ended BEFORE UPDATE ON authorization_grant
    FOR EACH ROW EXECUTE FUNCTION authorization_stays_ended('code');
CREATE TRIGGER authorization_token_stays_ended BEFORE UPDATE ON authorization_token
    FOR EACH ROW EXECUTE FUNCTION authorization_stays_ended('token');
