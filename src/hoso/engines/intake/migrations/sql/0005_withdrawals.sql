-- Withdrawing a wrongly sent visit: asked by one person, decided by another, and undone if need be. The rows are facts:
-- what was asked never changes, a decision is written once, under the name of whoever takes it.

CREATE TABLE intake_withdrawal (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    facility_id bigint NOT NULL,
    ma_lk       text COLLATE "C" NOT NULL,
    package_id  bigint NOT NULL,                    -- where the visit stands that was pointed at
    ordinal     integer NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('wrong_patient', 'duplicate', 'test_data', 'other')),
    reason      text NOT NULL CHECK (length(btrim(reason)) >= 5),
    asked_by    bigint NOT NULL REFERENCES accounts_account,
    asked_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    decision    text CHECK (decision IN ('approved', 'declined')),
    decided_by  bigint REFERENCES accounts_account,
    decided_at  timestamptz,
    undo_reason text CHECK (length(btrim(undo_reason)) >= 5),
    undone_by   bigint REFERENCES accounts_account,
    undone_at   timestamptz,
    FOREIGN KEY (package_id, ordinal) REFERENCES intake_visit,
    CONSTRAINT withdrawal_takes_two_persons CHECK (decided_by <> asked_by),
    CONSTRAINT withdrawal_decision_is_whole CHECK (
        (decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL)),
    CONSTRAINT withdrawal_undoing_is_whole CHECK (
        (undo_reason IS NULL) = (undone_by IS NULL) AND (undo_reason IS NULL) = (undone_at IS NULL)
        AND (undone_at IS NULL OR decision = 'approved'))
);
-- One at a time for a visit: open, or in force.
CREATE UNIQUE INDEX intake_withdrawal_one ON intake_withdrawal (facility_id, ma_lk)
    WHERE undone_at IS NULL AND decision IS DISTINCT FROM 'declined';

ALTER TABLE intake_withdrawal ENABLE ROW LEVEL SECURITY;
CREATE POLICY facility_scope ON intake_withdrawal FOR SELECT USING (
    ((SELECT access_may('package.read')) OR (SELECT access_may('record.write')))
    AND ((SELECT access_scope_everywhere()) OR facility_id = ANY ((SELECT access_scope_facilities())::bigint[])));
CREATE POLICY ask ON intake_withdrawal FOR INSERT WITH CHECK (
    asked_by = (SELECT access_actor()) AND decided_by IS NULL AND (SELECT access_may('visit.withdraw')));
CREATE POLICY decide ON intake_withdrawal FOR UPDATE USING ((SELECT access_may('visit.approve_withdrawal')))
    WITH CHECK (decided_by = (SELECT access_actor()) OR undone_by = (SELECT access_actor()));
REVOKE UPDATE, DELETE ON intake_withdrawal FROM hoso_app;
GRANT UPDATE (decision, decided_by, decided_at, undo_reason, undone_by, undone_at) ON intake_withdrawal TO hoso_app;

-- A decision is written once.
CREATE FUNCTION intake_withdrawal_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.decided_by IS NOT NULL AND (OLD.decision, OLD.decided_by, OLD.decided_at)
            IS DISTINCT FROM (NEW.decision, NEW.decided_by, NEW.decided_at)
        OR OLD.undone_by IS NOT NULL THEN
        RAISE EXCEPTION 'a withdrawal is decided and undone once' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER withdrawal_is_final BEFORE UPDATE ON intake_withdrawal
    FOR EACH ROW EXECUTE FUNCTION intake_withdrawal_is_final();

ALTER TABLE intake_visit DROP CONSTRAINT intake_visit_state_check;
ALTER TABLE intake_visit ADD COLUMN withdrawn_from text CHECK (withdrawn_from IN ('filed', 'corrected'));
ALTER TABLE intake_visit
    ADD CONSTRAINT intake_visit_state_check
        CHECK (state IN ('filed', 'unchanged', 'corrected', 'quarantined', 'withdrawn')),
    ADD CONSTRAINT visit_withdrawn_is_whole CHECK ((state = 'withdrawn') = (withdrawn_from IS NOT NULL));
