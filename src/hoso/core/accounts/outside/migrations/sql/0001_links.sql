-- Who may sign in as whom by an outside provider. A link is made and ended by a manager of accounts, never for
-- themselves, or made by the sign-in itself for the account whose verified number the provider vouched for. It never
-- moves to another account or identity, and nothing of what a provider told is kept with it.
ALTER TABLE socialaccount_socialaccount ENABLE ROW LEVEL SECURITY;
CREATE POLICY link_read ON socialaccount_socialaccount FOR SELECT USING (true);
CREATE POLICY link_make ON socialaccount_socialaccount FOR INSERT WITH CHECK (
    ((SELECT access_may('account.manage')) AND user_id IS DISTINCT FROM (SELECT access_actor()))
    OR (user_id = (SELECT access_actor()) AND current_setting('hoso.purpose', true) = 'own_account')
);
CREATE POLICY link_use ON socialaccount_socialaccount FOR UPDATE USING (true);
CREATE POLICY link_end ON socialaccount_socialaccount FOR DELETE
    USING ((SELECT access_may('account.manage')) AND user_id IS DISTINCT FROM (SELECT access_actor()));
ALTER TABLE socialaccount_socialaccount
    ADD CONSTRAINT link_keeps_a_hash_alone CHECK (extra_data = '{}'::jsonb AND uid ~ '^[0-9a-f]{64}$');

CREATE FUNCTION outside_link_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.user_id, NEW.provider, NEW.uid) IS DISTINCT FROM (OLD.user_id, OLD.provider, OLD.uid) THEN
        RAISE EXCEPTION 'a link to an outside identity does not move' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER link_stays BEFORE UPDATE ON socialaccount_socialaccount
    FOR EACH ROW EXECUTE FUNCTION outside_link_stays();

-- Providers stand in the settings and their tokens are not kept: these two tables of allauth stay empty.
REVOKE INSERT, UPDATE ON socialaccount_socialapp, socialaccount_socialtoken FROM hoso_app;
