-- Orders of FHIR Bulk Data (`$export`) and of `$import`: who asked for what, how far it is, and what came of it. The work is
-- done by jobs in the name of who asked; whatever they did commits together with how far they are.

CREATE TABLE bulk_order (
    id           uuid PRIMARY KEY,
    kind         text NOT NULL CHECK (kind IN ('export', 'import')),
    state        text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'complete', 'cancelled', 'failed', 'ended')),
    failure      text NOT NULL DEFAULT '',            -- why it failed (kept_refusals.py)
    -- Who asked, and through what: the jobs act as them, no further than their token allowed.
    account_id   bigint NOT NULL REFERENCES accounts_account (id),
    account_name text NOT NULL,
    client       text NOT NULL DEFAULT '',            -- client_id of the software; empty for a token of the account's own
    scopes       text[],
    allowed      text[],
    patient      text NOT NULL DEFAULT '',
    source       text NOT NULL DEFAULT '',
    device       text NOT NULL DEFAULT '',
    request_id   uuid NOT NULL,
    reason       text NOT NULL DEFAULT '',
    request      text NOT NULL,                       -- the address that was asked
    asked        jsonb NOT NULL,                      -- what was asked for
    as_of        timestamptz NOT NULL,                -- the state of the store that an export shows
    ordered_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at  timestamptz,
    ends_at      timestamptz,                         -- when the files, and what is told of it, are gone
    -- How far an export is: the type (its place among those asked for), and behind which resource of it.
    type_at      integer NOT NULL DEFAULT 0,
    behind_at    timestamptz,
    behind_id    text COLLATE "C",
    told_behind  bigint NOT NULL DEFAULT 0,           -- up to this person the audit has been told
    resources    bigint NOT NULL DEFAULT 0,
    CONSTRAINT export_says_why CHECK (kind <> 'export' OR btrim(reason) <> ''),
    CONSTRAINT what_is_over_ends CHECK ((state = 'open') = (finished_at IS NULL) AND (state = 'open') = (ends_at IS NULL))
);
CREATE INDEX bulk_order_open ON bulk_order (ordered_at) WHERE state = 'open';
CREATE INDEX bulk_order_ending ON bulk_order (ends_at) WHERE state <> 'open' AND state <> 'ended';

-- A file of an export that is whole on disk.
CREATE TABLE bulk_export_file (
    order_id  uuid NOT NULL REFERENCES bulk_order (id) ON DELETE CASCADE,
    number    integer NOT NULL CHECK (number > 0),
    type      smallint NOT NULL,
    resources integer NOT NULL CHECK (resources > 0),
    PRIMARY KEY (order_id, number)
);

-- Of whom an export holds how much: until the audit has been told, before anything is handed out.
CREATE TABLE bulk_export_person (
    order_id  uuid NOT NULL REFERENCES bulk_order (id) ON DELETE CASCADE,
    person_id bigint NOT NULL,
    found     integer NOT NULL,
    sensitive boolean NOT NULL
);
CREATE INDEX bulk_export_person_order ON bulk_export_person (order_id, person_id);
ALTER TABLE bulk_export_person ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_export ON bulk_export_person USING (
    EXISTS (SELECT 1 FROM bulk_order o WHERE o.id = order_id AND o.account_id = access_actor()));

-- A file to import: up to which byte and line it is filed. Moved in the transaction that files the lines.
CREATE TABLE bulk_import_input (
    order_id  uuid NOT NULL REFERENCES bulk_order (id) ON DELETE CASCADE,
    number    integer NOT NULL CHECK (number > 0),
    type      text NOT NULL,
    url       text NOT NULL,
    bytes     bigint NOT NULL CHECK (bytes >= 0),
    mark      text NOT NULL,                          -- by which a changed file is noticed
    place     bigint NOT NULL DEFAULT 0,
    lines     bigint NOT NULL DEFAULT 0,
    filed     bigint NOT NULL DEFAULT 0,
    unchanged bigint NOT NULL DEFAULT 0,
    refused   bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (order_id, number),
    CONSTRAINT place_lies_in_the_file CHECK (place BETWEEN 0 AND bytes),
    CONSTRAINT every_line_is_accounted_for CHECK (lines = filed + unchanged + refused)
);

-- A line that was refused, and why: code of the catalogue with what it names, or the issues of a resource that is not valid.
CREATE TABLE bulk_import_refusal (
    order_id uuid NOT NULL,
    number   integer NOT NULL,
    line     bigint NOT NULL,
    why      jsonb NOT NULL,
    PRIMARY KEY (order_id, number, line),
    FOREIGN KEY (order_id, number) REFERENCES bulk_import_input ON DELETE CASCADE
);

-- Whether this past version was the newest one at a moment, whoever asks: only yes or no comes back. What was written later
-- with an earlier date (an import that keeps dates) counts by its date.
CREATE FUNCTION records_was_newest(person bigint, number smallint, name text, of_version integer, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$
    SELECT NOT EXISTS (SELECT 1 FROM records_resource n
                       WHERE n.person_id = person AND n.type = number AND n.id = name COLLATE "C" AND n.last_updated <= at)
       AND NOT EXISTS (SELECT 1 FROM records_resource_version n
                       WHERE n.person_id = person AND n.type = number AND n.id = name COLLATE "C" AND n.version > of_version
                         AND NOT n.arrived_late AND n.last_updated <= at)
$$;

-- The newest moment up to which nothing more can come: who files dates it within the transaction, so what an open transaction
-- may still commit is dated after its own beginning. With the rights of who asks: the application's own sessions.
CREATE FUNCTION records_settled_at() RETURNS timestamptz
LANGUAGE sql VOLATILE
AS $$
    SELECT least(clock_timestamp(), min(xact_start)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
$$;
