-- Lists of households as communes keep them, taken in row by row (docs/decisions/0093-household-lists.md).

-- Two more kinds of numbers: the one the house gives, and the place of a person in a household's list.
ALTER TABLE people_identifier DROP CONSTRAINT people_identifier_kind_check, ADD CONSTRAINT people_identifier_kind_check
    CHECK (kind IN ('personal_number', 'insurance_number', 'card', 'facility_number', 'passport', 'phone', 'hoso_number',
                    'household_member'));
CREATE SEQUENCE people_hoso_number MINVALUE 1 MAXVALUE 9999999999 NO CYCLE;
GRANT USAGE ON SEQUENCE people_hoso_number TO hoso_app;

-- One list that was given. `rows_done` moves in the transaction that takes the rows: after any kill it says how many are in.
CREATE TABLE household_list (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    file_name   text NOT NULL,
    sha256      bytea NOT NULL,
    size_bytes  bigint NOT NULL,
    true_on     date NOT NULL,                               -- the day on which the list is true
    given_by    bigint NOT NULL,
    given_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'reading', 'stopped', 'done', 'refused')),
    rows_total  integer,                                     -- counted before the first is taken
    rows_done   integer NOT NULL DEFAULT 0,
    created     integer NOT NULL DEFAULT 0,
    updated     integer NOT NULL DEFAULT 0,
    unchanged   integer NOT NULL DEFAULT 0,
    refused     integer NOT NULL DEFAULT 0,
    refusal     jsonb,                                       -- why the file as a whole was not taken
    ended_at    timestamptz,
    CONSTRAINT rows_balance CHECK (rows_done = created + updated + unchanged + refused),
    CONSTRAINT refused_says_why CHECK ((state = 'refused') = (refusal IS NOT NULL)),
    CONSTRAINT refused_took_nothing CHECK (state <> 'refused' OR rows_done = 0)
);
ALTER TABLE household_list ENABLE ROW LEVEL SECURITY;
CREATE POLICY list_desk ON household_list USING ((SELECT access_may('household.import')) OR (SELECT access_may('record.write')));
REVOKE DELETE, TRUNCATE ON household_list FROM hoso_app;

-- Why a row was not taken: one line for each thing wrong with it. Values of the row are not kept, but for what is wrong.
CREATE TABLE household_refusal (
    list_id bigint NOT NULL REFERENCES household_list,
    number  integer NOT NULL,                                -- of the row, counted over all sheets
    sheet   text NOT NULL DEFAULT '',
    row     integer NOT NULL,                                -- as a spreadsheet counts
    field   text NOT NULL,
    code    text NOT NULL,
    params  jsonb NOT NULL
);
CREATE INDEX household_refusal_list ON household_refusal (list_id, number);
ALTER TABLE household_refusal ENABLE ROW LEVEL SECURITY;
CREATE POLICY list_desk ON household_refusal USING ((SELECT access_may('household.import')) OR (SELECT access_may('record.write')));
REVOKE UPDATE, DELETE, TRUNCATE ON household_refusal FROM hoso_app;

-- Who lives in which household, from the day of the list that said so first to the day of the one that says otherwise.
CREATE TABLE people_household_member (
    person_id        bigint NOT NULL,
    source_person_id bigint NOT NULL,
    household        text COLLATE "C" NOT NULL,              -- commune and the household's code in it
    member           text COLLATE "C" NOT NULL,              -- number of the person in the list
    relation         text NOT NULL,                          -- to the head, as it was said
    address          text NOT NULL,
    lived_in         bigint NOT NULL DEFAULT 0,              -- the unit as the list names it; one before 2025-07-01 has its district
    first_day        date NOT NULL,
    last_day         date CHECK (last_day >= first_day),
    list_id          bigint NOT NULL REFERENCES household_list,
    list_row         integer NOT NULL,
    facility_id      bigint NOT NULL DEFAULT 0,
    place_id         bigint NOT NULL DEFAULT 0,              -- where the person lives now, as in the other tables
    sensitivity      integer NOT NULL DEFAULT 0,
    PRIMARY KEY (source_person_id, household, first_day)
);
CREATE UNIQUE INDEX people_household_member_now ON people_household_member (source_person_id) WHERE last_day IS NULL;
CREATE INDEX people_household_member_of ON people_household_member (household, member) WHERE last_day IS NULL;
CREATE INDEX people_household_member_person ON people_household_member (person_id);
SELECT access_protect_person_table('people_household_member');
REVOKE DELETE ON people_household_member FROM hoso_app;

-- The population group a person belongs to, and belonged to before (definitions/people/population_groups.yaml).
CREATE TABLE people_population_group (
    person_id        bigint NOT NULL,
    source_person_id bigint NOT NULL,
    population_group text NOT NULL,
    first_day        date NOT NULL,
    last_day         date CHECK (last_day >= first_day),
    facility_id      bigint NOT NULL DEFAULT 0,
    place_id         bigint NOT NULL DEFAULT 0,
    sensitivity      integer NOT NULL DEFAULT 0,
    PRIMARY KEY (source_person_id, first_day)
);
CREATE UNIQUE INDEX people_population_group_now ON people_population_group (source_person_id) WHERE last_day IS NULL;
CREATE INDEX people_population_group_person ON people_population_group (person_id);
SELECT access_protect_person_table('people_population_group');
REVOKE DELETE ON people_population_group FROM hoso_app;
