-- Who may hold which role is written by an account manager alone, and never for themselves; the rest of what is kept
-- about signing in is append-only where a change would hide something.

-- Roles: everybody may look (the policy does), only a manager of accounts writes, nobody their own, nobody deletes.
REVOKE DELETE ON accounts_assignment FROM hoso_app;
ALTER TABLE accounts_assignment ENABLE ROW LEVEL SECURITY;
CREATE POLICY assignment_read ON accounts_assignment FOR SELECT USING (true);
CREATE POLICY assignment_insert ON accounts_assignment FOR INSERT
    WITH CHECK ((SELECT access_may('account.manage')) AND account_id IS DISTINCT FROM (SELECT access_actor()));
CREATE POLICY assignment_update ON accounts_assignment FOR UPDATE
    USING ((SELECT access_may('account.manage')) AND account_id IS DISTINCT FROM (SELECT access_actor()))
    WITH CHECK ((SELECT access_may('account.manage')) AND account_id IS DISTINCT FROM (SELECT access_actor()));
GRANT SELECT ON accounts_assignment TO hoso_reader;

-- Duties apart (TCVN 14423 cl. 5.5, secondary; NĐ 331/2026): who runs accounts reads no person's record and does not
-- oversee the accesses; the roles of one account never hold both at the same time.
CREATE FUNCTION accounts_keep_duties_apart() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
AS $$
DECLARE
    held text[];
BEGIN
    IF session_user <> 'hoso_app' THEN
        RETURN NEW;     -- the owner of the tables, who restores and migrates, is not held by this
    END IF;
    SELECT coalesce(array_agg(DISTINCT permission), '{}') INTO held
    FROM (
        SELECT NEW.role AS role
        UNION ALL
        SELECT a.role FROM accounts_assignment a
        WHERE a.account_id = NEW.account_id AND a.id IS DISTINCT FROM NEW.id
          AND a.valid_from < coalesce(NEW.valid_to, 'infinity') AND NEW.valid_from < coalesce(a.valid_to, 'infinity')
    ) held_roles
    JOIN access_role r ON r.key = held_roles.role
    CROSS JOIN LATERAL unnest(r.permissions) AS permission;
    IF 'account.manage' = ANY (held)
       AND held && '{audit.read,person.search,record.read,record.write,package.read,conflict.decide}'::text[] THEN
        RAISE EXCEPTION 'duties are kept apart: who manages accounts neither reads records nor oversees accesses'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'duties_apart';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER assignment_duties_apart BEFORE INSERT OR UPDATE ON accounts_assignment
    FOR EACH ROW EXECUTE FUNCTION accounts_keep_duties_apart();

-- An account keeps its kind, its owner, and stays locked, unless a manager of accounts says otherwise. The owner of the
-- tables (migrations, restoring) is not held by this.
CREATE FUNCTION accounts_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'hoso_app' AND NOT access_may('account.manage') THEN
        IF NEW.kind IS DISTINCT FROM OLD.kind OR NEW.owner_id IS DISTINCT FROM OLD.owner_id
           OR (NEW.is_active AND NOT OLD.is_active) THEN
            RAISE EXCEPTION 'only a manager of accounts changes the kind or owner of an account, or unlocks it'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER account_guard BEFORE UPDATE ON accounts_account FOR EACH ROW EXECUTE FUNCTION accounts_guard();

-- Every password that is set is remembered, however it was set; a mere re-hash (password_set_at as it was) is not new.
CREATE FUNCTION accounts_remember_password() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.password <> '' AND NEW.password NOT LIKE '!%'
       AND (TG_OP = 'INSERT' OR NEW.password_set_at IS DISTINCT FROM OLD.password_set_at) THEN
        INSERT INTO accounts_password_history (account_id, hash, set_at)
        VALUES (NEW.id, NEW.password, coalesce(NEW.password_set_at, clock_timestamp()));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER account_remember_password AFTER INSERT OR UPDATE OF password ON accounts_account
    FOR EACH ROW EXECUTE FUNCTION accounts_remember_password();
REVOKE UPDATE, DELETE ON accounts_password_history, accounts_notice_acceptance, accounts_review FROM hoso_app;
REVOKE DELETE ON accounts_account, accounts_wrong_try, accounts_invitation, accounts_access_hours FROM hoso_app;

-- Hours, invitations and reviews: written by a manager of accounts, never for themselves. An invitation is used up by
-- whoever brings its token; it is made by nobody but a manager.
ALTER TABLE accounts_access_hours ENABLE ROW LEVEL SECURITY;
CREATE POLICY hours_read ON accounts_access_hours FOR SELECT USING (true);
CREATE POLICY hours_write ON accounts_access_hours FOR INSERT
    WITH CHECK ((SELECT access_may('account.manage')) AND account_id IS DISTINCT FROM (SELECT access_actor()));
CREATE POLICY hours_end ON accounts_access_hours FOR UPDATE
    USING ((SELECT access_may('account.manage')) AND account_id IS DISTINCT FROM (SELECT access_actor()));
ALTER TABLE accounts_invitation ENABLE ROW LEVEL SECURITY;
CREATE POLICY invitation_read ON accounts_invitation FOR SELECT USING (true);
CREATE POLICY invitation_make ON accounts_invitation FOR INSERT
    WITH CHECK ((SELECT access_may('account.manage')) AND made_by_id = (SELECT access_actor())
                AND account_id <> made_by_id AND used_at IS NULL);
CREATE POLICY invitation_use ON accounts_invitation FOR UPDATE USING (used_at IS NULL) WITH CHECK (true);
ALTER TABLE accounts_review ENABLE ROW LEVEL SECURITY;
CREATE POLICY review_read ON accounts_review FOR SELECT USING ((SELECT access_may('account.manage')) OR (SELECT access_may('audit.read')));
CREATE POLICY review_sign ON accounts_review FOR INSERT
    WITH CHECK ((SELECT access_may('account.manage')) AND signed_by_id = (SELECT access_actor()));

-- Counters of tries shared by every process (Django's database cache): allauth's limits on codes, codes already used.
CREATE TABLE accounts_cache (
    cache_key varchar(255) PRIMARY KEY,
    value     text NOT NULL,
    expires   timestamptz NOT NULL
);
CREATE INDEX accounts_cache_expires ON accounts_cache (expires);
