-- Incidents and what was done about them. Written on the machine by its operator (`hoso incident`), kept for ever: neither
-- row is changed or removed; a correction is a further step. No patient's data belongs here: say how many, not who.

CREATE TABLE incidents_incident (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title       text NOT NULL CHECK (title <> ''),
    found_at    timestamptz NOT NULL,           -- when somebody of the house knew: the clocks run from here
    kinds       text[] NOT NULL,                -- of definitions/security/incident_clocks.yaml
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (found_at <= recorded_at + interval '5 minutes')
);

CREATE TABLE incidents_step (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    incident_id bigint NOT NULL REFERENCES incidents_incident,
    duty        text NOT NULL DEFAULT '',       -- the duty it fulfils; empty: a note
    done_at     timestamptz NOT NULL,
    text        text NOT NULL,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX incidents_duty_once ON incidents_step (incident_id, duty) WHERE duty <> '';

CREATE FUNCTION incidents_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an incident''s file is kept for ever: add a step';
END
$$;
CREATE TRIGGER incident_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON incidents_incident
    FOR EACH STATEMENT EXECUTE FUNCTION incidents_stay();
CREATE TRIGGER step_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON incidents_step
    FOR EACH STATEMENT EXECUTE FUNCTION incidents_stay();
REVOKE ALL ON incidents_incident, incidents_step FROM hoso_app, hoso_reader;
GRANT SELECT, INSERT ON incidents_incident, incidents_step TO hoso_app;
