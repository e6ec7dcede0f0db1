-- A number that was given anew or taken back stays with who bore it, with the day on which that ended: the old and the new one
-- both find them. From that day it names nobody by itself, so that it can be given to somebody else
-- (docs/decisions/0135-numbers-that-end.md).
ALTER TABLE people_identifier
    ADD COLUMN valid_from date,                              -- where a desk wrote it down; of most numbers it is not known
    ADD COLUMN valid_to date,                                -- the first day on which it does not hold any more
    ADD COLUMN ended_because text CHECK (ended_because IN ('reissued', 'cancelled')),
    ADD CONSTRAINT number_end_says_why CHECK ((valid_to IS NULL) = (ended_because IS NULL)),
    ADD CONSTRAINT number_ends_after_start CHECK (valid_to >= valid_from);
DROP INDEX people_identifier_one_person;
CREATE UNIQUE INDEX people_identifier_one_person ON people_identifier (kind, value, issuer_id)
    WHERE NOT contested AND valid_to IS NULL AND kind <> 'phone';
