-- What arrives by the FHIR API: its own meta (profiles, tags, foreign security labels) is kept beside the body and
-- served with version and time put in; what is about nobody (organisations, practitioners, medicines) is shared.

ALTER TABLE records_resource ADD COLUMN meta bytea NOT NULL DEFAULT '';
ALTER TABLE records_resource_version ADD COLUMN meta bytea NOT NULL DEFAULT '';
COMMENT ON COLUMN records_resource.hash IS 'SHA-256 of body and, where there is one, meta';

-- Person 0 is nobody: rows filed under it are seen by whoever may read or write records at all, unless a label says
-- otherwise. What names a patient is never filed under it (engines/records/fhir/writing/owners.py).
CREATE FUNCTION access_sees_shared() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT access_may('record.read') OR access_may('record.write') $$;

DO $$
DECLARE target text;
BEGIN
    FOREACH target IN ARRAY ARRAY['records_resource', 'records_resource_version', 'records_location', 'records_token'] LOOP
        EXECUTE format('CREATE POLICY shared_rows ON %I FOR SELECT USING'
                       ' (person_id = 0 AND sensitivity = 0 AND (SELECT access_sees_shared()))', target);
    END LOOP;
END $$;
