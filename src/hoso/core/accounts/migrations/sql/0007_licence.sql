-- The licence to practise (giấy phép hành nghề, earlier chứng chỉ hành nghề) that stands for a human in what hospitals send:
-- by it the treating team of a visit is known (docs/decisions/0080-treating-team-by-licence.md). Given by a manager of accounts
-- who saw it, never by its owner; one at a time; never changed or removed, only ended.
CREATE TABLE accounts_licence (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts_account,
    number     text COLLATE "C" NOT NULL,
    proof      text NOT NULL,                               -- what was shown: issued by whom, on which day, seen how
    given_by   bigint NOT NULL REFERENCES accounts_account,
    given_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_by   bigint REFERENCES accounts_account,
    ended_at   timestamptz CHECK (ended_at >= given_at),
    CONSTRAINT licence_is_written_one_way CHECK (number = upper(number) AND number ~ '^[^\s;]{3,50}$'),
    CONSTRAINT licence_says_what_was_shown CHECK (length(btrim(proof)) >= 10),
    CONSTRAINT licence_is_given_by_another CHECK (given_by <> account_id),
    CONSTRAINT licence_end_is_whole CHECK (num_nonnulls(ended_by, ended_at) IN (0, 2))
);
CREATE UNIQUE INDEX licence_of_one_at_work ON accounts_licence (number) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX one_licence_for_each_account ON accounts_licence (account_id) WHERE ended_at IS NULL;
CREATE INDEX accounts_licence_account ON accounts_licence (account_id, given_at);

ALTER TABLE accounts_licence ENABLE ROW LEVEL SECURITY;
CREATE POLICY licence_sight ON accounts_licence FOR SELECT USING (
    account_id = (SELECT access_actor()) OR (SELECT access_may('account.manage')));
CREATE POLICY licence_give ON accounts_licence FOR INSERT WITH CHECK (
    (SELECT access_may('account.manage')) AND given_by = (SELECT access_actor())
    AND account_id IS DISTINCT FROM (SELECT access_actor()));
CREATE POLICY licence_end ON accounts_licence FOR UPDATE
    USING ((SELECT access_may('account.manage')) AND account_id IS DISTINCT FROM (SELECT access_actor()));
REVOKE UPDATE, DELETE, TRUNCATE ON accounts_licence FROM hoso_app;
GRANT UPDATE (ended_by, ended_at) ON accounts_licence TO hoso_app;

CREATE FUNCTION accounts_licence_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' OR OLD.ended_at IS NOT NULL
       OR to_jsonb(NEW) - '{ended_by,ended_at}'::text[] <> to_jsonb(OLD) - '{ended_by,ended_at}'::text[] THEN
        RAISE EXCEPTION 'of a licence only its end may be set, once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_licence_stays BEFORE UPDATE OR DELETE ON accounts_licence
    FOR EACH ROW EXECUTE FUNCTION accounts_licence_stays();

-- Licences stand for people who treat. The owner of the tables, who restores, is not held by this.
CREATE FUNCTION accounts_licence_of_clinical() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF session_user = 'hoso_app' AND NOT EXISTS (
        SELECT 1 FROM accounts_account WHERE id = NEW.account_id AND kind = 'clinical') THEN
        RAISE EXCEPTION 'a licence is of a clinical account'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'licence_of_clinical_account';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_licence_of_clinical BEFORE INSERT ON accounts_licence
    FOR EACH ROW EXECUTE FUNCTION accounts_licence_of_clinical();

