-- Decisions on administrative units that the house takes in itself: looked at, approved, applied on their day, undone.

CREATE TABLE places_decision (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number        text NOT NULL CHECK (number <> ''),
    decided_on    date NOT NULL,
    in_force_from date NOT NULL,
    source        text NOT NULL CHECK (source <> ''),
    state         text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'approved', 'applied', 'undone', 'dropped')),
    file_name     text NOT NULL,
    imported_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    imported_by   text NOT NULL,
    approved_at   timestamptz,
    approved_by   text,
    applied_at    timestamptz,
    hindered_by   text,                              -- why it could not be applied on its day: code of an error, and what
    undone_at     timestamptz,
    undone_by     text,
    undone_reason text,
    CONSTRAINT decision_approval CHECK (num_nonnulls(approved_at, approved_by) IN (0, 2)),
    CONSTRAINT decision_approved_before CHECK (state IN ('draft', 'dropped') OR approved_at IS NOT NULL),
    CONSTRAINT decision_application CHECK ((applied_at IS NOT NULL) = (state IN ('applied', 'undone'))),
    CONSTRAINT decision_undoing CHECK (num_nonnulls(undone_at, undone_by, undone_reason) = CASE state WHEN 'undone' THEN 3 ELSE 0 END)
);
-- What was undone or dropped may come again.
CREATE UNIQUE INDEX places_decision_number ON places_decision (number) WHERE state NOT IN ('undone', 'dropped');

CREATE TABLE places_decision_change (
    decision_id  bigint NOT NULL REFERENCES places_decision,
    row          integer NOT NULL,                   -- of the file
    action       text NOT NULL CHECK (action IN ('opened', 'closed', 'merged', 'split', 'renamed')),
    level        smallint NOT NULL CHECK (level IN (1, 3)),
    old_code     text NOT NULL DEFAULT '',
    new_code     text NOT NULL DEFAULT '',
    new_name     text NOT NULL DEFAULT '',           -- with its kind: “Phường Lộc Ninh”
    new_name_en  text NOT NULL DEFAULT '',
    parent_code  text NOT NULL DEFAULT '',
    share        numeric CHECK (share > 0 AND share <= 1),
    share_source text NOT NULL DEFAULT '',
    facilities   text[] NOT NULL DEFAULT '{}',       -- codes of those of the old unit that lie in this part of it
    PRIMARY KEY (decision_id, row),
    CONSTRAINT change_old CHECK ((old_code = '') = (action = 'opened')),
    CONSTRAINT change_new CHECK ((new_code = '') = (action = 'closed')),
    CONSTRAINT change_share CHECK ((share IS NULL) = (share_source = '') AND (share IS NULL OR action = 'split'))
);

-- What a decision made and ended carries its number, so that it can be undone exactly.
ALTER TABLE places_place ADD COLUMN begun_by bigint REFERENCES places_decision,
    ADD COLUMN ended_by bigint REFERENCES places_decision,
    ADD CONSTRAINT place_ended_by_decision CHECK (ended_by IS NULL OR valid_to IS NOT NULL);
ALTER TABLE places_succession ADD COLUMN decision_id bigint REFERENCES places_decision,
    ADD COLUMN share_source text NOT NULL DEFAULT '',
    ADD CONSTRAINT succession_share_has_source CHECK ((share IS NULL) = (share_source = ''));
ALTER TABLE places_facility_link ADD COLUMN begun_by bigint REFERENCES places_decision,
    ADD COLUMN ended_by bigint REFERENCES places_decision;
CREATE INDEX places_place_begun_by ON places_place (begun_by) WHERE begun_by IS NOT NULL;
CREATE INDEX places_place_ended_by ON places_place (ended_by) WHERE ended_by IS NOT NULL;
CREATE INDEX places_facility_link_place ON places_facility_link (place_id);

-- Which part of a unit went to each of its heirs. Where nobody said so, the parts are taken as equal and marked.
CREATE VIEW places_share WITH (security_invoker = true) AS
    SELECT old_id, new_id, effective,
           coalesce(share, 1.0 / count(*) OVER (PARTITION BY old_id)) AS share,
           CASE WHEN share IS NOT NULL THEN 'given' WHEN count(*) OVER (PARTITION BY old_id) = 1 THEN 'whole' ELSE 'equal' END AS origin,
           share_source
    FROM places_succession;

-- Who else keeps something of a unit: each subject names a function (bigint[] -> place_id, detail, number) and the tables
-- that are held still while a decision is undone. Filled by the migrations of those who keep it.
CREATE TABLE places_use (
    subject  text PRIMARY KEY,
    title_vi text NOT NULL,
    title_en text NOT NULL,
    function text NOT NULL,
    tables   text[] NOT NULL
);
CREATE FUNCTION places_used_by(places bigint[]) RETURNS TABLE (place_id bigint, subject text, detail text, number bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
AS $$
DECLARE kept places_use;
BEGIN
    FOR kept IN SELECT * FROM places_use ORDER BY places_use.subject LOOP
        RETURN QUERY EXECUTE format('SELECT u.place_id, %L::text, u.detail, u.number FROM %I($1) u', kept.subject, kept.function)
            USING places;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION places_used_by(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION places_used_by(bigint[]) TO hoso_app;

-- A draft changes, an approved decision only goes back to be one. Everything else is done by the two functions below.
ALTER TABLE places_decision ENABLE ROW LEVEL SECURITY;
CREATE POLICY everyone_reads ON places_decision FOR SELECT USING (true);
CREATE POLICY drafts_come ON places_decision FOR INSERT WITH CHECK (state = 'draft');
CREATE POLICY until_applied ON places_decision FOR UPDATE USING (state IN ('draft', 'approved'))
    WITH CHECK (state IN ('draft', 'approved', 'dropped'));
ALTER TABLE places_decision_change ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION places_is_draft(decision bigint) RETURNS boolean LANGUAGE sql STABLE
AS $$ SELECT EXISTS (SELECT FROM places_decision WHERE id = decision AND state = 'draft') $$;
CREATE POLICY everyone_reads ON places_decision_change FOR SELECT USING (true);
CREATE POLICY of_drafts ON places_decision_change FOR INSERT WITH CHECK (places_is_draft(decision_id));
CREATE POLICY drafts_go ON places_decision_change FOR DELETE USING (places_is_draft(decision_id));
CREATE FUNCTION places_keep_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (NEW.number, NEW.decided_on, NEW.in_force_from, NEW.source)
                                IS DISTINCT FROM (OLD.number, OLD.decided_on, OLD.in_force_from, OLD.source) THEN
        RAISE EXCEPTION 'what was approved does not change' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER places_decision_kept BEFORE UPDATE ON places_decision FOR EACH ROW EXECUTE FUNCTION places_keep_decision();
REVOKE DELETE, TRUNCATE ON places_decision FROM hoso_app;
REVOKE UPDATE, TRUNCATE ON places_decision_change FROM hoso_app;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON places_use FROM hoso_app;

-- Apply an approved decision whose day has come: the units that end, those that begin, who follows whom, where the
-- facilities lie from then on. What is written must be of that day and of that decision alone.
CREATE FUNCTION places_apply_decision(decision bigint, ends bigint[], units jsonb, steps jsonb, moves jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
AS $$
DECLARE
    told places_decision;
    ended integer;
BEGIN
    SELECT * INTO told FROM places_decision WHERE id = decision FOR UPDATE;
    IF told.state IS DISTINCT FROM 'approved' OR told.in_force_from > current_date THEN
        RAISE EXCEPTION 'only an approved decision is applied, from its day on' USING ERRCODE = 'check_violation';
    END IF;
    UPDATE places_decision SET state = 'applied', applied_at = clock_timestamp(), hindered_by = NULL WHERE id = decision;
    UPDATE places_place SET valid_to = told.in_force_from, ended_by = decision
    WHERE id = ANY (ends) AND valid_to IS NULL AND valid_from < told.in_force_from;
    GET DIAGNOSTICS ended = ROW_COUNT;
    IF ended <> cardinality(ends) THEN
        RAISE EXCEPTION 'a unit of the decision is not in force' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO places_place (id, level, code, name, full_name, name_en, kind, folded_name, address, folded_address,
                              parent_id, valid_from, basis, longitude, latitude, population, origin, begun_by)
    SELECT u.id, u.level, u.code, u.name, u.full_name, u.name_en, u.kind, u.folded_name, u.address, u.folded_address,
           u.parent_id, told.in_force_from, left(told.number || ': ' || told.source, 300), u.longitude, u.latitude, u.population,
           'local', decision
    FROM jsonb_to_recordset(units) AS u (id bigint, level smallint, code text, name text, full_name text, name_en text,
         kind text, folded_name text, address text, folded_address text, parent_id bigint, longitude float8, latitude float8,
         population integer)
    ORDER BY u.level;
    INSERT INTO places_succession (old_id, new_id, relation, share, share_source, effective, basis, decision_id)
    SELECT s.old_id, s.new_id, s.relation, s.share, s.share_source, told.in_force_from, left(told.number, 300), decision
    FROM jsonb_to_recordset(steps) AS s (old_id bigint, new_id bigint, relation text, share float8, share_source text);
    IF EXISTS (SELECT FROM places_succession s JOIN places_place o ON o.id = s.old_id JOIN places_place n ON n.id = s.new_id
               WHERE s.decision_id = decision AND (o.ended_by, n.begun_by) IS DISTINCT FROM (decision, decision)) THEN
        RAISE EXCEPTION 'a succession of another decision' USING ERRCODE = 'check_violation';
    END IF;
    WITH moved AS (
        UPDATE places_facility_link l SET valid_to = told.in_force_from, ended_by = decision
        FROM jsonb_to_recordset(moves) AS m (link_id bigint, place_id bigint), places_facility_link before
        WHERE l.id = m.link_id AND before.id = l.id
          AND (l.valid_from IS NULL OR l.valid_from < told.in_force_from)
          AND (l.valid_to IS NULL OR l.valid_to > told.in_force_from)
        RETURNING l.facility_id, m.place_id, before.valid_to
    )
    INSERT INTO places_facility_link (facility_id, place_id, valid_from, valid_to, begun_by)
    SELECT facility_id, place_id, told.in_force_from, valid_to, decision FROM moved;
    INSERT INTO changes_change (topic, key, payload) VALUES ('places.decision_applied', told.number,
        jsonb_build_object('decision', decision, 'in_force_from', told.in_force_from));
END $$;

-- Undo it, as long as nobody has anything of the units it made: afterwards the units are exactly as before.
CREATE FUNCTION places_undo_decision(decision bigint, who text, why text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
AS $$
DECLARE
    told places_decision;
    made bigint[];
    kept text;
BEGIN
    SELECT * INTO told FROM places_decision WHERE id = decision FOR UPDATE;
    IF told.state IS DISTINCT FROM 'applied' THEN
        RAISE EXCEPTION 'only an applied decision is undone' USING ERRCODE = 'check_violation';
    END IF;
    -- Who is writing finishes first, who begins waits: what is counted below is all there is.
    FOR kept IN SELECT DISTINCT unnest(tables) FROM places_use ORDER BY 1 LOOP
        EXECUTE format('LOCK TABLE %I IN SHARE MODE', kept);
    END LOOP;
    SELECT coalesce(array_agg(id), '{}') INTO made FROM places_place WHERE begun_by = decision;
    IF EXISTS (SELECT FROM places_used_by(made)) OR EXISTS (SELECT FROM places_place WHERE id = ANY (made) AND ended_by IS NOT NULL) THEN
        RAISE EXCEPTION 'the units of the decision are in use' USING ERRCODE = 'check_violation';
    END IF;
    UPDATE places_decision SET state = 'undone', undone_at = clock_timestamp(), undone_by = who, undone_reason = why
    WHERE id = decision;
    -- A facility that moved on since then did so from where it lay before.
    WITH gone AS (DELETE FROM places_facility_link WHERE begun_by = decision RETURNING facility_id, valid_to)
    UPDATE places_facility_link l SET valid_to = gone.valid_to, ended_by = NULL
    FROM gone WHERE l.ended_by = decision AND l.facility_id = gone.facility_id;
    DELETE FROM places_succession WHERE decision_id = decision;
    DELETE FROM places_place WHERE id = ANY (made);
    UPDATE places_place SET valid_to = NULL, ended_by = NULL WHERE ended_by = decision;
    SET CONSTRAINTS ALL IMMEDIATE;  -- a role or a facility that was given to a unit of it says so here, not at the commit
    SET CONSTRAINTS ALL DEFERRED;
    INSERT INTO changes_change (topic, key, payload) VALUES ('places.decision_undone', told.number,
        jsonb_build_object('decision', decision));
END $$;
REVOKE ALL ON FUNCTION places_apply_decision(bigint, bigint[], jsonb, jsonb, jsonb) FROM PUBLIC;
REVOKE ALL ON FUNCTION places_undo_decision(bigint, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION places_apply_decision(bigint, bigint[], jsonb, jsonb, jsonb) TO hoso_app;
GRANT EXECUTE ON FUNCTION places_undo_decision(bigint, text, text) TO hoso_app;
GRANT SELECT ON places_decision, places_decision_change, places_share, places_use TO hoso_reader;
