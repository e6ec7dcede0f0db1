-- Another severity of a sensor, out of what its closed cases were worth: proposed by one officer, accepted or refused by another. The
-- newest accepted one is in force as long as the definition still says what it said then; nothing is changed or removed.
CREATE TABLE oversight_tuning (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sensor      text NOT NULL CHECK (sensor ~ '^S[0-9]+$'),
    defined     numeric(8,3) NOT NULL CHECK (defined > 0),   -- what the definition said when this was proposed
    before      numeric(8,3) NOT NULL CHECK (before > 0),    -- what was in force
    severity    numeric(8,3) NOT NULL CHECK (severity > 0),
    counts      jsonb NOT NULL,                              -- engines/oversight/tuning.py says what it holds
    proposed_by bigint NOT NULL REFERENCES accounts_account,
    proposed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    decided_by  bigint REFERENCES accounts_account,
    decided_at  timestamptz,
    accepted    boolean,
    CONSTRAINT tuning_changes_something CHECK (severity <> before),
    CONSTRAINT tuning_takes_two CHECK (decided_by <> proposed_by),
    CONSTRAINT tuning_decision_is_whole CHECK (num_nonnulls(decided_by, decided_at, accepted) IN (0, 3))
);
CREATE UNIQUE INDEX oversight_tuning_one_waits ON oversight_tuning (sensor) WHERE decided_at IS NULL;
ALTER TABLE oversight_tuning ENABLE ROW LEVEL SECURITY;
CREATE POLICY tuning_read ON oversight_tuning FOR SELECT USING (
    (SELECT access_may('case.handle')) OR (SELECT access_may('case.raise')) OR (SELECT access_may('audit.read')));
CREATE POLICY tuning_propose ON oversight_tuning FOR INSERT WITH CHECK ((SELECT access_may('case.handle')));
CREATE POLICY tuning_decide ON oversight_tuning FOR UPDATE USING ((SELECT access_may('case.handle')));
REVOKE ALL ON oversight_tuning FROM hoso_app, hoso_reader;
GRANT SELECT, INSERT ON oversight_tuning TO hoso_app;
GRANT UPDATE (decided_by, decided_at, accepted) ON oversight_tuning TO hoso_app;

CREATE FUNCTION oversight_tuning_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.proposed_by IS DISTINCT FROM access_actor() OR NEW.decided_by IS NOT NULL THEN
            RAISE EXCEPTION 'a severity is proposed in one''s own name, and decided later';
        END IF;
        NEW.proposed_at := clock_timestamp();
    ELSIF OLD.decided_at IS NOT NULL OR NEW.decided_by IS DISTINCT FROM access_actor() THEN
        RAISE EXCEPTION 'a proposal is decided once, in one''s own name' USING ERRCODE = '23514', CONSTRAINT = 'tuning_once';
    ELSE
        NEW.decided_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tuning_rules BEFORE INSERT OR UPDATE ON oversight_tuning FOR EACH ROW EXECUTE FUNCTION oversight_tuning_rules();
CREATE TRIGGER tuning_stays BEFORE DELETE OR TRUNCATE ON oversight_tuning
    FOR EACH STATEMENT EXECUTE FUNCTION oversight_stays();
