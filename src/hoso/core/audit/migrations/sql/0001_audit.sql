-- Append-only: the application may add and read, nobody may change. Sealing into a chain comes as columns of
-- its own table, written by the audit writer's role, so that an event never changes after it was written.

CREATE TABLE audit_event (
    id          bigint GENERATED ALWAYS AS IDENTITY,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor_id    bigint NOT NULL,
    actor_name  text NOT NULL,
    role        text NOT NULL,
    purpose     text NOT NULL,
    action      text NOT NULL CHECK (action IN ('read', 'search', 'create', 'update', 'delete', 'export', 'sign-in', 'refuse')),
    route       text NOT NULL,
    person_id   bigint,
    object      text NOT NULL DEFAULT '',
    facility_id bigint,
    outcome     text NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
    reason      text NOT NULL DEFAULT '',
    sensitive   boolean NOT NULL DEFAULT false,
    found       integer,
    source      text NOT NULL DEFAULT '',   -- address and port of the asker
    device      text NOT NULL DEFAULT '',
    request_id  uuid,
    PRIMARY KEY (id)
);
CREATE INDEX audit_event_person ON audit_event (person_id, at DESC) WHERE person_id IS NOT NULL;
CREATE INDEX audit_event_actor ON audit_event (actor_id, at DESC);

CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit events are never changed or removed';
END $$;
CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

REVOKE ALL ON audit_event FROM hoso_app;
GRANT INSERT, SELECT ON audit_event TO hoso_app;
GRANT SELECT ON audit_event TO hoso_audit, hoso_reader;

-- An actor sees what they did themselves; who may oversee sees all.
ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY audit_write ON audit_event FOR INSERT WITH CHECK (true);
CREATE POLICY audit_oversee ON audit_event FOR SELECT USING (
    (SELECT access_may('audit.read')) OR actor_id = (SELECT access_actor())
);
CREATE POLICY audit_seal ON audit_event FOR SELECT TO hoso_audit USING (true);
