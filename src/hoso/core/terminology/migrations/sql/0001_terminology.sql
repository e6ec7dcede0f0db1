-- Code systems in dated versions. A code's meaning at a day is its concept in the version in force on that day.

CREATE TABLE terminology_system (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name     text NOT NULL UNIQUE,                  -- short, as in systems.py
    url      text NOT NULL UNIQUE,                  -- canonical, as in FHIR
    title_vi text NOT NULL,
    title_en text NOT NULL,
    origin   text NOT NULL CHECK (origin IN ('shipped', 'local'))
);

CREATE TABLE terminology_version (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    system_id  bigint NOT NULL REFERENCES terminology_system,
    version    text NOT NULL,
    status     text NOT NULL CHECK (status IN ('draft', 'published', 'retired')),
    valid_from date NOT NULL,
    valid_to   date CHECK (valid_to > valid_from),  -- half-open
    evidence   text NOT NULL CHECK (evidence IN ('official', 'secondary', 'unverified')),
    source     text NOT NULL,
    origin     text NOT NULL CHECK (origin IN ('shipped', 'local')),
    UNIQUE (system_id, version),
    CONSTRAINT version_once_at_a_time
        EXCLUDE USING gist (system_id WITH =, daterange(valid_from, valid_to) WITH &&) WHERE (status <> 'draft')
);

CREATE TABLE terminology_concept (
    version_id bigint NOT NULL REFERENCES terminology_version,
    code       text COLLATE "C" NOT NULL,
    display_vi text NOT NULL,
    display_en text NOT NULL DEFAULT '',
    parent     text COLLATE "C",                    -- a code of this or of the grouping system
    valid_from date,                                -- where narrower than the version
    valid_to   date,
    properties jsonb NOT NULL DEFAULT '{}',
    folded     text NOT NULL,                       -- Vietnamese without accents and leading “bệnh”, for the order of hits
    words      tsvector NOT NULL,                   -- words of both languages without accents
    origin     text NOT NULL CHECK (origin IN ('shipped', 'local')),
    PRIMARY KEY (version_id, code)
);
CREATE INDEX terminology_concept_words ON terminology_concept USING gin (words) WITH (fastupdate = off);

-- Shipped rows are the owner's; the application adds and changes its own.
DO $$
DECLARE target text;
BEGIN
    FOREACH target IN ARRAY ARRAY['terminology_system', 'terminology_version', 'terminology_concept'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', target);
        EXECUTE format('CREATE POLICY everyone_reads ON %I FOR SELECT USING (true)', target);
        EXECUTE format('CREATE POLICY local_insert ON %I FOR INSERT WITH CHECK (origin = ''local'')', target);
        EXECUTE format('CREATE POLICY local_update ON %I FOR UPDATE USING (origin = ''local'') WITH CHECK (origin = ''local'')', target);
        EXECUTE format('CREATE POLICY local_delete ON %I FOR DELETE USING (origin = ''local'')', target);
    END LOOP;
END $$;
GRANT SELECT ON terminology_system, terminology_version, terminology_concept TO hoso_reader;
