-- What the ministry's portal is told: the papers of ended visits. Nothing of a person stands here; a paper is known by the id
-- of its Composition, and is composed anew from the record for each attempt.

-- Each ended visit that came by, and how many papers of it there are to send.
CREATE TABLE portal_visit (
    encounter   text COLLATE "C" PRIMARY KEY,
    facility_id bigint NOT NULL,
    day         date NOT NULL,                       -- when the visit ended, in Việt Nam
    papers      integer NOT NULL CHECK (papers >= 0)
);
CREATE INDEX portal_visit_day ON portal_visit (day);

CREATE TABLE portal_document (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text COLLATE "C" NOT NULL UNIQUE,    -- id of the Composition: by this the portal knows it
    encounter   text COLLATE "C" NOT NULL,
    kind        text NOT NULL,                       -- definitions/documents/ministry_portal.yaml
    facility_id bigint NOT NULL,
    day         date NOT NULL
);
CREATE INDEX portal_document_day ON portal_document (day, id);
CREATE INDEX portal_document_encounter ON portal_document (encounter);

-- One thing to tell of a document. waiting: to be composed; sent: handed over, no answer known; then how it ended:
-- accepted, refused, different (the portal holds other content), same (nothing new to tell), withheld (may not go there and
-- never did), superseded (changed before an answer came; the next version tells it).
CREATE TABLE portal_version (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    document_id  bigint NOT NULL REFERENCES portal_document,
    facility_id  bigint NOT NULL,
    number       integer NOT NULL CHECK (number > 0),
    act          text NOT NULL DEFAULT 'document' CHECK (act IN ('document', 'withdrawal')),
    state        text NOT NULL DEFAULT 'waiting' CHECK (state IN
        ('waiting', 'sent', 'accepted', 'refused', 'different', 'same', 'withheld', 'superseded')),
    again        boolean NOT NULL DEFAULT false,     -- sent even where the portal was told the same before
    replaces     bytea CHECK (length(replaces) = 32), -- other content at the portal that ours may take the place of
    sha256       bytea CHECK (length(sha256) = 32),  -- of the document without its signature
    signed_at    timestamptz,                        -- the same in every attempt, so that the bytes are
    noted_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempts     integer NOT NULL DEFAULT 0,
    next_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    problem      text NOT NULL DEFAULT '',
    delivered_at timestamptz,
    dead_at      timestamptz,
    receipt      text NOT NULL DEFAULT '',
    answer_code  text NOT NULL DEFAULT '',           -- why it was refused, in the portal's words
    answer_text  text NOT NULL DEFAULT '',
    theirs       bytea CHECK (length(theirs) = 32),
    UNIQUE (document_id, number),
    CONSTRAINT version_has_one_end CHECK (delivered_at IS NULL OR dead_at IS NULL),
    CONSTRAINT version_ends_with_a_state CHECK ((state IN ('waiting', 'sent')) = (delivered_at IS NULL)),
    CONSTRAINT what_was_sent_has_a_hash CHECK (
        act = 'withdrawal' OR sha256 IS NOT NULL OR state NOT IN ('sent', 'accepted', 'refused', 'different'))
);
CREATE UNIQUE INDEX portal_version_open ON portal_version (document_id) WHERE delivered_at IS NULL AND dead_at IS NULL;
CREATE INDEX portal_version_due ON portal_version (next_at) WHERE delivered_at IS NULL AND dead_at IS NULL;

-- Where the portal's listing and ours do not agree; the same difference found again is the same row.
CREATE TABLE portal_difference (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    day         date NOT NULL,
    name        text COLLATE "C" NOT NULL,
    facility_id bigint NOT NULL DEFAULT 0,           -- 0: a document that this house does not know
    kind        text NOT NULL CHECK (kind IN ('missing_there', 'missing_here', 'other_content')),
    ours        bytea CHECK (length(ours) = 32),
    theirs      bytea CHECK (length(theirs) = 32),
    found_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    gone_at     timestamptz,                         -- since when it was found no more
    decision    text CHECK (decision IN ('send_again', 'ours_stands')),
    decided_by  bigint REFERENCES accounts_account,
    decided_at  timestamptz,
    reason      text NOT NULL DEFAULT '',
    CONSTRAINT decided_by_somebody CHECK ((decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL))
);
CREATE UNIQUE INDEX portal_difference_open ON portal_difference (name) WHERE gone_at IS NULL;
CREATE INDEX portal_difference_day ON portal_difference (day);

CREATE TABLE portal_run (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    act      text NOT NULL CHECK (act IN ('send', 'reconcile')),
    day      date,                                   -- of a comparison
    began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    trouble  text NOT NULL DEFAULT '',               -- a code of the catalogue
    told     integer NOT NULL DEFAULT 0              -- documents answered, or differences found
);
CREATE INDEX portal_run_last ON portal_run (act, id DESC);

SELECT access_protect_facility_table('portal_visit');
SELECT access_protect_facility_table('portal_document');
SELECT access_protect_facility_table('portal_version');
SELECT access_protect_facility_table('portal_difference');
REVOKE DELETE ON portal_visit, portal_document, portal_version, portal_difference, portal_run FROM hoso_app;
