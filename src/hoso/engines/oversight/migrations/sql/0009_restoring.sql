-- An account that two officers suspended is opened again by two as well: neither an administrator nor a hand at the database's
-- application role does it alone (ADR 141).
ALTER TABLE oversight_proposal DROP CONSTRAINT oversight_proposal_kind_check,
    ADD CONSTRAINT oversight_proposal_kind_check CHECK (kind IN ('close', 'suspend', 'restore'));

-- The last word about an account: suspended, or opened again.
CREATE FUNCTION oversight_is_suspended(account bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce((
        SELECT p.kind = 'suspend' FROM oversight_proposal p JOIN oversight_case c ON c.id = p.case_id
        WHERE c.subject_id = account AND p.agreed AND p.kind IN ('suspend', 'restore')
        ORDER BY p.decided_at DESC, p.id DESC LIMIT 1), false)
$$;
REVOKE EXECUTE ON FUNCTION oversight_is_suspended(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION oversight_is_suspended(bigint) TO hoso_app;

CREATE FUNCTION oversight_keeps_suspended() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF (NEW.is_active OR NEW.lock_reason <> 'oversight') AND oversight_is_suspended(OLD.id) THEN
        RAISE EXCEPTION 'an account that two suspended is opened by two' USING ERRCODE = '23514', CONSTRAINT = 'restored_by_two';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER oversight_keeps_suspended BEFORE UPDATE OF is_active, lock_reason ON accounts_account
    FOR EACH ROW WHEN (OLD.lock_reason = 'oversight' AND NOT OLD.is_active) EXECUTE FUNCTION oversight_keeps_suspended();

-- As 0003_cases.sql has it, but for `restore`, which a closed case takes too: it is often closed when the account is opened again.
CREATE OR REPLACE FUNCTION oversight_proposal_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF oversight_subject(NEW.case_id) = access_actor() OR (NEW.kind <> 'restore' AND oversight_is_closed(NEW.case_id)) THEN
        RAISE EXCEPTION 'a case that is closed, or one''s own' USING ERRCODE = '23514', CONSTRAINT = 'case_not_own_or_closed';
    ELSIF NEW.kind = 'restore' AND NOT coalesce(oversight_is_suspended(oversight_subject(NEW.case_id)), false) THEN
        RAISE EXCEPTION 'nothing is suspended' USING ERRCODE = '23514', CONSTRAINT = 'restores_suspended';
    ELSIF TG_OP = 'INSERT' THEN
        IF NEW.proposed_by IS DISTINCT FROM access_actor() OR NEW.decided_at IS NOT NULL THEN
            RAISE EXCEPTION 'a proposal is made in one''s own name, and decided later';
        ELSIF NEW.kind = 'suspend' AND oversight_subject(NEW.case_id) IS NULL THEN
            RAISE EXCEPTION 'an account of another system is suspended there' USING ERRCODE = '23514', CONSTRAINT = 'suspends_own';
        END IF;
        NEW.proposed_at := clock_timestamp();
    ELSIF OLD.decided_at IS NOT NULL OR NEW.decided_by IS DISTINCT FROM access_actor() THEN
        RAISE EXCEPTION 'a proposal is decided once, in one''s own name' USING ERRCODE = '23514', CONSTRAINT = 'proposal_once';
    ELSE
        NEW.decided_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION oversight_proposal_takes_effect() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.kind = 'suspend' THEN
        UPDATE accounts_account SET is_active = false, lock_reason = 'oversight'
            WHERE id = oversight_subject(NEW.case_id);  -- one that was locked already too: else it could be opened by one
    ELSIF NEW.kind = 'restore' THEN
        UPDATE accounts_account SET is_active = true, lock_reason = '', active_since = now()
            WHERE id = oversight_subject(NEW.case_id) AND lock_reason = 'oversight';
    ELSIF NEW.outcome = 'confirmed' THEN
        INSERT INTO oversight_letter (case_id, person_id)
            SELECT DISTINCT case_id, person_id FROM oversight_evidence WHERE case_id = NEW.case_id AND person_id IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;
