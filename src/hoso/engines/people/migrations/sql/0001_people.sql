-- One row per human. `source_person_id` on other tables names the person a fact was filed under and never changes;
-- `person_id` names the person now.

CREATE TABLE people_person (
    person_id        bigint PRIMARY KEY,
    source_person_id bigint NOT NULL,
    patient_id       text COLLATE "C" NOT NULL UNIQUE,      -- id of the FHIR Patient
    name             text NOT NULL,
    folded_name      text NOT NULL,
    name_sort        text COLLATE "C" NOT NULL,
    birth_date       date,
    birth_precision  smallint NOT NULL CHECK (birth_precision BETWEEN 0 AND 4),  -- 0 none, 1 year, 2 month, 3 day, 4 minute
    birth_time       text NOT NULL DEFAULT '',
    sex              smallint NOT NULL CHECK (sex IN (1, 2, 3)),    -- 1 male, 2 female, 3 not determined (GIOI_TINH)
    phone            text NOT NULL DEFAULT '',
    address          text NOT NULL DEFAULT '',
    as_of            timestamptz NOT NULL,                   -- date of the visit these facts come from
    provisional      boolean NOT NULL DEFAULT false,
    merged_into      bigint REFERENCES people_person,        -- joined to this person; kept, so that it can be undone
    facility_id      bigint NOT NULL,
    place_id         bigint NOT NULL DEFAULT 0,
    sensitivity      integer NOT NULL DEFAULT 0,
    package_id       bigint NOT NULL,
    source_line      integer NOT NULL DEFAULT 1
);

CREATE TABLE people_identifier (
    kind             text NOT NULL CHECK (kind IN ('personal_number', 'insurance_number', 'card', 'facility_number', 'passport', 'phone')),
    value            text COLLATE "C" NOT NULL,
    issuer_id        bigint NOT NULL DEFAULT 0,              -- the facility, for its own patient numbers
    person_id        bigint NOT NULL,
    source_person_id bigint NOT NULL,
    contested        boolean NOT NULL DEFAULT false,         -- claimed by a provisional person under review
    facility_id      bigint NOT NULL,
    place_id         bigint NOT NULL DEFAULT 0,
    sensitivity      integer NOT NULL DEFAULT 0,
    package_id       bigint NOT NULL,
    source_line      integer NOT NULL DEFAULT 1,
    PRIMARY KEY (kind, value, issuer_id, person_id)
);
-- A number names one person, except while a contradiction is under review; a phone may be shared.
CREATE UNIQUE INDEX people_identifier_one_person ON people_identifier (kind, value, issuer_id)
    WHERE NOT contested AND kind <> 'phone';
CREATE INDEX people_identifier_person ON people_identifier (person_id);

CREATE TABLE people_token (
    hash             bigint NOT NULL,                        -- of one, two or three words of the folded name
    person_id        bigint NOT NULL,
    source_person_id bigint NOT NULL,
    facility_id      bigint NOT NULL,
    place_id         bigint NOT NULL DEFAULT 0,
    sensitivity      integer NOT NULL DEFAULT 0,
    package_id       bigint NOT NULL,
    source_line      integer NOT NULL DEFAULT 1,
    PRIMARY KEY (hash, person_id)
);
CREATE INDEX people_token_person ON people_token (person_id);

CREATE TABLE people_conflict (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id        bigint NOT NULL,                        -- the provisional person
    source_person_id bigint NOT NULL,
    other_person_id  bigint NOT NULL,                        -- whom the number names
    identifier_kind  text NOT NULL,
    differences      jsonb NOT NULL,
    found_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    decision         text CHECK (decision IN ('same_person', 'different_person')),
    decided_by       bigint,
    decided_at       timestamptz,
    reason           text NOT NULL DEFAULT '',
    facility_id      bigint NOT NULL,
    place_id         bigint NOT NULL DEFAULT 0,
    sensitivity      integer NOT NULL DEFAULT 0,
    package_id       bigint NOT NULL,
    CONSTRAINT conflict_decision_is_whole CHECK (num_nonnulls(decision, decided_by, decided_at) IN (0, 3)),
    UNIQUE (person_id, other_person_id, identifier_kind)
);

SELECT access_protect_person_table('people_person');
SELECT access_protect_person_table('people_identifier');
SELECT access_protect_person_table('people_token');
SELECT access_protect_person_table('people_conflict');

-- Whether so many people share a word that a search by it alone is refused. Counts beyond the asker's scope, and
-- tells no more than that a name is common.
CREATE FUNCTION people_token_is_common(wanted bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT count(*) >= 3000 FROM (SELECT 1 FROM people_token WHERE hash = wanted LIMIT 3000) counted $$;
