-- What the outbound filter kept back: one row for each record dropped. No content, only what kind of thing and why.
CREATE TABLE access_filter_log (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at               timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor_id         bigint NOT NULL,
    person_id        bigint NOT NULL,
    source_person_id bigint NOT NULL,
    destination      text NOT NULL,
    object           text NOT NULL,
    labels           integer NOT NULL CHECK (labels > 0),
    rule             text NOT NULL CHECK (rule IN ('drop', 'consent'))
);
CREATE INDEX access_filter_log_person ON access_filter_log (person_id, at DESC);
ALTER TABLE access_filter_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY filter_log_add ON access_filter_log FOR INSERT WITH CHECK (actor_id = (SELECT access_actor()));
CREATE POLICY filter_log_sight ON access_filter_log FOR SELECT USING (
    actor_id = (SELECT access_actor()) OR (SELECT access_may('audit.read')));
REVOKE UPDATE, DELETE, TRUNCATE ON access_filter_log FROM hoso_app;
