-- Somebody born on a day who lives in a commune: one of the ways in which an arriving person is looked for.
CREATE INDEX people_person_birth ON people_person (birth_date, place_id) WHERE merged_into IS NULL;
