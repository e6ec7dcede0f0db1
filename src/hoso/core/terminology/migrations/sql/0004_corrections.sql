-- Who brought a version into force and when, and who ended it; corrections that people propose to a code's entry.
ALTER TABLE terminology_version
    ADD COLUMN published_by bigint REFERENCES accounts_account,
    ADD COLUMN published_at timestamptz,
    ADD COLUMN retired_by   bigint REFERENCES accounts_account,
    ADD COLUMN retired_at   timestamptz,
    ADD CONSTRAINT version_is_retired_whole CHECK (retired_at IS NULL OR (status = 'retired' AND valid_to IS NOT NULL));

-- Named on every change of state, so that no caller can forget it: the actor of the transaction.
CREATE FUNCTION terminology_note_state() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    actor bigint := nullif(nullif(current_setting('hoso.actor', true), ''), '0')::bigint;
BEGIN
    IF NEW.status = 'published' AND OLD.status = 'draft' THEN
        NEW.published_by := actor;
        NEW.published_at := clock_timestamp();
    ELSIF NEW.status = 'retired' AND OLD.status <> 'retired' THEN
        NEW.retired_by := actor;
        NEW.retired_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER version_notes_state BEFORE UPDATE OF status ON terminology_version
    FOR EACH ROW EXECUTE FUNCTION terminology_note_state();

CREATE TABLE terminology_correction (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    system_id   bigint NOT NULL REFERENCES terminology_system,
    version_id  bigint NOT NULL REFERENCES terminology_version,  -- whose entry is wrong
    code        text COLLATE "C" NOT NULL,
    field       text NOT NULL CHECK (field IN ('display_vi', 'display_en', 'parent', 'other')),
    said        text NOT NULL,                                   -- what the entry says
    proposed    text NOT NULL CHECK (length(btrim(proposed)) BETWEEN 1 AND 1000),
    reason      text NOT NULL CHECK (length(btrim(reason)) BETWEEN 5 AND 1000),
    proposed_by bigint NOT NULL REFERENCES accounts_account,
    proposed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    decision    text CHECK (decision IN ('accepted', 'refused')),
    decided_by  bigint REFERENCES accounts_account,
    decided_at  timestamptz,
    answer      text CHECK (length(btrim(answer)) BETWEEN 5 AND 1000),
    CONSTRAINT correction_takes_two_persons CHECK (decided_by <> proposed_by),
    CONSTRAINT correction_decision_is_whole CHECK (
        (decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL)),
    CONSTRAINT correction_refusal_is_answered CHECK (decision IS DISTINCT FROM 'refused' OR answer IS NOT NULL)
);
CREATE INDEX terminology_correction_of_code ON terminology_correction (system_id, code, id DESC);
CREATE UNIQUE INDEX terminology_correction_waiting ON terminology_correction (system_id, code, field, proposed_by)
    WHERE decision IS NULL;

ALTER TABLE terminology_correction ENABLE ROW LEVEL SECURITY;
CREATE POLICY read ON terminology_correction FOR SELECT USING ((SELECT access_may('terminology.correct')));
CREATE POLICY propose ON terminology_correction FOR INSERT WITH CHECK (
    proposed_by = (SELECT access_actor()) AND decided_by IS NULL AND (SELECT access_may('terminology.correct')));
CREATE POLICY decide ON terminology_correction FOR UPDATE USING ((SELECT access_may('terminology.decide')))
    WITH CHECK (decided_by = (SELECT access_actor()));
REVOKE UPDATE, DELETE ON terminology_correction FROM hoso_app;
GRANT UPDATE (decision, decided_by, decided_at, answer) ON terminology_correction TO hoso_app;

CREATE FUNCTION terminology_correction_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.decision IS NOT NULL THEN
        RAISE EXCEPTION 'a correction is decided once' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER correction_is_final BEFORE UPDATE ON terminology_correction
    FOR EACH ROW EXECUTE FUNCTION terminology_correction_is_final();
