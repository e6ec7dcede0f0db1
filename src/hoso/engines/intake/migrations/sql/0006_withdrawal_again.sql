-- A visit that was withdrawn and then sent corrected may be withdrawn once more: one request may wait at a time. Whether a
-- withdrawal is in force shows in the visit that is filed now; each visit's row names the withdrawal that took it out.
DROP INDEX intake_withdrawal_one;
CREATE UNIQUE INDEX intake_withdrawal_waiting ON intake_withdrawal (facility_id, ma_lk) WHERE decision IS NULL;
CREATE INDEX intake_withdrawal_visit ON intake_withdrawal (facility_id, ma_lk, id);

ALTER TABLE intake_visit ADD COLUMN withdrawn_by bigint REFERENCES intake_withdrawal;
UPDATE intake_visit v SET withdrawn_by = w.id FROM intake_withdrawal w
WHERE v.state = 'withdrawn' AND w.facility_id = v.facility_id AND w.ma_lk = v.ma_lk AND w.decision = 'approved'
  AND w.undone_at IS NULL;
ALTER TABLE intake_visit DROP CONSTRAINT visit_withdrawn_is_whole, ADD CONSTRAINT visit_withdrawn_is_whole CHECK (
    (state = 'withdrawn') = (withdrawn_from IS NOT NULL) AND (withdrawn_from IS NULL) = (withdrawn_by IS NULL));
