-- What may be reported: rows (elements), how they are broken down (dimensions), forms (data sets), units and periods.
-- Rows that come from definitions/ have origin 'shipped'; what an administrator or a program made is 'local'.

-- An id in the manner of DHIS2 (a letter, then ten letters or digits) made of a name: the same in every installation.
CREATE FUNCTION statistics_uid(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    WITH hashed AS (SELECT sha256(convert_to(name, 'UTF8')) AS h),
         letters AS (SELECT 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789' AS s)
    SELECT substr(s, 1 + get_byte(h, 0) % 52, 1)
        || substr(s, 1 + get_byte(h, 1) % 62, 1) || substr(s, 1 + get_byte(h, 2) % 62, 1)
        || substr(s, 1 + get_byte(h, 3) % 62, 1) || substr(s, 1 + get_byte(h, 4) % 62, 1)
        || substr(s, 1 + get_byte(h, 5) % 62, 1) || substr(s, 1 + get_byte(h, 6) % 62, 1)
        || substr(s, 1 + get_byte(h, 7) % 62, 1) || substr(s, 1 + get_byte(h, 8) % 62, 1)
        || substr(s, 1 + get_byte(h, 9) % 62, 1) || substr(s, 1 + get_byte(h, 10) % 62, 1)
    FROM hashed, letters
$$;

CREATE TABLE statistics_option (
    id       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uid      text NOT NULL UNIQUE CHECK (uid ~ '^[A-Za-z][A-Za-z0-9]{10}$'),
    code     text UNIQUE,
    name     text NOT NULL,
    name_en  text NOT NULL DEFAULT '',
    origin   text NOT NULL CHECK (origin IN ('shipped', 'local'))
);
CREATE TABLE statistics_dimension (
    id       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uid      text NOT NULL UNIQUE CHECK (uid ~ '^[A-Za-z][A-Za-z0-9]{10}$'),
    code     text UNIQUE,
    name     text NOT NULL,
    name_en  text NOT NULL DEFAULT '',
    kind     text NOT NULL DEFAULT 'partition' CHECK (kind IN ('partition', 'of_which', 'nested', 'overlapping')),
    options  integer[] NOT NULL,           -- in their order
    origin   text NOT NULL CHECK (origin IN ('shipped', 'local'))
);
-- Which dimensions go together: DHIS2's category combination. Without dimensions it is the default one.
CREATE TABLE statistics_combo (
    id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uid        text NOT NULL UNIQUE CHECK (uid ~ '^[A-Za-z][A-Za-z0-9]{10}$'),
    code       text UNIQUE,
    name       text NOT NULL,
    dimensions integer[] NOT NULL,
    origin     text NOT NULL CHECK (origin IN ('shipped', 'local'))
);
-- The key of a broken-down figure: one option of each dimension. Only those that are used or were named by somebody
-- stand here; the cross product is never stored. `uid` is derived, foreign ones are aliases.
CREATE TABLE statistics_split (
    id       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uid      text NOT NULL UNIQUE CHECK (uid ~ '^[A-Za-z][A-Za-z0-9]{10}$'),
    code     text UNIQUE,
    name     text NOT NULL,
    combo_id integer NOT NULL REFERENCES statistics_combo,
    options  integer[] NOT NULL,           -- in the order of the combo's dimensions
    UNIQUE (combo_id, options)
);
CREATE TABLE statistics_element (
    id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uid          text NOT NULL UNIQUE CHECK (uid ~ '^[A-Za-z][A-Za-z0-9]{10}$'),
    code         text UNIQUE,
    name         text NOT NULL,
    short_name   text NOT NULL DEFAULT '',
    name_en      text NOT NULL DEFAULT '',
    value_type   text NOT NULL,            -- the names of DHIS2: NUMBER, INTEGER_ZERO_OR_POSITIVE, BOOLEAN, TEXT …
    aggregation  text NOT NULL CHECK (aggregation IN ('sum', 'last', 'cumulative', 'average', 'none')),
    combo_id     integer NOT NULL REFERENCES statistics_combo,
    origin       text NOT NULL CHECK (origin IN ('shipped', 'local'))
);
CREATE TABLE statistics_data_set (
    id              integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uid             text NOT NULL UNIQUE CHECK (uid ~ '^[A-Za-z][A-Za-z0-9]{10}$'),
    code            text UNIQUE,
    name            text NOT NULL,
    name_en         text NOT NULL DEFAULT '',
    form            text UNIQUE,           -- key of the form in definitions/reports, of a shipped one
    period_kinds    text[] NOT NULL CHECK (period_kinds <> '{}'),
    combo_id        integer NOT NULL REFERENCES statistics_combo,  -- of the whole report (attribute combination)
    tiers           text[] NOT NULL DEFAULT '{}',                  -- every unit of these tiers reports
    valid_from      date,
    valid_to        date,                                          -- last day of the periods reported on
    future_periods  integer NOT NULL DEFAULT 0,                    -- periods after the current one that are open
    origin          text NOT NULL CHECK (origin IN ('shipped', 'local'))
);
CREATE TABLE statistics_data_set_element (
    data_set_id integer NOT NULL REFERENCES statistics_data_set,
    element_id  integer NOT NULL REFERENCES statistics_element,
    position    integer NOT NULL,
    combo_id    integer REFERENCES statistics_combo,               -- where it differs from the element's own
    PRIMARY KEY (data_set_id, element_id)
);
CREATE INDEX statistics_sets_of_element ON statistics_data_set_element (element_id);
-- Units that report beside those of the tiers.
CREATE TABLE statistics_data_set_unit (
    data_set_id integer NOT NULL REFERENCES statistics_data_set,
    unit_id     bigint NOT NULL,
    PRIMARY KEY (data_set_id, unit_id)
);
-- Names that others have for things here: the scheme is 'uid', 'code', 'name' or 'attribute:<uid>'.
CREATE TABLE statistics_alias (
    kind      text NOT NULL CHECK (kind IN ('option', 'dimension', 'combo', 'split', 'element', 'data_set', 'unit')),
    scheme    text NOT NULL,
    name      text NOT NULL,
    object_id bigint NOT NULL,
    PRIMARY KEY (kind, scheme, name)
);
CREATE TABLE statistics_period (
    id        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    iso       text NOT NULL UNIQUE,
    kind      text NOT NULL,
    start_day date NOT NULL,
    end_day   date NOT NULL CHECK (end_day >= start_day)
);
CREATE INDEX statistics_period_days ON statistics_period (start_day, end_day);

-- Units that report are administrative units and facilities: views of core/places, never a second list.
-- `id` is the place's, or minus the facility's. A facility's place is asked for a day: statistics_place_of.
CREATE INDEX places_place_statistics_uid ON places_place (statistics_uid('place:' || id::text));
CREATE INDEX places_facility_statistics_uid ON places_facility (statistics_uid('facility:' || code));
CREATE VIEW statistics_unit WITH (security_invoker = true) AS
    SELECT id::bigint AS id, statistics_uid('place:' || id::text) AS uid, code::text, full_name::text AS name,
           CASE level WHEN 1 THEN 'province' WHEN 2 THEN 'district' ELSE 'commune' END AS tier,
           valid_from, (valid_to - 1) AS valid_to, parent_id::bigint, 0::bigint AS facility_id
    FROM places_place
    UNION ALL
    SELECT -id, statistics_uid('facility:' || code), code, name, 'facility', opened, (closed - 1), NULL, id
    FROM places_facility;

-- The administrative unit of a reporting unit on a day; of a facility without a link that day, the nearest one.
CREATE FUNCTION statistics_place_of(unit bigint, day date) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN unit > 0 THEN unit ELSE (
        SELECT l.place_id FROM places_facility_link l WHERE l.facility_id = -unit
        ORDER BY CASE WHEN l.valid_from > day THEN l.valid_from - day
                      WHEN l.valid_to <= day THEN day - l.valid_to + 1 ELSE 0 END LIMIT 1) END
$$;

-- The default objects of DHIS2, which every installation of it has under these ids.
INSERT INTO statistics_combo (uid, code, name, dimensions, origin) VALUES ('bjDvmb4bfuf', 'default', 'default', '{}', 'shipped');
INSERT INTO statistics_split (uid, code, name, combo_id, options)
    SELECT 'HllvX50cXC0', 'default', 'default', id, '{}' FROM statistics_combo WHERE code = 'default';
