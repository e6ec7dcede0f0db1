-- Newborns (docs/decisions/0109-newborns.md). Until the state gives a number, a child is known by its place among the births of its
-- mother: mother, day of birth, order among twins.
ALTER TABLE people_identifier DROP CONSTRAINT people_identifier_kind_check, ADD CONSTRAINT people_identifier_kind_check
    CHECK (kind IN ('personal_number', 'insurance_number', 'card', 'facility_number', 'passport', 'phone', 'hoso_number',
                    'household_member', 'birth'));
CREATE TABLE people_birth (
    person_id        bigint NOT NULL,                        -- the child
    source_person_id bigint NOT NULL PRIMARY KEY,
    mother_id        bigint NOT NULL,                        -- as she was known then; under whom she is shown now says people_person
    born_at          timestamptz NOT NULL,
    sex              smallint NOT NULL CHECK (sex IN (1, 2, 3)),
    weight_grams     integer CHECK (weight_grams BETWEEN 200 AND 9000),
    birth_order      smallint NOT NULL CHECK (birth_order BETWEEN 1 AND 9),
    born_together    smallint NOT NULL CHECK (born_together BETWEEN 1 AND 9),
    paper            text COLLATE "C" NOT NULL DEFAULT '',   -- Composition of the birth paper (XML9), where there is one
    registered_by    bigint NOT NULL,
    registered_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    facility_id      bigint NOT NULL,
    place_id         bigint NOT NULL DEFAULT 0,
    sensitivity      integer NOT NULL DEFAULT 0,
    CONSTRAINT birth_order_fits CHECK (birth_order <= born_together),
    CONSTRAINT nobody_bears_themselves CHECK (mother_id <> source_person_id)
);
CREATE INDEX people_birth_mother ON people_birth (mother_id);
CREATE INDEX people_birth_person ON people_birth (person_id);
SELECT access_protect_person_table('people_birth');
REVOKE DELETE ON people_birth FROM hoso_app;
