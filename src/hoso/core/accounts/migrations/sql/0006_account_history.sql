-- Who manages accounts sees what was done to accounts and who signed in: never an event that names a person.
CREATE POLICY audit_of_accounts ON audit_event FOR SELECT USING (
    person_id IS NULL AND purpose IN ('administration', 'own_account')
    AND (object LIKE 'Account/%' OR action = 'sign-in')
    AND (SELECT access_may('account.manage'))
);
CREATE INDEX audit_event_account ON audit_event (object, at DESC) WHERE object LIKE 'Account/%';
