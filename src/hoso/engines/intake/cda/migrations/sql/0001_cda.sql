-- Every CDA document that arrived, and what became of each of its entries. A document is known by its series and version.
CREATE TABLE cda_document (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    package_id     bigint REFERENCES intake_package,      -- null: it came by $process-cda
    facility_id    bigint NOT NULL,                       -- of the sender; 0: of the whole house
    received_by    bigint NOT NULL,
    received_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    sha256         bytea NOT NULL,                        -- of the bytes, kept among the originals
    series         text COLLATE "C" NOT NULL,             -- keeper, person, kind and set of the document
    version        integer NOT NULL,
    document_key   text COLLATE "C" NOT NULL,             -- ClinicalDocument/id
    replaces       text[] NOT NULL,                       -- the ids it says it replaces
    made_at        timestamptz NOT NULL,                  -- ClinicalDocument/effectiveTime
    type_code      text NOT NULL,
    title          text NOT NULL,
    state          text NOT NULL CHECK (state IN ('filed', 'superseded', 'history', 'unchanged')),
    same_as        bigint REFERENCES cda_document,        -- of an unchanged one: the document that is filed
    patient_id     text NOT NULL,
    document_id    text NOT NULL,                         -- of its DocumentReference
    resources      text[] NOT NULL,                       -- Type/id of what was filed of it
    entries        integer NOT NULL,
    mapped         integer NOT NULL,
    withheld       integer NOT NULL,
    not_mapped     integer NOT NULL,
    CONSTRAINT entries_balance CHECK (entries = mapped + withheld + not_mapped),
    CONSTRAINT unchanged_is_the_same CHECK ((state = 'unchanged') = (same_as IS NOT NULL)),
    UNIQUE (package_id)
);
CREATE UNIQUE INDEX cda_document_one_filed ON cda_document (series) WHERE state = 'filed';
CREATE UNIQUE INDEX cda_document_version ON cda_document (series, version) WHERE state <> 'unchanged';
CREATE INDEX cda_document_key ON cda_document (document_key);
CREATE INDEX cda_document_patient ON cda_document (patient_id);

CREATE TABLE cda_section (
    document_id bigint NOT NULL REFERENCES cda_document,
    number      integer NOT NULL,                         -- in the order of the document, from 1
    facility_id bigint NOT NULL,
    code        text NOT NULL,
    title       text NOT NULL,
    narrative   text NOT NULL CHECK (narrative IN ('kept', 'withheld', 'none')),
    PRIMARY KEY (document_id, number)
);

CREATE TABLE cda_entry (
    document_id bigint NOT NULL,
    section     integer NOT NULL,
    number      integer NOT NULL,                         -- within the section, from 1
    facility_id bigint NOT NULL,
    path        text NOT NULL,
    element     text NOT NULL,
    template    text NOT NULL,
    name        text NOT NULL,
    code        text NOT NULL,                            -- of a withheld one nothing but its place is kept here
    code_system text NOT NULL,
    outcome     text NOT NULL CHECK (outcome IN ('mapped', 'withheld', 'not_mapped')),
    became      text NOT NULL,
    resource_id text NOT NULL,
    reason      text NOT NULL,
    detail      text NOT NULL,
    left_out    text[] NOT NULL,                          -- elements directly below it that have no place in the resource
    PRIMARY KEY (document_id, section, number),
    FOREIGN KEY (document_id, section) REFERENCES cda_section,
    CONSTRAINT not_mapped_says_why CHECK ((outcome = 'mapped') = (reason = ''))
);

SELECT access_protect_facility_table('cda_document');
SELECT access_protect_facility_table('cda_section');
SELECT access_protect_facility_table('cda_entry');
REVOKE UPDATE, DELETE ON cda_document, cda_section, cda_entry FROM hoso_app;
GRANT UPDATE (state) ON cda_document TO hoso_app;
