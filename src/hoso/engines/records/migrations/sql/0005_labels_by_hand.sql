-- Sensitive labels set and lifted by hand: who, when, why. A row is a decision and never changes; of one label of one visit the
-- newest decision holds, against what codes say, until the next (docs/decisions/0063-labels-by-hand.md).

CREATE TABLE records_label_decision (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id        bigint NOT NULL CHECK (person_id > 0),
    source_person_id bigint NOT NULL,
    facility_id      bigint NOT NULL DEFAULT 0,
    place_id         bigint NOT NULL DEFAULT 0,
    encounter        text COLLATE "C",                       -- the visit; NULL: the person, wherever they go
    sensitivity      integer NOT NULL CHECK (sensitivity > 0), -- the bit of the one label
    is_set           boolean NOT NULL,                       -- false: lifted
    reason           text NOT NULL,
    decided_by       bigint NOT NULL,
    decided_by_name  text NOT NULL,
    decided_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT label_decision_is_of_one_label CHECK ((sensitivity & (sensitivity - 1)) = 0),
    CONSTRAINT label_decision_says_why CHECK (length(btrim(reason)) >= 10),
    -- definitions/sensitivity/labels.yaml: bits 10 and 11, violence at home and abuse of a child, are of a person too.
    CONSTRAINT label_of_a_person_is_violence CHECK (encounter IS NOT NULL OR (sensitivity & 3072) <> 0)
);
CREATE INDEX records_label_decision_visit ON records_label_decision (encounter, id) WHERE encounter IS NOT NULL;
CREATE INDEX records_label_decision_person ON records_label_decision (person_id, id);
SELECT access_protect_person_table('records_label_decision');
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON records_label_decision FROM hoso_app;
GRANT UPDATE (person_id, place_id) ON records_label_decision TO hoso_app;  -- a merge, a move

CREATE FUNCTION records_label_decision_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' OR to_jsonb(NEW) - '{person_id,place_id}'::text[] <> to_jsonb(OLD) - '{person_id,place_id}'::text[] THEN
        RAISE EXCEPTION 'a decision about a label stays as it is';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER records_label_decision_stays BEFORE UPDATE OR DELETE ON records_label_decision
    FOR EACH ROW EXECUTE FUNCTION records_label_decision_stays();

-- What decisions make of the labels that codes gave the lines of a visit.
CREATE FUNCTION records_labels_by_hand(visit text) RETURNS TABLE (added integer, lifted integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$
    SELECT coalesce(bit_or(sensitivity) FILTER (WHERE is_set), 0), coalesce(bit_or(sensitivity) FILTER (WHERE NOT is_set), 0)
    FROM (SELECT DISTINCT ON (sensitivity) sensitivity, is_set FROM records_label_decision
          WHERE encounter = visit ORDER BY sensitivity, id DESC) newest
$$;

-- Decide about one label of a visit, or of a person (visit NULL), and carry it into every copy: a new version of each
-- resource with the same bytes, and the rows of past versions, places and search. Gives how many resources it is of; the
-- caller has shown that the actor may see the visit, and whoever may not label writes nothing.
CREATE FUNCTION records_decide_label(person bigint, visit text, label integer, setting boolean, why text, name text)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
AS $$
DECLARE
    home record;
    at timestamptz := clock_timestamp();
    touched bigint := 0;
BEGIN
    IF NOT access_may('record.label') THEN
        RAISE EXCEPTION 'not allowed to label' USING ERRCODE = '42501';
    END IF;
    SELECT source_person_id, place_id INTO STRICT home FROM people_person WHERE person_id = person;
    INSERT INTO records_label_decision (person_id, source_person_id, place_id, facility_id, encounter, sensitivity, is_set,
                                        reason, decided_by, decided_by_name, decided_at)
    VALUES (person, home.source_person_id, home.place_id,
            coalesce((SELECT facility_id FROM records_resource r WHERE r.person_id = person AND r.encounter = visit LIMIT 1), 0),
            visit, label, setting, why, access_actor(), name, at);
    IF visit IS NOT NULL THEN
        INSERT INTO records_resource_version (person_id, type, id, version, deleted, last_updated, happened, encounter,
                source_person_id, facility_id, place_id, sensitivity, package_id, source_table, source_line, hash, body, meta)
            SELECT person_id, type, id, version, deleted, last_updated, happened, encounter, source_person_id, facility_id,
                   place_id, sensitivity, package_id, source_table, source_line, hash, body, meta
            FROM records_resource r WHERE r.person_id = person AND r.encounter = visit
              AND sensitivity <> CASE WHEN setting THEN sensitivity | label ELSE sensitivity & ~label END;
        UPDATE records_resource r SET last_updated = at, version = 1 + greatest(r.version, (
                SELECT max(v.version) FROM records_resource_version v
                WHERE v.person_id = person AND v.type = r.type AND v.id = r.id)),
               sensitivity = CASE WHEN setting THEN sensitivity | label ELSE sensitivity & ~label END
            WHERE r.person_id = person AND r.encounter = visit
              AND sensitivity <> CASE WHEN setting THEN sensitivity | label ELSE sensitivity & ~label END;
        GET DIAGNOSTICS touched = ROW_COUNT;
        -- Who may see a past version is judged today: its label is not part of what it was.
        UPDATE records_resource_version SET sensitivity = CASE WHEN setting THEN sensitivity | label ELSE sensitivity & ~label END
            WHERE person_id = person AND encounter = visit;
        UPDATE records_location l SET sensitivity = r.sensitivity FROM records_resource r
            WHERE r.person_id = person AND r.encounter = visit AND l.type = r.type AND l.id = r.id;
        UPDATE records_token t SET sensitivity = r.sensitivity FROM records_resource r
            WHERE r.person_id = person AND r.encounter = visit AND t.person_id = person AND t.type = r.type AND t.id = r.id;
        -- What the visit said of the person.
        UPDATE people_statement SET sensitivity = CASE WHEN setting THEN sensitivity | label ELSE sensitivity & ~label END
            WHERE person_id = person AND encounter = visit;
    END IF;
    INSERT INTO changes_change (topic, key, person_id, source_person_id, facility_id, place_id, sensitivity, payload)
        VALUES ('record.labelled', coalesce(visit, 'person'), person, home.source_person_id, 0, home.place_id, label,
                jsonb_build_object('encounter', visit, 'set', setting));
    RETURN touched;
END $$;

-- Whether nobody who acts for the person may learn where they are: a visit or the person is labelled with violence.
CREATE FUNCTION records_hides_contact(person bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$
    SELECT EXISTS (SELECT 1 FROM records_resource WHERE person_id = person AND NOT deleted AND sensitivity & 3072 <> 0)
        OR EXISTS (SELECT 1 FROM (SELECT DISTINCT ON (sensitivity) is_set FROM records_label_decision
                                  WHERE person_id = person AND encounter IS NULL ORDER BY sensitivity, id DESC) newest
                   WHERE is_set)
$$;
