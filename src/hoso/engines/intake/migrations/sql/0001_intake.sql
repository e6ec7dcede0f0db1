-- The ledger of packages. A package is acknowledged once its bytes are safe and its row is committed; every visit
-- in it gets one row here, in the transaction that files it, so that at every moment
-- received = filed + unchanged + corrected + quarantined + still waiting.

CREATE TABLE intake_package (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key            uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    received_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    received_by    bigint NOT NULL,
    may_send_for   bigint[],                        -- facilities the sender stood for at that moment; null: every one
    channel        text NOT NULL CHECK (channel IN ('command', 'upload', 'api')),
    file_name      text NOT NULL,
    sha256         bytea NOT NULL,
    size_bytes     bigint NOT NULL,
    stated_version text CHECK (stated_version IN ('qd4210', 'qd130', 'qd4750', 'qd3176')),
    facility_id    bigint NOT NULL DEFAULT 0,       -- 0 until the package was opened
    made_on        date,                            -- NGAYLAP
    state          text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'reading', 'done', 'refused')),
    refusal        jsonb,                           -- coded error of a refused package
    visits_read    integer NOT NULL DEFAULT 0,      -- where to go on after an interruption
    visits_total   integer,                         -- known once read to the end
    finished_at    timestamptz,
    CONSTRAINT package_refusal_is_whole CHECK ((state = 'refused') = (refusal IS NOT NULL)),
    CONSTRAINT package_end_is_whole CHECK ((state IN ('done', 'refused')) = (finished_at IS NOT NULL))
);
CREATE INDEX intake_package_recent ON intake_package (received_at DESC);
CREATE INDEX intake_package_open ON intake_package (id) WHERE state IN ('waiting', 'reading');

CREATE TABLE intake_visit (
    package_id       bigint NOT NULL REFERENCES intake_package,
    ordinal          integer NOT NULL,              -- place of the HOSO in the package, from 1
    facility_id      bigint NOT NULL,
    ma_lk            text NOT NULL,
    version          text CHECK (version IN ('qd4210', 'qd130', 'qd4750', 'qd3176')),
    made_on          date,                          -- NGAYLAP of the package
    content_hash     bytea NOT NULL,                -- over the ordered fields of the inner tables
    state            text NOT NULL CHECK (state IN ('filed', 'unchanged', 'corrected', 'quarantined')),
    past             boolean NOT NULL DEFAULT false, -- a correction older than what is filed: kept as a past version
    patient_name     text NOT NULL DEFAULT '',
    admitted_at      timestamptz,
    discharged_at    timestamptz,
    person_id        bigint NOT NULL DEFAULT 0,
    source_person_id bigint NOT NULL DEFAULT 0,
    place_id         bigint NOT NULL DEFAULT 0,
    sensitivity      integer NOT NULL DEFAULT 0,
    encounter        text COLLATE "C",
    lines_in         integer NOT NULL DEFAULT 0,
    lines_filed      integer NOT NULL DEFAULT 0,
    lines_withheld   integer NOT NULL DEFAULT 0,
    lines_not_mapped integer NOT NULL DEFAULT 0,
    findings         integer NOT NULL DEFAULT 0,
    filed_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (package_id, ordinal),
    CONSTRAINT visit_lines_add_up CHECK (lines_in = lines_filed + lines_withheld + lines_not_mapped)
);
CREATE INDEX intake_visit_key ON intake_visit (facility_id, ma_lk);
CREATE INDEX intake_visit_quarantined ON intake_visit (package_id, ordinal) WHERE state = 'quarantined';
CREATE INDEX intake_visit_person ON intake_visit (person_id) WHERE person_id <> 0;

-- What is filed now for each visit of a facility; the ids of its resources hang on `id_date`, which never changes.
CREATE TABLE intake_current_visit (
    facility_id      bigint NOT NULL,
    ma_lk            text COLLATE "C" NOT NULL,
    content_hash     bytea NOT NULL,
    made_on          date NOT NULL,
    id_date          timestamptz NOT NULL,
    package_id       bigint NOT NULL,
    ordinal          integer NOT NULL,
    person_id        bigint NOT NULL,
    source_person_id bigint NOT NULL,
    place_id         bigint NOT NULL DEFAULT 0,
    sensitivity      integer NOT NULL DEFAULT 0,
    PRIMARY KEY (facility_id, ma_lk)
);

CREATE TABLE intake_finding (
    package_id  bigint NOT NULL REFERENCES intake_package,
    ordinal     integer NOT NULL,
    number      integer NOT NULL,                   -- within the visit, from 1
    facility_id bigint NOT NULL,
    code        text NOT NULL,                      -- of the error catalogue
    severity    text NOT NULL CHECK (severity IN ('error', 'warning', 'notice')),
    table_no    smallint NOT NULL,
    line        integer NOT NULL,
    field       text NOT NULL,
    value       text NOT NULL,
    params      jsonb NOT NULL,
    PRIMARY KEY (package_id, ordinal, number)
);
CREATE INDEX intake_finding_code ON intake_finding (code, package_id);

-- Lines that did not reach the record, each with why: withheld by label, or no place in FHIR yet.
CREATE TABLE intake_line_aside (
    package_id  bigint NOT NULL REFERENCES intake_package,
    ordinal     integer NOT NULL,
    table_no    smallint NOT NULL,
    line        integer NOT NULL,
    facility_id bigint NOT NULL,
    why         text NOT NULL CHECK (why IN ('withheld', 'not_mapped')),
    sensitivity integer NOT NULL DEFAULT 0,
    PRIMARY KEY (package_id, ordinal, table_no, line)
);

SELECT access_protect_facility_table('intake_package');
SELECT access_protect_facility_table('intake_visit');
SELECT access_protect_facility_table('intake_current_visit');
SELECT access_protect_facility_table('intake_finding');
SELECT access_protect_facility_table('intake_line_aside');
-- An uploader sees their own package before it is known whose it is.
CREATE POLICY own_package ON intake_package FOR SELECT USING (received_by = (SELECT access_actor()));
CREATE POLICY receive_package ON intake_package FOR INSERT WITH CHECK (received_by = (SELECT access_actor()));
REVOKE DELETE ON intake_package, intake_visit, intake_finding, intake_line_aside FROM hoso_app;
