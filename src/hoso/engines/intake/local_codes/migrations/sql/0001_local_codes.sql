-- Codes that a facility sent and that the catalogue in force at the visit's date does not have. No row here names a person.

CREATE TABLE local_codes_code (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    facility_id bigint NOT NULL,
    kind        text NOT NULL,                      -- a key of definitions/exchange/local_codes.yaml
    code        text COLLATE "C" NOT NULL CHECK (length(code) BETWEEN 1 AND 100),
    first_seen  date NOT NULL,                      -- days of visits
    last_seen   date NOT NULL,
    samples     jsonb NOT NULL DEFAULT '[]',        -- a few ways in which the lines name it: name, unit, group …
    UNIQUE (facility_id, kind, code)
) WITH (fillfactor = 70);

-- What of a filed visit is coded how: the base of counts, of the search for visits that carry a code, and of their re-filing.
CREATE TABLE local_codes_visit (
    facility_id bigint NOT NULL,
    ma_lk       text COLLATE "C" NOT NULL,
    day         date NOT NULL,                      -- by which catalogues and mappings are chosen
    catalogues  text NOT NULL,                      -- the versions it was counted by
    counted     jsonb NOT NULL,                     -- kind -> [lines, of them in the catalogue]
    codes       bigint[] NOT NULL,                  -- those that are not, with their lines and the mapping they were filed with
    code_lines  integer[] NOT NULL,
    mappings    bigint[] NOT NULL,                  -- 0: none
    PRIMARY KEY (facility_id, ma_lk),
    CONSTRAINT coded_visit_is_whole CHECK (
        cardinality(codes) = cardinality(code_lines) AND cardinality(codes) = cardinality(mappings))
);

CREATE TABLE local_codes_month (
    code_id     bigint NOT NULL REFERENCES local_codes_code,
    month       date NOT NULL CHECK (extract(day FROM month) = 1),
    facility_id bigint NOT NULL,
    visits      integer NOT NULL,
    lines       integer NOT NULL,
    PRIMARY KEY (code_id, month)
) WITH (fillfactor = 70);

CREATE TABLE local_codes_yield (
    facility_id  bigint NOT NULL,
    kind         text NOT NULL,
    month        date NOT NULL CHECK (extract(day FROM month) = 1),
    lines        integer NOT NULL,
    in_catalogue integer NOT NULL,
    PRIMARY KEY (facility_id, kind, month)
) WITH (fillfactor = 70);

-- What a local code means: proposed by one person, decided by another. A row is a version; of those approved the newest one
-- that holds on the visit's day counts. One without a target says that the code is mapped no more.
CREATE TABLE local_codes_mapping (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code_id     bigint NOT NULL REFERENCES local_codes_code,
    facility_id bigint NOT NULL,
    version     integer NOT NULL CHECK (version > 0),
    target      text COLLATE "C",                   -- a code of the catalogue; NULL: none any more
    equivalence text NOT NULL CHECK (equivalence IN ('equivalent', 'wider', 'narrower', 'relatedto', 'unmatched')),
    labels      integer NOT NULL DEFAULT 0,         -- sensitivity of what it means: only lines that carry these bear the coding
    valid_from  date NOT NULL,
    valid_to    date CHECK (valid_to > valid_from), -- half-open
    evidence    jsonb NOT NULL DEFAULT '[]',        -- what spoke for it when it was proposed
    note        text NOT NULL DEFAULT '' CHECK (length(note) <= 1000),
    proposed_by bigint NOT NULL REFERENCES accounts_account,
    proposed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    decision    text CHECK (decision IN ('approved', 'refused')),
    decided_by  bigint REFERENCES accounts_account,
    decided_at  timestamptz,
    reason      text CHECK (length(btrim(reason)) BETWEEN 5 AND 1000),
    UNIQUE (code_id, version),
    CONSTRAINT mapping_takes_two_persons CHECK (decided_by <> proposed_by),
    CONSTRAINT mapping_decision_is_whole CHECK (
        (decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL)),
    CONSTRAINT mapping_refusal_has_a_reason CHECK (decision IS DISTINCT FROM 'refused' OR reason IS NOT NULL),
    CONSTRAINT mapping_without_target_is_unmatched CHECK ((target IS NULL) = (equivalence = 'unmatched'))
);
CREATE UNIQUE INDEX local_codes_mapping_waiting ON local_codes_mapping (code_id) WHERE decision IS NULL;
CREATE INDEX local_codes_mapping_facility ON local_codes_mapping (facility_id, id DESC);

-- An approved mapping whose visits are to be filed again.
CREATE TABLE local_codes_refiling (
    mapping_id  bigint PRIMARY KEY REFERENCES local_codes_mapping,
    facility_id bigint NOT NULL,
    asked_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    done_at     timestamptz
);
CREATE INDEX local_codes_refiling_open ON local_codes_refiling (facility_id) WHERE done_at IS NULL;

SELECT access_protect_facility_table('local_codes_code');
SELECT access_protect_facility_table('local_codes_visit');
SELECT access_protect_facility_table('local_codes_month');
SELECT access_protect_facility_table('local_codes_yield');
SELECT access_protect_facility_table('local_codes_refiling');

-- A hospital's officer sees the queue and changes nothing of it: what was counted is the intake's.
REVOKE DELETE ON local_codes_code, local_codes_visit, local_codes_month, local_codes_yield, local_codes_refiling FROM hoso_app;
DO $$
DECLARE target text;
BEGIN
    FOREACH target IN ARRAY ARRAY['local_codes_code', 'local_codes_visit', 'local_codes_month', 'local_codes_yield', 'local_codes_refiling']
    LOOP
        EXECUTE format('CREATE POLICY count_insert ON %I AS RESTRICTIVE FOR INSERT WITH CHECK ((SELECT access_may(''record.write'')))', target);
        EXECUTE format('CREATE POLICY count_update ON %I AS RESTRICTIVE FOR UPDATE USING ((SELECT access_may(''record.write'')))', target);
    END LOOP;
END $$;

ALTER TABLE local_codes_mapping ENABLE ROW LEVEL SECURITY;
CREATE POLICY facility_scope ON local_codes_mapping FOR SELECT USING (
    ((SELECT access_may('package.read')) OR (SELECT access_may('record.write')))
    AND ((SELECT access_scope_everywhere()) OR facility_id = ANY ((SELECT access_scope_facilities())::bigint[])));
CREATE POLICY propose ON local_codes_mapping FOR INSERT WITH CHECK (
    proposed_by = (SELECT access_actor()) AND decided_by IS NULL AND (SELECT access_may('mapping.propose'))
    AND ((SELECT access_scope_everywhere()) OR facility_id = ANY ((SELECT access_scope_facilities())::bigint[]))
    AND EXISTS (SELECT FROM local_codes_code c WHERE c.id = code_id AND c.facility_id = local_codes_mapping.facility_id));
CREATE POLICY decide ON local_codes_mapping FOR UPDATE USING (
    (SELECT access_may('mapping.approve'))
    AND ((SELECT access_scope_everywhere()) OR facility_id = ANY ((SELECT access_scope_facilities())::bigint[])))
    WITH CHECK (decided_by = (SELECT access_actor()));
REVOKE UPDATE, DELETE ON local_codes_mapping FROM hoso_app;
GRANT UPDATE (decision, decided_by, decided_at, reason) ON local_codes_mapping TO hoso_app;

CREATE FUNCTION local_codes_mapping_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.decision IS NOT NULL THEN
        RAISE EXCEPTION 'a mapping is decided once' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER mapping_is_final BEFORE UPDATE ON local_codes_mapping
    FOR EACH ROW EXECUTE FUNCTION local_codes_mapping_is_final();

-- The mapping of a code that holds on a day; 0 for none.
CREATE FUNCTION local_codes_mapping_on(wanted bigint, on_day date) RETURNS bigint LANGUAGE sql STABLE
AS $$ SELECT coalesce((SELECT m.id FROM local_codes_mapping m
    WHERE m.code_id = wanted AND m.decision = 'approved' AND m.valid_from <= on_day
      AND (m.valid_to IS NULL OR m.valid_to > on_day) ORDER BY m.version DESC LIMIT 1), 0) $$;
