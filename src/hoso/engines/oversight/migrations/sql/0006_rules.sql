-- The rules by which accesses are judged, as each look found them where they had changed: who edits a rule does not do so unseen.
CREATE TABLE oversight_rules (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    files   jsonb NOT NULL                              -- name of the file: its SHA-256
);
ALTER TABLE oversight_rules ENABLE ROW LEVEL SECURITY;
CREATE POLICY rules_read ON oversight_rules FOR SELECT USING ((SELECT access_may('case.handle')) OR (SELECT access_may('case.raise')));
CREATE POLICY rules_write ON oversight_rules FOR INSERT WITH CHECK ((SELECT access_may('case.raise')));
REVOKE ALL ON oversight_rules FROM hoso_app, hoso_reader;
GRANT SELECT, INSERT ON oversight_rules TO hoso_app;
CREATE TRIGGER rules_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON oversight_rules
    FOR EACH STATEMENT EXECUTE FUNCTION oversight_stays();

-- Accounts of other systems for the half-yearly review, which is the work of who manages accounts: names and last use, no event.
CREATE FUNCTION oversight_accounts_to_review()
RETURNS TABLE (source text, title text, name text, owner text, role text, last_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.key, s.title_vi, k.name, coalesce(o.username, ''), coalesce(e.role, ''), k.last_at
    FROM oversight_account k
    JOIN oversight_source s ON s.id = k.source_id AND s.feeder_id IS NOT NULL
    JOIN accounts_account feeder ON feeder.id = s.feeder_id LEFT JOIN accounts_account o ON o.id = feeder.owner_id
    LEFT JOIN LATERAL (SELECT role FROM oversight_event WHERE account_id = k.id ORDER BY at DESC LIMIT 1) e ON true
    WHERE (SELECT access_may('account.manage')) ORDER BY s.key, k.name
$$;
REVOKE EXECUTE ON FUNCTION oversight_accounts_to_review() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION oversight_accounts_to_review() TO hoso_app;
