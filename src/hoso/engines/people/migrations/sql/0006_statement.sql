-- What each visit that is filed now says of its person: address, phone, card, occupation… Which of it holds is worked out
-- from these rows by the order of sources in definitions/people/details.yaml. One row a visit; a correction replaces it.
CREATE TABLE people_statement (
    person_id        bigint NOT NULL,
    source_person_id bigint NOT NULL,
    encounter        text COLLATE "C" NOT NULL,              -- the visit; opened for one visit, one row is
    said_at          timestamptz NOT NULL,                   -- NGAY_VAO
    source           text NOT NULL,                          -- key in definitions/people/details.yaml; '' before there were statements
    details          jsonb NOT NULL,                         -- key of a detail -> value
    withdrawn        boolean NOT NULL DEFAULT false,         -- the visit is, so this counts for nothing
    facility_id      bigint NOT NULL,
    place_id         bigint NOT NULL DEFAULT 0,              -- where the person lives now, as in the other tables
    sensitivity      integer NOT NULL DEFAULT 0,             -- of the whole visit: that there was one may be telling
    package_id       bigint NOT NULL,
    source_line      integer NOT NULL DEFAULT 1,
    PRIMARY KEY (person_id, encounter)
);
SELECT access_protect_person_table('people_statement');
REVOKE DELETE ON people_statement FROM hoso_app;

-- Persons filed before: what is known of them is one statement, of the day it comes from.
INSERT INTO people_statement (person_id, source_person_id, encounter, said_at, source, details, facility_id, place_id,
                              sensitivity, package_id, source_line)
SELECT person_id, source_person_id, patient_id, as_of, '',
       jsonb_strip_nulls(jsonb_build_object(
           'name', nullif(name, ''), 'sex', nullif(sex, 3), 'phone', nullif(phone, ''), 'address', nullif(address, ''),
           'residence', nullif(place_id, 0),
           'birth', CASE WHEN birth_date IS NOT NULL THEN jsonb_build_array(birth_date, birth_precision, birth_time) END)),
       facility_id, place_id, sensitivity, package_id, source_line
FROM people_person;
