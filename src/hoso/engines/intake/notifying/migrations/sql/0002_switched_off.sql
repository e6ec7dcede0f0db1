-- Calls of a facility may wait for a while; they are noted all the same.
ALTER TABLE notifying_target ADD COLUMN paused_at timestamptz;
GRANT UPDATE (paused_at) ON notifying_target TO hoso_app;

-- Administrators see that calls fail and why, and have them made again: counts and codes, nothing of a person, no file's name.
CREATE POLICY administration ON notifying_delivery FOR SELECT USING ((SELECT access_may('account.manage')));
CREATE POLICY administration_again ON notifying_delivery FOR UPDATE USING ((SELECT access_may('account.manage')));
