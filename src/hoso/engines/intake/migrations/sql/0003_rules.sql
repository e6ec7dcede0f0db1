-- Which rule a finding follows, and by which set of rules (a fingerprint of the definitions) a visit was checked.
ALTER TABLE intake_finding ADD COLUMN rule text NOT NULL DEFAULT '', ADD COLUMN rule_set text NOT NULL DEFAULT '';
ALTER TABLE intake_visit ADD COLUMN rule_set text NOT NULL DEFAULT '';
-- What is wrong with a package as a whole though its visits were taken in, such as SOLUONGHOSO: a coded error.
ALTER TABLE intake_package ADD COLUMN remark jsonb;
