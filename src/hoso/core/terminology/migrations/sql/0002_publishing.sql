-- Publishing a draft: from its first day it is in force, the version in force until then ends on that day, and it is
-- announced to who keeps a copy. Done in
-- the database, since a shipped version may be ended by the house and otherwise changed by nobody but an upgrade.
CREATE FUNCTION terminology_publish(wanted bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
AS $$
DECLARE
    draft terminology_version;
    follows date;
BEGIN
    SELECT * INTO draft FROM terminology_version WHERE id = wanted;
    PERFORM FROM terminology_system WHERE id = draft.system_id FOR UPDATE;
    SELECT * INTO draft FROM terminology_version WHERE id = wanted AND status = 'draft' AND origin = 'local';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no draft of the house has this number' USING ERRCODE = 'no_data_found';
    END IF;
    UPDATE terminology_version SET valid_to = draft.valid_from
    WHERE system_id = draft.system_id AND status = 'published'
      AND valid_from < draft.valid_from AND (valid_to IS NULL OR valid_to > draft.valid_from);
    SELECT min(valid_from) INTO follows FROM terminology_version
    WHERE system_id = draft.system_id AND status = 'published' AND valid_from > draft.valid_from;
    UPDATE terminology_version SET status = 'published', valid_to = least(valid_to, follows) WHERE id = wanted;
    INSERT INTO changes_change (topic, key, payload)
    SELECT 'terminology.published', s.name || '/' || draft.version, jsonb_build_object('system', s.name, 'version', draft.version)
    FROM terminology_system s WHERE s.id = draft.system_id;
END $$;
REVOKE ALL ON FUNCTION terminology_publish(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION terminology_publish(bigint) TO hoso_app;

-- A published version of the house is what others relied on: its codes stay as they are. (The house's own codes in a
-- shipped version remain the house's.)
CREATE FUNCTION terminology_is_open(wanted bigint) RETURNS boolean LANGUAGE sql STABLE
AS $$ SELECT EXISTS (SELECT FROM terminology_version WHERE id = wanted AND (origin = 'shipped' OR status = 'draft')) $$;
DROP POLICY local_insert ON terminology_concept;
CREATE POLICY local_insert ON terminology_concept FOR INSERT
    WITH CHECK (origin = 'local' AND terminology_is_open(version_id));
DROP POLICY local_update ON terminology_concept;
CREATE POLICY local_update ON terminology_concept FOR UPDATE
    USING (origin = 'local' AND terminology_is_open(version_id))
    WITH CHECK (origin = 'local' AND terminology_is_open(version_id));
DROP POLICY local_delete ON terminology_concept;
CREATE POLICY local_delete ON terminology_concept FOR DELETE
    USING (origin = 'local' AND terminology_is_open(version_id));

-- The application writes drafts; only publishing makes more of them.
DROP POLICY local_insert ON terminology_version;
CREATE POLICY local_insert ON terminology_version FOR INSERT WITH CHECK (origin = 'local' AND status = 'draft');
DROP POLICY local_update ON terminology_version;
CREATE POLICY local_update ON terminology_version FOR UPDATE USING (origin = 'local' AND status = 'draft')
    WITH CHECK (origin = 'local' AND status = 'draft');
DROP POLICY local_delete ON terminology_version;
CREATE POLICY local_delete ON terminology_version FOR DELETE USING (origin = 'local' AND status = 'draft');
